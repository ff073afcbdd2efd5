"""Skeletons, equal for texts that look the same: UTS #39, "Unicode Security Mechanisms"."""

import re
import unicodedata
from functools import cache
from pathlib import Path

NON_JOINER, JOINER = "\u200c", "\u200d"
VARIATIONS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# What a text can have in it and is not drawn by itself: two texts that differ in it look the same.
_UNDRAWN = re.compile(f"[{NON_JOINER}{JOINER}]|{VARIATIONS.pattern}")


def skeleton(text: str) -> str:
    """Return what the eye compares a text by: those with the same skeleton look alike.

    That of UTS #39, and small letters then compared once more: "Раul" in Cyrillic, "PauI" with an I
    and "pau1" are "paul", "Mia" and "rnia" are the same. It is no key by itself: i and I look
    different to it.
    """
    small = unicodedata.normalize("NFKC", _alike(drawn(text))).casefold()
    return "".join(_alike(small).split())


def drawn(text: str) -> str:
    """Return the text without what is not drawn by itself."""
    return _UNDRAWN.sub("", text)


def _alike(text: str) -> str:
    """The skeleton of UTS #39."""
    parts = unicodedata.normalize("NFD", text).translate(_prototypes())
    return unicodedata.normalize("NFD", parts)


@cache
def _prototypes() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in (Path(__file__).parent / "confusables.txt").read_text("ascii").splitlines():
        if not line.startswith("#"):
            target, *points = line.split(";")
            text = "".join(chr(int(point, 16)) for point in target.split())
            table.update((int(point, 16), text) for point in points)
    return table
