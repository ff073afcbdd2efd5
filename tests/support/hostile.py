"""What people write to break a chat: inputs that were attacks somewhere, and inputs dear to read."""

import json
from pathlib import Path

_DATA = Path(__file__).resolve().parent.parent / "data" / "hostile.json"

# Attacks by kind.
KINDS: dict[str, list[str]] = json.loads(_DATA.read_text())
# All of them.
HOSTILE: list[str] = [text for texts in KINDS.values() for text in texts]

# What is repeated until a message is full: small to type, and dear for one Markdown parser or another.
UNITS = [
    *("*", "_", "`", "~", "[", "]", "(", "<", "&", "\\", ":", "@", ">", "-", "\n", " ", "\t"),
    *("> ", "- ", "1. ", "*_", "_*", "**a", "*a_", "_a_ ", "*a* ", "~~a", "~~a~~ ", "a**", "`a"),
    *(
        "``a`",
        "[a](b ",
        "[](",
        "[a](http://",
        "![[",
        "[x](https://a.org)",
        "<b>",
        "<!--",
        "<a href=",
    ),
    *("\\*", "1. x\n", "- x\n", "> x\n", "> x\ny\n", "```\n", "```x\n", "> - ", "- > x\n", "a\n\n"),
    *(
        "www.a ",
        "www.a",
        "http://",
        "http://a.b ",
        ").",
        "()",
        "a@b.org ",
        ":a: ",
        ":x:y",
        ":tada:",
    ),
    *("***a**b*", "*a **b *c ", "@Ada ", "a *b*\n", "- *a*\n  - b\n", "`` ` ", "x_y_z ", "C:\\*a "),
]
LONGEST = 10_000


def storm(*units: str, length: int = LONGEST) -> str:
    """Units one after the other, over and over, as long as a message may be."""
    unit = "".join(units)
    return (unit * (length // len(unit) + 1))[:length]


def stairs(mark: str, length: int = LONGEST) -> str:
    """Ever deeper: each line begins with the mark once more than the one before."""
    lines: list[str] = []
    while sum(map(len, lines)) < length:
        lines.append(mark * (len(lines) + 1) + "a\n")
    return "".join(lines)[:length]


STORMS = [
    *map(storm, UNITS),
    *(stairs(mark) for mark in ("> ", "  ", "  - ", "`", "*", "- ")),
    "".join(" " * (2 * depth) + "- a\n" for depth in range(90)),
    storm(" ", length=LONGEST - 9) + "a **b** c",
    "https://a.org/" + storm(")."),
    "https://a.org/" + storm("()"),
    storm("&", length=LONGEST - 9) + " **a**",
]
