"""The filters of a search as chips: those that were typed, to be taken away, and some to be added. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from history.search.query import ITEM, MAX_LENGTH, OPERATORS, QUOTES

# Days back that are offered.
SPANS = (7, 30)
# Characters of a filter that its chip shows.
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter. `text` is the search with it taken away, if it `is_on`, or with it added."""

    label: str
    text: str
    is_on: bool = False


def chips(typed: str, *, today: date, rooms: Iterable[str] = ()) -> list[Chip]:
    """Return the filters in a search, then those that could be added.

    `rooms`: codes of rooms that the search has found something in, if it looks in several.
    """
    text = typed[:MAX_LENGTH]
    on, used = list[Chip](), set[str]()
    # One character for one: the places of what is found are those in the text itself.
    for found in ITEM.finditer(text.translate(QUOTES)):
        operator = (found["operator"] or "").lower()
        value = (found["quoted"] if found["quoted"] is not None else found["plain"] or "").strip()
        if operator not in OPERATORS or not value:
            continue
        used.add(operator)
        rest = " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
        on.append(Chip(_label(operator, value[:SHOWN]), rest, is_on=True))
    offered = list[tuple[str, str]]()
    if "from" not in used:
        offered.append((_("From me"), "from:me"))
    if not used & {"after", "before"}:
        offered += [
            (_("Last %(count)d days") % {"count": days}, f"after:{today - timedelta(days=days)}")
            for days in SPANS
        ]
    if "in" not in used:
        offered += [(_("In %(code)s") % {"code": code}, f"in:{code}") for code in rooms]
    return [*on, *(Chip(label, f"{text} {filter_}".strip()) for label, filter_ in offered)]


def _label(operator: str, value: str) -> str:
    if operator == "from":
        return _("From me") if value.lower() == "me" else _("From %(name)s") % {"name": value}
    if operator == "in":
        return _("In %(code)s") % {"code": value}
    if operator == "before":
        return _("Before %(day)s") % {"day": value}
    return _("Since %(day)s") % {"day": value}
