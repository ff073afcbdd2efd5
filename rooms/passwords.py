"""Passwords and passcodes as they are hashed: the same, whichever keyboard typed them.

"ä" is one code point from some keyboards and two from others, "4" may come wide. NIST SP 800-63B has
passwords normalised before they are hashed, RFC 8265 makes every space the usual one. Older hashes
are of what was typed, so that is tried too.
"""

import unicodedata

from django.contrib.auth.hashers import make_password

# Characters. What is longer is hashed as it is: normalising a long run of marks takes seconds.
LONGEST = 1024


def normal(typed: str) -> str:
    """Return the form of a typed password that is hashed."""
    if typed.isascii() or len(typed) > LONGEST:
        return typed
    text = "".join(" " if unicodedata.category(mark) == "Zs" else mark for mark in typed)
    return unicodedata.normalize("NFKC", text)


def hashed(typed: str) -> str:
    """The hash that is kept."""
    return make_password(normal(typed))


def spellings(typed: str) -> tuple[str, ...]:
    """Return the texts that a hash may be of if this is the password: as hashed now, then as typed."""
    return tuple(dict.fromkeys((normal(typed), typed)))
