"""What a person may be called, and when two names are the same to the eye."""

import re
import unicodedata

from rooms.errors import BadName

MAX_LENGTH = 40
_SPACES = re.compile(r"\s+")
# Categories that draw nothing or move what is drawn: controls, format characters (bidi overrides,
# zero-width ones among them), surrogates, private use, unassigned, line and paragraph separators.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters of the categories above's like: they have a letter's category and draw nothing.
_BLANK = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u034f", "\u17b4", "\u17b5"}
# Zero-width joiner and variation selectors hold emoji together; nowhere else are they wanted.
_EMOJI_GLUE = {"\u200d", "\ufe0f"}
_MARKS_IN_A_ROW = 3


def clean(text: str) -> str:
    """The name as it is shown: outer spaces gone, inner ones single, NFC.

    Raises BadName with the reason.
    """
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not name:
        raise BadName("Please tell the others what to call you.")
    if len(name) > MAX_LENGTH:
        raise BadName(f"A name has at most {MAX_LENGTH} characters.")
    marks = 0
    for before, character in zip("\0" + name, name, strict=False):
        category = unicodedata.category(character)
        if character in _EMOJI_GLUE and unicodedata.category(before) in {"So", "Sk", "Mn"}:
            continue
        if category in _REFUSED or character in _BLANK:
            raise BadName("A name cannot have invisible or control characters in it.")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS_IN_A_ROW:
            raise BadName("That name has too many marks on one letter.")
    if not any(unicodedata.category(character)[0] in "LNSP" for character in name):
        raise BadName("A name needs at least one letter, digit or sign.")
    return name


def key(name: str) -> str:
    """What two names are compared by: the same key means the same name to the eye."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", "".join(c for c in folded if not c.isspace()))
