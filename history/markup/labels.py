"""Judge labels of links: one that looks like an address must not lead elsewhere.

A label is judged as the eye sees it: without the marks of Markdown and invisible characters, in the
usual forms of its letters (NFKC), and by its skeleton (UTS #39) where a word is not plain ASCII.
"""

import re
import unicodedata
from html import unescape
from urllib.parse import unquote

from history.lookalikes import skeleton
from history.markup import addresses

_ADDRESS_LIKE = re.compile(
    r"://|\bwww\.|\w[\u0300-\u036f]*\.[^\W\d_]{2,}|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
)
_MARKS = re.compile(r"[*_~`\\]")
_SCHEME = re.compile(r"\W*(?:https?://|mailto:)?(?:www\.)?")
_WEB = re.compile("https?://", re.IGNORECASE)
# Including what is before an @, even with a colon: "here.example:80@elsewhere.example".
_HOST = re.compile(r"[^/?#@]*@[^/:?#]*|[^/:?#]*")
_BEHIND_HOST = re.compile(r"\W+$")
# Letters and marks that draw nothing, and spaces too thin to separate words.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200a\u202f\u205f\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_STOP = re.compile(f"[{''.join(sorted(addresses.DOTS))}](.?)")


_LINK = re.compile(r"<a ([^>]*)>(.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(href|title)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


def honest(html: str) -> str:
    """Return sanitised HTML without the links that nobody could have typed, but with their words."""
    return _LINK.sub(_honest, html) if "<a " in html else html


def _honest(link: re.Match[str]) -> str:
    values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(link[1])}
    target, label = values.get("href", ""), unescape(_TAG.sub("", link[2]))
    is_known = target.startswith("mailto:") or (
        bool(_WEB.match(target)) and addresses.is_one(target)
    )
    says_so = values.get("title", target) == target
    is_true = label == target or not pretends(label, target)
    return link[0] if is_known and says_so and is_true else link[2]


def pretends(label: str, target: str) -> bool:
    """Return True if the label looks like another address than the link's own."""
    own = _host(_usual(target))
    return any(
        _host(seen) != own
        for text in (label, _MARKS.sub("", label))
        for word in _usual(text).split()
        for seen in (_usual(unquote(word)),)
        if _ADDRESS_LIKE.search(seen if seen.isascii() else skeleton(seen))
        or _ADDRESS_LIKE.search(seen)
    )


def _usual(text: str) -> str:
    """Return the text without invisible characters, letters and dots in their usual forms."""
    text = _STOP.sub(_dot, _BLANK.sub("", text))
    text = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", text).casefold()


def _dot(found: re.Match[str]) -> str:
    """Return a dot, except for a stop that ends a sentence in a script without spaces."""
    return found[0] if unicodedata.category(found[1] or " ") == "Lo" else f".{found[1]}"


def _host(text: str) -> str:
    scheme = _SCHEME.match(text)
    host = _HOST.match(text, scheme.end() if scheme else 0)
    return _BEHIND_HOST.sub("", host[0]) if host else ""
