"""What is taken as one piece, whatever characters it is made of: code, links, names, emoji.

They are found before the inline rules run, so that an address with `_` in it is an address.
static/js/linkify.js finds the same links in a text that is not rendered.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import NamedTuple

from history.markup import shortcodes
from history.markup.work import Work


class Literal(NamedTuple):
    """A piece of a text. `kind` is "code", "link", "mention", "emoji" or "text" (an escaped one).

    `value` is the code, the address, the person's id, the emoji, the text.
    """

    start: int
    end: int
    kind: str
    value: str


# Bidirectional controls end an address: it must not be read in another order than it is in.
_END = r"\s<>\"`\u2066-\u2069\u202a-\u202e"
_FINDS = re.compile(
    rf"(?P<link>\b(?:https?://|www\.)[^{_END}]+)"
    r"|(?P<mention>(?<!\w)@)"
    rf"|(?P<emoji>\\?{shortcodes.PATTERN.pattern})",
    re.IGNORECASE,
)
_TICKS = re.compile(r"`+|\n")
# What ends a sentence around a link rather than the link.
_TRAILING = ".,:;!?'\"*_~…。、，！？：；」』）】"
_CLOSERS = {")": "(", "]": "[", "}": "{"}
# No user names in addresses: "https://bank.example@elsewhere.example" is there to deceive.
_WEB = re.compile(
    r"https?://(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?(?=[/?#]|$)",
    re.IGNORECASE,
)


def find(text: str, work: Work) -> list[Literal]:
    """The literals of a text, in their order, not overlapping."""
    found: list[Literal] = []
    done = 0
    for code in _code(text, work):
        found += _others(text, done, code.start, work)
        found.append(code)
        done = code.end
    found += _others(text, done, len(text), work)
    return found


def _code(text: str, work: Work) -> Iterator[Literal]:
    """Spans between equally many back ticks in one line."""
    if "`" not in text:
        return
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    work.spend(len(runs))
    line = 0
    # By length and line: where such runs are, left to right.
    closers: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    openers: list[tuple[int, int, int]] = []
    for start, end in runs:
        if text[start] == "\n":
            line += 1
        elif not text.startswith("\\", start - 1) or start == 0:
            closers[end - start, line].append((start, end))
            openers.append((start, end, line))
    done = 0
    for start, end, line in openers:
        if start < done:
            continue
        later = closers[end - start, line]
        while later and later[0][0] <= start:
            later.popleft()
        if later:
            closer, done = later[0]
            yield Literal(start, done, "code", _without_padding(text[end:closer]))


def _without_padding(code: str) -> str:
    """A code that begins or ends with a back tick has a space there that is not meant."""
    if len(code) > 2 and code[0] == code[-1] == " " and not code.isspace():
        return code[1:-1]
    return code


def _others(text: str, start: int, end: int, work: Work) -> Iterator[Literal]:
    # Most texts have none, and to see that is a tenth of the search.
    if not (":" in text or "www." in text.lower() or (work.ids and "@" in text)):
        return
    position = start
    while match := _FINDS.search(text, position, end):
        work.spend(4)
        literal = _literal(text, match, end, work)
        if literal is not None:
            yield literal
        position = literal.end if literal else match.start() + (2 if match["link"] else 1)


def _literal(text: str, match: re.Match[str], end: int, work: Work) -> Literal | None:
    start = match.start()
    if match["link"]:
        work.spend(len(match["link"]) // 20)
        shown = trimmed(match["link"])
        address = web_address(shown)
        return Literal(start, start + len(shown), "link", address) if address else None
    if match["mention"]:
        work.spend(len(work.lengths))
        for length in work.lengths:
            after = start + 1 + length
            person = work.ids.get(text[start + 1 : after].casefold())
            if person and after <= end and not text[after : after + 1].isalnum():
                return Literal(start, after, "mention", person)
        return None
    name = match[0].lstrip("\\")
    character = shortcodes.EMOJI.get(name.strip(":"))
    if character is None:
        return None
    if match[0][0] == "\\":
        return Literal(start, match.end(), "text", name)
    return Literal(start, match.end(), "emoji", character)


def web_address(text: str) -> str | None:
    """The address that a text is, complete; None if it is none of the web's."""
    address = f"https://{text}" if text[:4].lower() == "www." else text
    return address if _WEB.match(address) else None


def trimmed(link: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays if it was opened."""
    surplus = {closer: link.count(closer) - link.count(_CLOSERS[closer]) for closer in _CLOSERS}
    end = len(link)
    while end:
        last = link[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return link[:end]
