"""Find literals, pieces that stay whole whatever characters they have: code, links, names, emoji.

They are found before the inline rules run, so that an address with `_` in it stays an address.
"""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import NamedTuple

from history.markup import addresses, shortcodes
from history.markup.work import Work


class Literal(NamedTuple):
    """A piece of a text. `kind` is "code", "link", "mention", "emoji" or "text" (an escaped character).

    `value` is the code, the address, the member's id, the emoji or the text.
    """

    start: int
    end: int
    kind: str
    value: str


# All have one of three characters near their beginning, which are quick to find. An address begins after
# anything but an ASCII letter or digit, or right after another address; "www." does not begin one within
# an address.
_FINDS = re.compile(
    r"[:.@](?:"
    r"(?P<web>(?:(?<=[Hh][Tt][Tt][Pp]:)|(?<=[Hh][Tt][Tt][Pp][Ss]:))//)"
    r"|(?P<www>(?<=(?<![0-9A-Za-z@])(?<!//)(?<![0-9A-Za-z][.-])[Ww]{3}\.))"
    rf"|(?P<emoji>{shortcodes.REST})"
    r"|(?P<mention>(?<=@))"
    r")"
)
_TICKS = re.compile(r"`+|\n")


def find(text: str, work: Work) -> list[Literal]:
    """Return the literals of a text, in order, without overlaps."""
    # Most texts have no literals but code, and to see that costs a tenth of the search.
    has_others = ":" in text or may_have_links(text) or ("@" in text and bool(work.ids))
    found: list[Literal] = []
    done = 0
    for code in _code(text, work):
        if has_others:
            found += _others(text, done, code.start, work)
        found.append(code)
        done = code.end
    if has_others:
        found += _others(text, done, len(text), work)
    return found


def may_have_links(text: str) -> bool:
    """Return True if a text may have an address in it. Cheap; may be wrong when it is True."""
    return "://" in text or ("." in text and "www." in text.lower())


def _code(text: str, work: Work) -> Iterator[Literal]:
    """Return the spans between equally many back ticks in one line."""
    if "`" not in text:
        return
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    work.spend(len(runs))
    line = 0
    # The places of runs, left to right, by length and line.
    closers: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    openers: list[tuple[int, int, int]] = []
    for start, end in runs:
        if text[start] == "\n":
            line += 1
        elif not text.startswith("\\", start - 1) or start == 0:
            closers[end - start, line].append((start, end))
            openers.append((start, end, line))
    done = 0
    for start, end, line in openers:
        if start < done:
            continue
        later = closers[end - start, line]
        while later and later[0][0] <= start:
            later.popleft()
        if later:
            closer, done = later[0]
            yield Literal(start, done, "code", _without_padding(text[end:closer]))


def _without_padding(code: str) -> str:
    """Return code without the space that separates a back tick of its own from the marks."""
    if len(code) > 2 and code[0] == code[-1] == " " and not code.isspace():
        return code[1:-1]
    return code


def _others(text: str, start: int, end: int, work: Work) -> Iterator[Literal]:
    position = start
    while match := _FINDS.search(text, position, end):
        work.spend(4)
        literal = _literal(text, match, start, end, work)
        if literal is not None:
            start = literal.end
            yield literal
        position = max(match.start() + 1, start)


def _literal(text: str, match: re.Match[str], start: int, end: int, work: Work) -> Literal | None:
    """Return the literal of a match, if it is one and lies between `start` and `end`."""
    sign = match.start()
    if match["mention"] is not None:
        return _mention(text, sign, end, work)
    if match["emoji"]:
        return _emoji(text, match, start)
    begin = sign - (3 if match["www"] is not None else 4 if text[sign - 1] in "pP" else 5)
    if begin < start or (begin > start and match["web"] and _is_ascii_word(text[begin - 1])):
        return None
    address = addresses.at(text, begin, end)
    work.spend(8 + ((address.read - begin if address else addresses.LONGEST_HOST) >> 4))
    # The label of a link that was refused for leading elsewhere must not become a link itself.
    if address is None or text.startswith("](", address.end):
        return None
    return Literal(begin, address.end, "link", address.target)


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _mention(text: str, sign: int, end: int, work: Work) -> Literal | None:
    work.spend(len(work.lengths))
    if sign and is_of_word(text[sign - 1]):
        return None
    for length in work.lengths:
        after = sign + 1 + length
        person = work.ids.get(text[sign + 1 : after].casefold())
        if person and after <= end and not _goes_on(text, after):
            return Literal(sign, after, "mention", person)
    return None


def _goes_on(text: str, end: int) -> bool:
    """Return True if a word continues after this place."""
    return end < len(text) and is_of_word(text[end - 1]) and is_of_word(text[end])


def is_of_word(character: str) -> bool:
    """Return True if a character is of a script that puts spaces between words."""
    # Letters without case are those of Chinese, Japanese, Thai …, but also of Arabic and Hebrew, which do put
    # spaces. A name is still found there, only perhaps a shorter one than was meant.
    return unicodedata.category(character) in {"Lu", "Ll", "Lt", "Nd", "Mn", "Mc", "Pc"}


def _emoji(text: str, match: re.Match[str], start: int) -> Literal | None:
    sign = match.start()
    character = shortcodes.EMOJI.get(match["emoji"].strip(":"))
    if character is None:
        return None
    if sign > start and text[sign - 1] == "\\":
        return Literal(sign - 1, match.end(), "text", match[0])
    return Literal(sign, match.end(), "emoji", character)
