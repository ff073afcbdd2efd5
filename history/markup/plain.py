"""Turn a rendered body into text again, without the marks of Markdown, to quote it in a line."""

import re
from html import unescape

_BREAK = re.compile(r"<br>|</(?:p|li|pre|blockquote)>")
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')


def plain(body: str, html: str) -> str:
    """Return what a reader sees of a body: the text of its `html`, or the body if it has no HTML."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", html))).strip() if html else body
