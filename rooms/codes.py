"""Room codes: short, said over a telephone without mistakes, spelling nothing."""

import secrets
from collections.abc import Iterator

# No vowels (Y among them), so no words; no 0/O, no 1/I/L, which are read as one another.
ALPHABET = "BCDFGHJKMNPQRSTVWXZ23456789"
MAX_LENGTH = 12
_IGNORED = {ord(mark): None for mark in " \t\r\n-\u2010\u2011\u2012\u2013\u2014_.\u00a0"}


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
    """The code somebody meant: any case, spaces and dashes anywhere. "" if it cannot be one."""
    code = text.translate(_IGNORED).upper()
    return code if 0 < len(code) <= MAX_LENGTH and all(mark in ALPHABET for mark in code) else ""
