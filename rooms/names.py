"""Rules for people's names, and when two names look the same."""

import re
import unicodedata
from functools import cache, lru_cache

import emoji
import idna
from django.utils.functional import lazy

from history.lookalikes import JOINER, NON_JOINER, VARIATIONS, drawn, skeleton
from rooms.refusals.names import (
    NameBlank,
    NameHides,
    NameMissing,
    NamePiledUp,
    NameTooLong,
    TitleHides,
    TitlePiledUp,
    TitleTooLong,
)

MAX_LENGTH = 40
# Code points of a name as it is typed: a letter may come as four of them, which NFC makes one.
TYPED_MAX = 4 * MAX_LENGTH
TITLE_MAX = 80
# The same sentence for a form's field, which refuses a long name before anything reads it.
TOO_LONG = lazy(lambda: NameTooLong(limit=MAX_LENGTH).message, str)()
_SPACES = re.compile(r"\s+")
# Categories that draw nothing or move what is drawn: controls, format characters (bidi overrides,
# zero-width ones among them), surrogates, private use, unassigned, line and paragraph separators.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters and marks that draw nothing, though their categories are those of what does.
_BLANK = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u034f", "\u17b4", "\u17b5"}
_TEXT_STYLE, _EMOJI_STYLE, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_KEYED = frozenset("#*0123456789")
_VIRAMA = 9  # the combining class of the signs that take a letter its vowel
# Plane 1's pictographs; those that Unicode added after this Python was made are among them.
_PICTOGRAPHS = range(0x1F000, 0x1FB00)
_MARKS_IN_A_ROW = 3


def clean(text: str) -> str:
    """The name as it is shown: outer spaces gone, inner ones single, NFC.

    Raises BadName with the reason.
    """
    text = text.strip()
    if len(text) > TYPED_MAX:  # before NFC, which takes seconds for a long run of marks
        raise NameTooLong(limit=MAX_LENGTH)
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not name:
        raise NameMissing
    if len(name) > MAX_LENGTH:
        raise NameTooLong(limit=MAX_LENGTH)
    if hides(name):
        raise NameHides
    if _is_piled_up(name):
        raise NamePiledUp
    if not any(
        unicodedata.category(character)[0] in "LNSP" or _is_pictograph(character)
        for character in name
    ):
        raise NameBlank
    return name


def clean_title(text: str) -> str:
    """A room's title as it is shown, by the rules of names; "" for none.

    Raises BadTitle with the reason.
    """
    text = text.strip()
    if len(text) > TITLE_MAX:
        raise TitleTooLong(limit=TITLE_MAX)
    title = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    if hides(title):
        raise TitleHides
    if _is_piled_up(title):
        raise TitlePiledUp
    return title


def hides(text: str) -> bool:
    """Return True if something in a text is not drawn, or moves what is.

    Not what holds an emoji together (UTS #51), nor what joins letters, or keeps them apart, in
    scripts that need it (RFC 5892 A.1 and A.2, as RFC 8264 has them).
    """
    if text.isascii():
        return not text.isprintable()
    whole = _emoji(text)
    for at, character in enumerate(text):
        before, after = text[at - 1] if at else "\0", text[at + 1 : at + 2] or "\0"
        if VARIATIONS.match(character) and _varies(before, character):
            continue
        if at in whole or _is_pictograph(character) or _is_glue(before, character, after):
            continue
        if character in {NON_JOINER, JOINER} and _joins(text, at):
            continue
        category = unicodedata.category(character)
        if category in _REFUSED or character in _BLANK or VARIATIONS.match(character):
            return True
    return False


def _emoji(text: str) -> set[int]:
    """The places of all characters that belong to an emoji: keycaps, flags, families, styles."""
    return {
        at
        for found in emoji.emoji_list(text)
        for at in range(found["match_start"], found["match_end"])
    }


def _joins(text: str, at: int) -> bool:
    r"""Whether the joiner or non-joiner here changes how the letters beside it are drawn.

    Two that change nothing, or that those rules do not have, are usual too: between Arabic letters
    of which the first joins nothing anyway, as in "محمد\u200cرضا", and the joiner before the virama
    of Bengali's "র\u200d্যা".
    """
    before, after = text[at - 1] if at else "\0", text[at + 1 : at + 2] or "\0"
    if unicodedata.category(before)[0] not in "LM":
        return False
    if idna.valid_contextj(text, at):
        return True
    if text[at] == JOINER:
        return unicodedata.combining(after) == _VIRAMA and unicodedata.category(before) == "Lo"
    return _is_arabic(before) and _is_arabic(after)


def _is_arabic(character: str) -> bool:
    return unicodedata.bidirectional(character) == "AL" and character.isalpha()


def _varies(before: str, character: str) -> bool:
    """Return True if the selector chooses a form of the Chinese character or Mongolian letter before it."""
    if character >= "\U000e0100":
        return unicodedata.name(before, "").startswith("CJK UNIFIED")
    return character <= "\u180f" and unicodedata.name(before, "").startswith("MONGOLIAN LETTER")


def _is_piled_up(text: str) -> bool:
    marks = 0
    for character in text:
        if character in {_EMOJI_STYLE, JOINER, NON_JOINER}:
            continue
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks > _MARKS_IN_A_ROW:
            return True
    return False


def _is_pictograph(character: str) -> bool:
    return ord(character) in _PICTOGRAPHS or (
        unicodedata.category(character) == "So" and character not in _BLANK
    )


def _is_glue(before: str, character: str, after: str) -> bool:
    """Return True if this invisible character holds an emoji together; nowhere else is it wanted."""
    if character == JOINER:
        return before == _EMOJI_STYLE or _is_pictograph(before)
    if character == _TEXT_STYLE:
        return before in _styled() or (before in _KEYED and after == _KEYCAP)
    return character == _EMOJI_STYLE and (
        _is_pictograph(before) or before in _styled() or after == _KEYCAP
    )


@cache
def _styled() -> frozenset[str]:
    """Characters that are drawn as text or as a picture, as the sign after them says."""
    return frozenset(sign[0] for sign in emoji.EMOJI_DATA if sign[1:] in {"", _EMOJI_STYLE})


def folded(text: str) -> str:
    """Without the differences of case and of compatibility forms."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def key(name: str) -> str:
    """Return the key that names are compared by: the same key is the same name, typed in another way."""
    return "".join(folded(drawn(name)).split())


def beginnings(text: str) -> list[str]:
    """The skeletons of `text[:0]`, `text[:1]` and so on, for little more than one of them costs.

    "" from where no name could go on.
    """
    found, marks = [""], 0
    for at, character in enumerate(text):
        marks = marks + 1 if at and unicodedata.category(character)[0] == "M" else 0
        if marks > _MARKS_IN_A_ROW:  # no name goes on like that
            break
        if marks:
            found.append(skeleton(text[: at + 1]))  # it changes what stands before it
        else:
            found.append(found[-1] + _skeleton_of(character))
    return found + [""] * (len(text) + 1 - len(found))


@lru_cache(maxsize=4096)
def _skeleton_of(character: str) -> str:
    return skeleton(character)


def look_alike(one: str, other: str) -> bool:
    """Return True if two people in one room cannot have these names."""
    return key(one) == key(other) or skeleton(one) == skeleton(other)


def is_reserved(name: str) -> bool:
    """Return True if a name looks like one of those who run the site. One that only has it in it, like
    system404, is a nick that people have."""
    return _alias(name) in _reserved()


# Whoever has deleted their account.
DELETED_PERSON = "deleted person"
# Names that speak for the site. The wordmark's is among them.
RESERVED = (
    "admin", "admins", "administrator", "administrators", "mod", "mods", "moderator", "moderators",
    "staff", "support", "helpdesk", "system", "sysadmin", "webmaster", "security",
    "official", "everyone", DELETED_PERSON, "roomcode", "roomcode team",
    "roomcode staff", "roomcode support", "the admin", "the moderator", "site admin", "chat admin",
)  # fmt: skip


def _alias(name: str) -> str:
    """The skeleton, with 1, l and i alike: here that is what is meant."""
    return skeleton(name).replace("l", "i")


@cache
def _reserved() -> frozenset[str]:
    return frozenset(map(_alias, RESERVED))
