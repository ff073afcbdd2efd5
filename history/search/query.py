"""Parse what somebody typed into the search field. Pure.

ferry timetable         both words, or words that begin so; one or two letters are a whole word
"to the islands"        these words in this order; "isla*" a word that begins so
*land*                  inside a word
from:ada  from:me  in:K7QX  in:"To the islands"  before:2026-11-22  after:2026-11
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _

from history import folding
from history.search.index import Word

MAX_LENGTH = 400
MAX_TERMS = 20
# The most people, and the most rooms, that a query can name: each is looked up.
MAX_NAMED = 5
OPERATORS = ("from", "in", "before", "after")
# From this number of letters on, a typed word matches words that begin so; "in" and "go" are whole words.
BEGINS_FROM = 3

QUOTES = str.maketrans(dict.fromkeys("“”„«»「」『』＂", '"') | {"\0": " ", "：": ":"})
ITEM = re.compile(
    rf'(?:(?P<operator>{"|".join(OPERATORS)}):\s*)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))?',
    re.IGNORECASE,
)
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """Something that must stand in a message.

    `needle` must stand in the message's `words`. `indexed` are words that such a message has in the index:
    none if only the text itself can tell.
    """

    typed: str
    needle: str
    indexed: tuple[Word, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether only whole words match."""
        return self.needle.startswith(" ") and self.needle.endswith(" ")


@dataclass(slots=True)
class Query:
    """A query. All parts must hold; of several people one, and of several rooms one.

    `notes` are sentences for the person who searches.
    """

    terms: list[Term] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    notes: list[str] = field(default_factory=list)
    # Nothing can match: what was typed as a date is none.
    hopeless: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.people or self.rooms or self.since or self.until)

    def inside(self) -> "Query | None":
        """Return the query with its beginnings of words matched inside words too; None if it has none."""
        inner = [_inside(t.typed) if not t.is_whole and t.indexed else t for t in self.terms]
        if inner == self.terms or None in inner:
            return None
        return Query(
            [term for term in inner if term], self.people, self.rooms, self.since, self.until
        )


def parse(text: str, *, zone: tzinfo, now: datetime) -> Query:
    """Parse a query. Its `notes` say what was not understood."""
    query = Query()
    if len(text) > MAX_LENGTH:
        query.notes.append(_("That is long: only the beginning was looked for."))
    today = now.astimezone(zone).date()
    for found in ITEM.finditer(text[:MAX_LENGTH].translate(QUOTES)):
        operator, quoted, plain = found["operator"], found["quoted"], found["plain"]
        value = (quoted if quoted is not None else plain or "").strip()
        if operator:
            _operate(query, operator.lower(), value, zone=zone, today=today)
        elif value and len(query.terms) < MAX_TERMS:
            term = _phrase(value) if quoted is not None else _word(value)
            if term and term not in query.terms:
                query.terms.append(term)
    if query.is_empty and not query.notes:
        query.notes.append(_("There is no word in that to look for."))
    return query


# Words --------------------------------------------------------------------------------------------


def _word(typed: str) -> Term | None:
    if typed.startswith("*"):
        return _inside(typed) or _term(typed, begins=True)
    return _term(typed, begins=typed.endswith("*") or None)


def _phrase(typed: str) -> Term | None:
    return _term(typed, begins=typed.endswith("*"))


def _inside(typed: str) -> Term | None:
    folded = folding.fold(typed)
    found = folded.split()
    if not found or folding.is_unspaced(found[-1]):
        return None
    return Term(typed, folded.strip()) if len(folded.strip()) > 1 else None


def _term(typed: str, *, begins: bool | None) -> Term | None:
    """Return the term for words in this order; None if there are none.

    `begins`: the last word may be the beginning of one. None: its length decides.
    """
    folded = folding.fold(typed)
    found = folded.split()
    if not found:
        return None
    last = found[-1]
    if folding.is_unspaced(last):
        # A last character alone is the beginning of a pair. After a pair it would demand that the run ends
        # there.
        if len(last) == 1 and len(found) > 1 and found[-2][1:] == last:
            found.pop()
            return Term(typed, f" {' '.join(found)} ", tuple(Word(word) for word in found))
        begins = True
    elif begins is None:
        begins = len(last) >= BEGINS_FROM
    indexed = [Word(word) for word in found[:-1]] + [Word(last, begins)]
    return Term(typed, folded.rstrip() if begins else folded, tuple(indexed))


# Operators ----------------------------------------------------------------------------------------


def _operate(query: Query, operator: str, value: str, *, zone: tzinfo, today: date) -> None:
    if not value:
        query.notes.append(_("Something is missing after “%s:”.") % operator)
    elif operator in {"from", "in"}:
        named = query.people if operator == "from" else query.rooms
        if len(named) < MAX_NAMED:
            named.append(value)
        else:
            too_many = _("Of “%(operator)s:” only the first %(count)s were looked for.")
            note = too_many % {"operator": operator, "count": MAX_NAMED}
            query.notes += [note] if note not in query.notes else []
    elif (day := _day(value, today)) is None:
        query.hopeless = True
        query.notes.append(
            _("“%(value)s” is no date. Dates are written so: 2026-11-22, 2026-11 or 2026.")
            % {"value": value[:40]}
        )
    elif operator == "before":
        until = _midnight(day, zone)
        query.until = min(query.until, until) if query.until else until
    else:
        since = _midnight(day, zone)
        query.since = max(query.since, since) if query.since else since


def _day(value: str, today: date) -> date | None:
    """Return the day, or the first day of a month or year; None if it is none."""
    if value.lower() in _NAMED_DAYS:
        return today + timedelta(days=_NAMED_DAYS[value.lower()])
    found = _DAY.fullmatch(value)
    try:
        day = date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        return None
    # Beyond these years a day's midnight may not exist in another time zone.
    return day if day and 1900 <= day.year < 9999 else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
