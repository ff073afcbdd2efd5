"""The filters of a search as chips: those that were typed, to be taken away, and some to be added. Pure."""

from collections.abc import Iterable, Mapping
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
    """A filter. `text` is the search with it taken away, if it `is_on`, or with it added.

    `code` is that of the room whose title the label has.
    """

    label: str
    text: str
    is_on: bool = False
    code: str = ""


def chips(
    typed: str,
    *,
    today: date,
    rooms: Iterable[str] = (),
    titles: Mapping[str, str] | None = None,
) -> list[Chip]:
    """Return the filters in a search, then those that could be added.

    `rooms`: codes of rooms that the search has found something in, if it looks in several. `titles`
    are those of rooms by code: people know a room by its title.
    """
    text, titles = typed[:MAX_LENGTH], titles or {}
    on, used = list[Chip](), set[str]()
    # One character for one: the places of what is found are those in the text itself.
    for found in ITEM.finditer(text.translate(QUOTES)):
        operator = (found["operator"] or "").lower()
        value = (found["quoted"] if found["quoted"] is not None else found["plain"] or "").strip()
        if operator not in OPERATORS or not value:
            continue
        used.add(operator)
        rest = " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
        code = value.upper() if operator == "in" and titles.get(value.upper()) else ""
        label = _label(operator, titles[code] if code else value[:SHOWN])
        on.append(Chip(label, rest, is_on=True, code=code))
    offered = list[tuple[str, str, str]]()
    if "from" not in used:
        offered.append((_("From me"), "from:me", ""))
    if not used & {"after", "before"}:
        offered += [
            (
                _("Last %(count)d days") % {"count": days},
                f"after:{today - timedelta(days=days)}",
                "",
            )
            for days in SPANS
        ]
    if "in" not in used:
        for code in rooms:
            title = titles.get(code, "")
            offered.append((_label("in", title or code), f"in:{code}", code if title else ""))
    added = (Chip(label, f"{text} {more}".strip(), code=code) for label, more, code in offered)
    return [*on, *added]


def _label(operator: str, value: str) -> str:
    if operator == "from":
        return _("From me") if value.lower() == "me" else _("From %(name)s") % {"name": value}
    if operator == "in":
        return _("In %(code)s") % {"code": value}
    if operator == "before":
        return _("Before %(day)s") % {"day": value}
    return _("Since %(day)s") % {"day": value}
