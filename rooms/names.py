"""What a person may be called, and when two names are the same to the eye."""

import re
import unicodedata

from rooms.errors import BadName

MAX_LENGTH = 40
_SPACES = re.compile(r"\s+")
# Categories that draw nothing or move what is drawn: controls, format characters (bidi overrides,
# zero-width ones among them), surrogates, private use, unassigned, line and paragraph separators.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks that draw nothing, though their categories are those of what does.
_BLANK = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u034f", "\u17b4", "\u17b5"}
_JOINER, _EMOJI_STYLE, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"
_VARIATIONS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Plane 1's pictographs; those that Unicode added after this Python was made are among them.
_PICTOGRAPHS = range(0x1F000, 0x1FB00)
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
    for before, character, after in zip("\0" + name, name, name[1:] + "\0", strict=False):
        if _is_glue(before, character, after) or _is_pictograph(character):
            continue
        category = unicodedata.category(character)
        if category in _REFUSED or character in _BLANK or _VARIATIONS.match(character):
            raise BadName("A name cannot have invisible or control characters in it.")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS_IN_A_ROW:
            raise BadName("That name has too many marks on one letter.")
    if not any(
        unicodedata.category(character)[0] in "LNSP" or _is_pictograph(character)
        for character in name
    ):
        raise BadName("A name needs at least one letter, digit or sign.")
    return name


def _is_pictograph(character: str) -> bool:
    return ord(character) in _PICTOGRAPHS or (
        unicodedata.category(character) == "So" and character not in _BLANK
    )


def _is_glue(before: str, character: str, after: str) -> bool:
    """Whether this invisible character holds an emoji together; nowhere else is it wanted."""
    if character == _JOINER:
        return before == _EMOJI_STYLE or _is_pictograph(before)
    return character == _EMOJI_STYLE and (_is_pictograph(before) or after == _KEYCAP)


def key(name: str) -> str:
    """What two names are compared by: the same key means the same name to the eye."""
    drawn = name.replace(_JOINER, "").replace(_EMOJI_STYLE, "")
    folded = unicodedata.normalize("NFKC", drawn).casefold()
    return unicodedata.normalize("NFKC", "".join(c for c in folded if not c.isspace()))
