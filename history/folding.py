"""What search compares: a text as words, the same for a message and for what is looked for. Pure.

`fold` is the one definition of what matches, and `of` says what of a message it is applied to: what
is shown of it, and what only the typed text has. The databases only find candidates quickly:

* Compatibility forms are one (NFKD), case and the accents of Latin, Greek, Hebrew and Arabic letters
  do not count. Accents elsewhere make other letters (й, が) and stay; ё is е.
* Letters, digits and marks make words, everything else separates them; a picture or a sign beyond
  ASCII (😀, →, €) is a word.
* Scripts that are written without spaces, and Korean, whose endings grow onto words, are cut into
  pairs: 日本語 is 日本, 本語 and 語. What is looked for there is so found wherever it stands.
* The Arabic article is a word of its own, with what is written onto it: كتاب is found in والكتاب.
* Words longer than LONGEST are cut: PostgreSQL takes none beyond 2046 bytes.
* A character counts for four letters at the most, and has three marks at the most. There are some of
  eighteen letters, and no end of marks: what they would cost is bounded before they are taken apart.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from history import markup

LONGEST = 64
# What is kept of a text's words is so many times longer than the text, and a little more.
GROWTH, MORE = 4, 64
_MOST_LETTERS = 4
_TOO_MANY_MARKS = re.compile("(?<=mmm)m+")

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u1100-\u11ff\uac00-\ud7ff"  # Korean
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af"  # Chinese characters
    "\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff"  # Japanese syllables
    "\u3105-\u312f\u31a0-\u31bf"  # Bopomofo
)
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# و and, ف so; ب with, ك like; then ال the; or لل to the. What follows has two letters or more.
_ARTICLE = re.compile("([وف]?[بك]?ال|[وف]?لل)(?=[\u0621-\u064a]{2})")
_ARABIC_ARTICLE = re.compile("[ال]ل")
# Marks that are an accent or a point, not a letter's other half.
_ACCENTS = (
    range(0x0300, 0x0370),
    range(0x0591, 0x05C8),
    range(0x0610, 0x061B),
    range(0x064B, 0x0660),
    range(0x0670, 0x0671),
    range(0x06D6, 0x06EE),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0x20D0, 0x2100),
)
# Joined letters of Cyrillic that Unicode takes apart into a letter and an accent.
_KEPT = re.compile("([\u0400-\u052f])[\u0300-\u036f]+")
_DROPPED = frozenset(
    "\u00ad\u0640\u200d\u2060\ufe0e\ufe0f"
)  # drawn as nothing, or as a longer line
# Korean letters that go on the syllable before them.
_JAMO = range(0x1160, 0x1200)


class _Table(dict[int, str | None]):
    """What becomes of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = found = self._find(code)
        return found

    @staticmethod
    def _find(code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if character in _DROPPED or any(code in accents for accents in _ACCENTS):
            return None
        if category[0] in "LMN":
            return character
        if category in {"So", "Sm", "Sc"} and code > 0x7F:
            return f" {character} "
        return " "


class _Shortened(dict[int, str]):
    """Each character, or the first letters of what compatibility makes of it if those are many."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code))
        is_long = len(letters) > _MOST_LETTERS
        self[code] = found = letters[:_MOST_LETTERS] if is_long else chr(code)
        return found


class _Kinds(dict[int, str]):
    """ "m" for each mark, "x" for everything else."""

    def __missing__(self, code: int) -> str:
        self[code] = found = "m" if unicodedata.category(chr(code))[0] == "M" else "x"
        return found


_TABLE = _Table()
_SHORTENED, _KINDS = _Shortened(), _Kinds()
_ASCII = bytes(ord(chr(c).lower()) if c < 128 and chr(c).isalnum() else 32 for c in range(256))


def fold(text: str) -> str:
    """The words of a text in their order, a space before and after each one; "" if it has none."""
    if text.isascii():
        words = text.encode().translate(_ASCII).decode().split()
        if words and len(max(words, key=len)) > LONGEST:
            words = [piece for word in words for _, _, piece in _cut(word)]
    else:
        words = [piece for word in _letters(text).split() for _, _, piece in _cut(word)]
    return f" {' '.join(words)} " if words else ""


def of(body: str, html: str) -> str:
    """Return what search compares of a message: what is shown, and the typed text if it has more.

    The two are told apart by a line break, which no needle has, so that nothing is found across.
    """
    typed = fold(body)
    shown = fold(markup.plain(body, html)) if html else typed
    # Marks in the midst of a script without spaces end runs that do not end.
    more = {word for word in typed.split() if len(word) > 1 or not is_unspaced(word)}
    both = shown if more <= set(shown.split()) else f"{shown}\n{typed}"
    longest = GROWTH * len(body) + MORE
    return both if len(both) <= longest else both[: both.rindex(" ", 0, longest) + 1]


def is_unspaced(word: str) -> bool:
    """Whether a word of `fold` is of a script without spaces: a pair, or a last character."""
    return bool(_HAS_UNSPACED.match(word))


def _letters(text: str) -> str:
    text = _bounded(text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _KEPT.sub(_joined, text).translate(_TABLE))


def _bounded(text: str) -> str:
    """The text with at most so many letters and marks for each of its characters."""
    text = text.translate(_SHORTENED)
    kinds = text.translate(_KINDS)
    if "mmmm" not in kinds:
        return text
    pieces, done = [], 0
    for surplus in _TOO_MANY_MARKS.finditer(kinds):
        pieces.append(text[done : surplus.start()])
        done = surplus.end()
    return "".join([*pieces, text[done:]])


def _joined(found: re.Match[str]) -> str:
    """A letter put together again before accents are taken off."""
    letter = unicodedata.normalize("NFC", found[0])[0]
    return "\u0435" if letter == "\u0451" else letter


def _cut(word: str) -> Iterator[tuple[int, int, str]]:
    """What a word is compared by: pieces, each with where it begins and ends in the word."""
    if not _HAS_UNSPACED.search(word):
        start = 0
        if _ARABIC_ARTICLE.search(word, 0, 4) and (article := _ARTICLE.match(word)):
            start = article.end()
            yield 0, start, article[1]
        for at in range(start, len(word), LONGEST):
            end = min(at + LONGEST, len(word))
            yield at, end, word[at:end]
        return
    for found in _RUN.finditer(word):
        run, at = found[0], found.start()
        if is_unspaced(run):
            for i in range(len(run)):
                yield at + i, min(at + i + 2, found.end()), run[i : i + 2]
        else:
            for start, end, piece in _cut(run):
                yield at + start, at + end, piece


# Where words stand --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A word of `fold`, and where in the text it stands: from `start` up to `end`."""

    word: str
    start: int
    end: int


def places(text: str) -> list[Place]:
    """The words of `fold`, in their order, with their places in the text."""
    letters, starts, ends = [], [], []
    for start, end in _clusters(text):
        fold_cluster = _folded_cluster if end - start <= LONGEST else _letters
        folded = fold_cluster(text[start:end])
        letters.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    whole = "".join(letters)
    return [
        Place(piece, starts[word.start() + start], ends[word.start() + end - 1])
        for word in re.finditer(r"\S+", whole)
        for start, end, piece in _cut(word[0])
    ]


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Characters with what belongs to them: only within a cluster does one change another."""
    start = 0
    for at in range(1, len(text)):
        if not (unicodedata.category(text[at])[0] == "M" or ord(text[at]) in _JAMO):
            yield start, at
            start = at
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _folded_cluster(cluster: str) -> str:
    return _letters(cluster)
