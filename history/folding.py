"""Fold a text into words, the form in which search compares messages and queries. Pure.

`fold` is the one definition of what matches. `of` applies it to a message: to the text that is shown,
and to what only the typed text has. The databases only find candidates quickly. The rules:

* Compatibility forms are equal (NFKD). Case and the accents of Latin, Greek, Hebrew and Arabic letters
  do not count. In other scripts an accent makes another letter (й, が) and stays; ё is е.
* Letters, digits and marks make words, everything else separates them; a picture or a sign beyond
  ASCII (😀, →, €) is a word.
* Scripts that are written without spaces, and Korean, whose endings grow onto words, are cut into
  pairs: 日本語 is 日本, 本語 and 語. So a query in such a script is found wherever it stands.
* The Arabic article is a word of its own, with what is written onto it: كتاب is found in والكتاب.
* Words longer than LONGEST are cut: PostgreSQL takes none beyond 2046 bytes.
* A character counts for at most four letters, and has at most three marks. NFKD makes eighteen letters
  of some, and marks may follow without end: the cost is bounded before characters are decomposed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from history import markup

LONGEST = 64
# The words that are kept have at most GROWTH times the characters of the text, and MORE.
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
# و and, ف so; ب with, ك like; then ال the; or لل to the. At least two letters follow.
_ARTICLE = re.compile("([وف]?[بك]?ال|[وف]?لل)(?=[\u0621-\u064a]{2})")
_ARABIC_ARTICLE = re.compile("[ال]ل")
# Marks that are an accent or a point, and not half of a letter.
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
# Cyrillic letters that Unicode decomposes into a letter and an accent.
_KEPT = re.compile("([\u0400-\u052f])[\u0300-\u036f]+")
_DROPPED = frozenset(
    "\u00ad\u0640\u200d\u2060\ufe0e\ufe0f"
)  # they are drawn as nothing, or as a longer line
# Korean letters that continue the syllable before them.
_JAMO = range(0x1160, 0x1200)


class _Table(dict[int, str | None]):
    """Maps each character to its folded form, computed when it is first met."""

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
    """Maps each character to itself, or to the first letters of its NFKD form if that is long."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code))
        is_long = len(letters) > _MOST_LETTERS
        self[code] = found = letters[:_MOST_LETTERS] if is_long else chr(code)
        return found


class _Kinds(dict[int, str]):
    """Maps each mark to "m" and everything else to "x"."""

    def __missing__(self, code: int) -> str:
        self[code] = found = "m" if unicodedata.category(chr(code))[0] == "M" else "x"
        return found


_TABLE = _Table()
_SHORTENED, _KINDS = _Shortened(), _Kinds()
_ASCII = bytes(ord(chr(c).lower()) if c < 128 and chr(c).isalnum() else 32 for c in range(256))


def fold(text: str) -> str:
    """Return the words of a text in order, a space before and after each; "" if there are none."""
    if text.isascii():
        words = text.encode().translate(_ASCII).decode().split()
        if words and len(max(words, key=len)) > LONGEST:
            words = [piece for word in words for _, _, piece in _cut(word)]
    else:
        words = [piece for word in _letters(text).split() for _, _, piece in _cut(word)]
    return f" {' '.join(words)} " if words else ""


def of(body: str, html: str, names: Sequence[str] = ()) -> str:
    """Return what search compares of a message: the text shown, the typed text if it has more, and the
    `names` of its files.

    A line break stands between them. No needle has one, so nothing is found across.
    """
    found = _of_text(body, html)
    return "\n".join([found, *map(fold, names)]) if names else found


def _of_text(body: str, html: str) -> str:
    typed = fold(body)
    shown = fold(markup.plain(body, html)) if html else typed
    # Marks of Markdown within a script without spaces end runs that do not end in the text shown.
    more = {word for word in typed.split() if len(word) > 1 or not is_unspaced(word)}
    both = shown if more <= set(shown.split()) else f"{shown}\n{typed}"
    longest = GROWTH * len(body) + MORE
    return both if len(both) <= longest else both[: both.rindex(" ", 0, longest) + 1]


def is_unspaced(word: str) -> bool:
    """Return True if a word of `fold` is of a script without spaces: a pair, or a last character."""
    return bool(_HAS_UNSPACED.match(word))


def _letters(text: str) -> str:
    text = _bounded(text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _KEPT.sub(_joined, text).translate(_TABLE))


def _bounded(text: str) -> str:
    """Return the text with bounded numbers of letters and marks for each of its characters."""
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
    """Compose a letter again, before accents are removed."""
    letter = unicodedata.normalize("NFC", found[0])[0]
    return "\u0435" if letter == "\u0451" else letter


def _cut(word: str) -> Iterator[tuple[int, int, str]]:
    """Yield the pieces by which a word is compared, each with its start and end in the word."""
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
    """A word of `fold` and its place in the text, from `start` up to `end`."""

    word: str
    start: int
    end: int


def places(text: str) -> list[Place]:
    """Return the words of `fold` in order, with their places in the text."""
    if text.isascii():  # a letter for each
        whole = text.encode().translate(_ASCII).decode()
        starts: Sequence[int] = range(len(text))
        ends: Sequence[int] = range(1, len(text) + 1)
    else:
        whole, starts, ends = _by_clusters(text)
    return [
        Place(piece, starts[word.start() + start], ends[word.start() + end - 1])
        for word in re.finditer(r"\S+", whole)
        for start, end, piece in _cut(word[0])
    ]


def _by_clusters(text: str) -> tuple[str, list[int], list[int]]:
    """Return the folded text, and for each of its letters where the cluster that it is of starts and ends."""
    letters, starts, ends = [], list[int](), list[int]()
    for start, end in _clusters(text):
        fold_cluster = _folded_cluster if end - start <= LONGEST else _letters
        folded = fold_cluster(text[start:end])
        letters.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    return "".join(letters), starts, ends


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each cluster: only within one does a character change another."""
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
