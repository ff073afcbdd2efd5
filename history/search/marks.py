"""Mark what was found in a text. The text is escaped, so that nothing a person wrote is markup.

The places of words are found letter by letter, which takes ten times as long as to see that a word is
there. So of a long text only the part that is shown is looked at so closely.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from history.folding import Place, fold, places
from history.models import Message
from history.search.query import Term

# A text longer than this is shown around its first mark, with _BEFORE characters before the mark.
EXCERPT = 400
_BEFORE = 120
_JOINER = "\u200d"
_FLAGS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
# The most marks in one text.
MARKS = 20


def shown(message: Message, terms: Sequence[Term]) -> SafeString:
    """Return a hit as it is read, or as it was typed if only that has what was looked for."""
    text = message.plain
    if message.html and _part(text, terms) is None and _part(message.body, terms) is not None:
        text = message.body
    if names := message.file_names:  # they are found as well
        text = "\n".join([*filter(None, [message.body and text]), *names])
    return marked(text, terms)


def marked(text: str, terms: Sequence[Term]) -> SafeString:
    """Return the text, or of a long one the part with the first mark, as HTML."""
    first = _part(text, terms) or 0
    spans = [
        (first + start, first + end)
        for start, end in found(text[first : first + 2 * EXCERPT], terms)[:MARKS]
    ]
    spans = _merged((whole(text, start), whole(text, end, -1)) for start, end in spans)
    start, end = (whole(text, at) for at in _excerpt(text, spans))
    pieces: list[tuple[str]] = []
    at = start
    for first, last in spans:
        if first >= end:
            break
        pieces.append((text[at:first],))
        pieces.append((format_html("<mark>{}</mark>", text[first : min(last, end)]),))
        at = min(last, end)
    pieces.append((text[at:end],))
    body = format_html_join("", "{}", pieces)
    return mark_safe(("…" if start else "") + body + ("…" if end < len(text) else ""))  # noqa: S308


def whole(text: str, at: int, step: int = 1) -> int:
    """Return the boundary between characters, as people see them, at or before `at`; with -1 at or after."""
    while 0 < at < len(text) and _goes_on(text, at):
        at -= step
    return at


def _goes_on(text: str, at: int) -> bool:
    """Return True if a character, as people see it, continues at a place (UAX #29, but for Hangul's parts)."""
    before, behind = text[at - 1], text[at]
    if behind in _FLAGS and before in _FLAGS:
        first = at
        while first and text[first - 1] in _FLAGS:
            first -= 1
        return (at - first) % 2 == 1
    return (
        before == _JOINER
        or behind == _JOINER
        or behind in _TONES
        or "\U000e0020" <= behind <= "\U000e007f"
        or unicodedata.category(behind)[0] == "M"
    )


def _part(text: str, terms: Sequence[Term]) -> int | None:
    """Return the start of a part, as long as two excerpts, with one of the terms; None if none has one."""
    for first in _parts(text):
        folded = fold(text[first : first + 2 * EXCERPT])
        if any(term.needle in folded for term in terms):
            return first
    return None


def _parts(text: str) -> Iterator[int]:
    """Yield the starts of the parts, each at the start of a word and overlapping half the part before."""
    first = 0
    while True:
        yield first
        if first + 2 * EXCERPT >= len(text):
            return
        space = text.find(" ", first + EXCERPT, first + 2 * EXCERPT - 64)
        first = space + 1 if space >= 0 else first + EXCERPT


def found(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Return the places of the terms in the text as (start, end), in order, without overlaps."""
    known = places(text)
    if not known:
        return []
    folded, word_at = _joined(known)
    spans = []
    for term in terms:
        at = folded.find(term.needle)
        while at >= 0:
            spans.append(_span(term.needle, at, folded, word_at, known))
            at = folded.find(term.needle, at + max(1, len(term.needle) - 1))
    return _merged(spans)


def _joined(known: Sequence[Place]) -> tuple[str, list[int]]:
    """Return the words as `fold` writes them, and the word that each character belongs to."""
    folded, word_at = [" "], [0]
    for number, place in enumerate(known):
        folded.append(place.word + " ")
        word_at += [number] * (len(place.word) + 1)
    return "".join(folded), word_at


def _span(
    needle: str, at: int, folded: str, word_at: Sequence[int], known: Sequence[Place]
) -> tuple[int, int]:
    """Return the part of the text that a needle covers, to the letter where letters can be counted."""
    first = at + (needle[0] == " ")
    last = at + len(needle) - 1 - (needle[-1] == " ")
    begin, finish = known[word_at[first]], known[word_at[last]]
    start, end = begin.start, finish.end
    # A word can be marked in part if it has as many letters as the folded word.
    if begin.end - begin.start == len(begin.word):
        start += first - folded.rfind(" ", 0, first) - 1
    if finish.end - finish.start == len(finish.word):
        end = finish.start + last - folded.rfind(" ", 0, last)
    return start, end


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _excerpt(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(text) <= EXCERPT:
        return 0, len(text)
    start = max(0, (spans[0][0] if spans else 0) - _BEFORE)
    return start, min(len(text), start + EXCERPT)
