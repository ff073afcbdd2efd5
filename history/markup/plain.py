"""A rendered body as text again, for a line that quotes it: without the marks of Markdown."""

import re
from html import unescape

_BREAK = re.compile(r"<br>|</(?:p|li|pre|blockquote)>")
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')


def plain(body: str, html: str) -> str:
    """What a reader sees of a body and its `html`, which is ours; the body itself where it has none."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", html))).strip() if html else body
