"""Mark what was found in a message, which is shown as the log shows it.

The places of words are found letter by letter, which takes ten times as long as to see that a word is
there. So a text is looked at in parts, and only those that have a word are looked at so closely.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from history import markup
from history.folding import Place, fold, places
from history.models import Message
from history.search.query import Term

# The number of characters in a part. Each part overlaps half of the part before.
PART = 800
_JOINER = "\u200d"
_FLAGS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
# The most marks in one text.
MARKS = 20


def shown(message: Message, terms: Sequence[Term]) -> SafeString:
    """Return the HTML of a hit as the log shows it, or as it was typed if only that has what was looked for."""
    html = message.html
    if html and not _has(markup.plain(message.body, html), terms) and _has(message.body, terms):
        html = ""
    return _marked(list(markup.pieces(html)) if html else [(None, message.body)], terms)


def files(message: Message, terms: Sequence[Term]) -> list[dict[str, Any]]:
    """Return the files of a hit, as they are on the wire. Those whose names were found have `marked`, their names' HTML."""
    return [
        file | {"marked": _marked([(None, file["name"])], terms)}
        if _has(file["name"], terms)
        else file
        for file in message.files or ()
    ]


def _marked(pieces: Sequence[markup.Piece], terms: Sequence[Term]) -> SafeString:
    """Return HTML made of tags and texts, with marks in the texts. A text is escaped: it is no markup."""
    text = "".join(read for _, read in pieces)
    spans = _spans(text, terms)
    html: list[str] = []
    start = 0
    for tag, read in pieces:
        end = start + len(read)
        if tag is not None:
            html.append(tag)
        else:
            at = start
            for first, last in spans:
                first, last = max(first, start), min(last, end)
                if first < last:
                    html += escape(text[at:first]), f"<mark>{escape(text[first:last])}</mark>"
                    at = last
            html.append(escape(text[at:end]))
        start = end
    return mark_safe("".join(html))  # noqa: S308


def _spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return the places of the terms in a text of any length, in order: the first MARKS of them."""
    spans: list[tuple[int, int]] = []
    for first in _parts(text):
        part = text[first : first + PART]
        if _has_term(part, terms):
            places = ((first + start, first + end) for start, end in found(part, terms))
            spans = _merged([*spans, *places])
        if len(spans) >= MARKS:
            break
    return _merged((whole(text, start), whole(text, end, -1)) for start, end in spans[:MARKS])


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


def _has(text: str, terms: Sequence[Term]) -> bool:
    return any(_has_term(text[first : first + PART], terms) for first in _parts(text))


def _has_term(part: str, terms: Sequence[Term]) -> bool:
    folded = fold(part)
    return any(term.needle in folded for term in terms)


def _parts(text: str) -> Iterator[int]:
    """Yield the starts of the parts, each at the start of a word if there is one."""
    first = 0
    while True:
        yield first
        if first + PART >= len(text):
            return
        half = first + PART // 2
        space = text.find(" ", half, first + PART - 64)
        first = space + 1 if space >= 0 else half


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
