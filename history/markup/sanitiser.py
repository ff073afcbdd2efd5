"""Decide what may be in a message's HTML. docs/PROTOCOL.md has the list."""

import re

import nh3

TAGS = {
    *("p", "br", "strong", "em", "s", "a", "code", "pre", "blockquote", "ul", "ol", "li", "span"),
}
ATTRIBUTES = {
    "a": {"href", "target", "title", "dir"},
    "code": {"class"},
    "li": {"value"},
    "pre": {"dir"},
    "span": {"class", "data-user", "dir"},
}
SCHEMES = {"http", "https", "mailto"}

_VALUES = {
    ("a", "target"): re.compile(r"_blank"),
    ("a", "dir"): re.compile(r"ltr|auto"),
    ("code", "class"): re.compile(r"language-[\w+#.-]{1,32}"),
    ("li", "value"): re.compile(r"\d{1,9}"),
    ("pre", "dir"): re.compile(r"ltr"),
    ("span", "class"): re.compile(r"mention"),
    ("span", "data-user"): re.compile(r"u_[0-9a-f]{1,32}"),
    ("span", "dir"): re.compile(r"auto"),
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    allowed = _VALUES.get((tag, name))
    return value if allowed is None or allowed.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


def clean(html: str) -> str:
    """Return the HTML with nothing in it but what is allowed."""
    return _CLEANER.clean(html)
