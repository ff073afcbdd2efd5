"""Text as other chats write it, turned into the Markdown of this one. Pure.

Slack's mrkdwn has one star for bold and `<https://…|label>` for a link. Mattermost and Discord write Markdown,
with headings and images that no message has here. Programs send either to the same kind of address, so
that a text tells by its marks which it is.
"""

import re
from collections import Counter
from collections.abc import Callable

# Characters of a link's label: what a message here takes (history/markup).
LABEL_MAX = 300
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
# What only Markdown has: two stars or tildes, a link, a heading.
_MARKDOWN = re.compile(r"\*\*|~~|\]\(https?://|^#{1,6}[ \t]", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<text>[^\n]*)$", re.MULTILINE)
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]\n]*)\](?=\(https?://)")
# Marks that need no backslash here; and a bracket that begins no link.
_ESCAPED = re.compile(
    r"\\(?P<mark>[#.()!+{}|=\]]|(?<!^\\)[>-]|\[(?![^\[\]\n]*\]\\?\(http))", re.MULTILINE
)
_ANGLED = re.compile(r"<(?P<target>[^<>|\n]+)(?:\|(?P<label>[^<>\n]*))?>")
_WEB = re.compile(r"https?://|mailto:", re.IGNORECASE)
_BOLD = re.compile(r"(?<![\w*\\])\*(?=[^\s*])(?P<text>[^*\n]+)(?<=[^\s\\])\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~\\])~(?=[^\s~])(?P<text>[^~\n]+)(?<=[^\s\\])~(?![\w~])")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# Characters that mean something in a message, wherever they stand; and at the beginning of a line.
# A mark, and what stands before it if a backslash there would be shown.
_MARK = re.compile(r"([:/¯]?)([*_~`])")
_UNSEEN = "\N{WORD JOINER}"
# So it is in a path of Windows.
_PATH_WITH_MARK = re.compile(r"(?<!\S)(?=[A-Za-z]:\\\S*[*_~`])")
_BACKSLASH_AT_MARK = re.compile(r"\\(?=[*_~`])|(?m:^)\\(?=[>-])")
_BEGINS_LINE = re.compile(r"^([>-])(?=\s)", re.MULTILINE)
# What an address has to be without, in a link.
_IN_ADDRESS = {ord(c): f"%{ord(c):02X}" for c in ' ()[]<>"\n\t'}


def either(text: str) -> str:
    """Return a text of a sender of which it is not known whether it writes mrkdwn or Markdown."""
    return from_markdown(text) if _MARKDOWN.search(text) else from_mrkdwn(text)


def from_markdown(text: str) -> str:
    """Return Markdown with what this chat does not have turned into what it has."""
    return _outside_code(text, _plainer)


def from_mrkdwn(text: str) -> str:
    """Return Slack's mrkdwn as Markdown."""
    return _entities(_outside_code(text, _of_mrkdwn))


def plain(text: str) -> str:
    """Return a text of a sender as Markdown that shows the same characters.

    A backslash after some characters is shown itself (history/markup/inlines.py): there a single mark is
    left as it is, since no other makes a pair with it, and of several each is parted from them by a
    character that is not seen.
    """
    text = _PATH_WITH_MARK.sub(_UNSEEN, _BACKSLASH_AT_MARK.sub(rf"\\{_UNSEEN}", text))
    left = Counter(mark for before, mark in _MARK.findall(text) if before)

    def escaped(found: re.Match[str]) -> str:
        before, mark = found.groups()
        if not before:
            return f"\\{mark}"
        return f"{before}{mark}" if left[mark] == 1 else f"{before}{_UNSEEN}\\{mark}"

    return _BEGINS_LINE.sub(r"\\\1", _MARK.sub(escaped, text))


def bold(text: str) -> str:
    """Return one line in bold; "" for nothing."""
    line = _one_line(text).replace("**", "")
    return f"**{line}**" if line else ""


def link(label: str, address: str) -> str:
    """Return a link; the label alone if the address is none that a message links to."""
    label = _one_line(label).replace("[", "(").replace("]", ")")[:LABEL_MAX]
    if not _WEB.match(address):
        return label
    if not label or label == address:
        return address.strip()
    return f"[{label}]({address.strip().translate(_IN_ADDRESS)})"


def fit(text: str, limit: int) -> str:
    """Return as much of a text as a message takes, with a mark where it was cut. Code stays code."""
    text = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c == "\t" or c >= " ")
    text = text.strip("\n").rstrip()
    if len(text) <= limit:
        return text
    closing = "\n```" if text[: limit - 6].count("```") % 2 else ""
    return text[: limit - len(closing) - 2].rstrip() + "\n…" + closing


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts = _CODE.split(text)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def _plainer(text: str) -> str:
    text = _IMAGE.sub(lambda image: f"[{image['alt'] or 'image'}]", text)
    text = _HEADING.sub(lambda heading: bold(heading["text"]) or heading[0], text)
    return _ESCAPED.sub(lambda escaped: escaped["mark"], text)


def _of_mrkdwn(text: str) -> str:
    text = _BOLD.sub(r"**\g<text>**", text)
    text = _STRUCK.sub(r"~~\g<text>~~", text)
    return _ANGLED.sub(_angled, text)


def _angled(found: re.Match[str]) -> str:
    target, label = found["target"], found["label"] or ""
    if _WEB.match(target):
        return link(label, target)
    if target[0] in "@#":
        return target[0] + label.lstrip("@#") if label else target
    if target[0] == "!":
        return label or "@" + target[1:].partition("^")[0]
    return found[0]


def _entities(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())
