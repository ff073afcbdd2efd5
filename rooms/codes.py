"""Room codes: short, said over a telephone without mistakes, spelling nothing."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

# No vowels (Y among them), so no words; no 0/O, no 1/I/L, which are read as one another.
ALPHABET = "BCDFGHJKMNPQRSTVWXZ23456789"
MAX_LENGTH = 12
# Characters of what somebody types or pastes for a code: more is none.
TYPED_MAX = 300
_LINK = re.compile(r"/rooms/+([^/?#\s]+)", re.IGNORECASE)
# What follows a link's code without a space.
_BEHIND = re.compile(r"(?<=[0-9A-Za-z])[^0-9A-Za-z-].*", re.DOTALL)
# Between a code and the words around it: "Code: 76WC".
_BETWEEN = re.compile(r"[\s:=]+")
# What is shorter is a number or an abbreviation: "we are 3".
_SHORTEST_WORD = 3
# What keyboards, messengers and people put between and around characters: format characters (marks of
# direction, zero-width spaces), dashes, quotes, brackets, other punctuation, accents by themselves,
# arrows and the minus, pictures.
_ADDED = {"Cf", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sk", "Sm", "So"}
_ALSO_ADDED = frozenset("\ufe0e\ufe0f\u20e3")  # of keycaps: 7\ufe0f\u20e3
_TELLING = frozenset("/\\@%&")  # of addresses, and never around a code


def generate(*, length: int) -> str:
    """A code of `length` characters from a cryptographic source."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def candidates(*, length: int, count: int) -> Iterator[str]:
    """Up to `count` different codes, in random order."""
    seen: set[str] = set()
    for _ in range(count):
        code = generate(length=length)
        if code not in seen:
            seen.add(code)
            yield code


def normalize(text: str) -> str:
    """The code somebody meant, also by a link with it; "" if it cannot be one.

    Any case, wide letters, digits of any script; spaces, dashes, quotes and the like anywhere. Of
    several words it is the one that can be a code.
    """
    if len(text) > TYPED_MAX:
        return ""
    if text.isascii() and text.isalnum():
        return _code(text)
    text = unquote(text)
    if link := _LINK.search(text):
        shown = _usual(link[1])
        return _code(_bare(shown)) or _code(_bare(_BEHIND.sub("", shown)))
    bare = _bare(text)
    if (code := _code(bare)) or not _TELLING.isdisjoint(bare):
        return code
    words = [_code(_bare(word)) for word in _BETWEEN.split(_usual(text))]
    found = [code for code in words if len(code) >= _SHORTEST_WORD]
    return found[0] if len(found) == 1 else ""


def _code(text: str) -> str:
    """A text in capitals, if it is a code."""
    code = text.upper()
    return code if 0 < len(code) <= MAX_LENGTH and all(mark in ALPHABET for mark in code) else ""


def _usual(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _bare(text: str) -> str:
    """Return the typed text without the characters that were added on the way."""
    return "".join(map(_kept, _usual(text)))


def _kept(mark: str) -> str:
    if mark in _TELLING:
        return mark
    if mark.isspace() or mark in _ALSO_ADDED or unicodedata.category(mark) in _ADDED:
        return ""
    digit = unicodedata.decimal(mark, None)
    return mark if digit is None else str(digit)
