"""Turn a rendered body into text again, without the marks of Markdown, to quote it in a line."""

import re
from collections.abc import Iterator
from html import unescape

_BREAK = re.compile(r"<br>|</(?:p|li|pre|blockquote)>")
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_PIECE = re.compile(rf"({_TAG.pattern})")

# A tag, or None for a text; and what is read there.
Piece = tuple[str | None, str]


def plain(body: str, html: str) -> str:
    """Return what a reader sees of a body: the text of its `html`, or the body if it has no HTML."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", html))).strip() if html else body


def pieces(html: str) -> Iterator[Piece]:
    """Yield a rendered body piece by piece. What is read in all of them is what `plain` returns."""
    for place, piece in enumerate(_PIECE.split(html)):
        if place % 2 == 0:
            yield None, unescape(piece)
        else:
            yield piece, "\n" if _BREAK.fullmatch(piece) else ""
