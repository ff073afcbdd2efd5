"""Figures of the site over a span of one's choice: is it used, is it healthy, is moderation quick.

Sums only, from what is counted by the hour (rooms/counts.py), and from the latest rooms and reports. Times
are UTC.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms import counts
from rooms.models import Membership, Report, Room
from rooms.staff import refused
from rooms.staff.base import Text
from rooms.staff.charts import Chart, chart
from rooms.staff.days import Span, SpanForm

# How many of the latest rooms, and of the latest reports, are looked at.
LATEST = 5000
SHADES = 5  # of the table of hours, beside none

_SIZES: Sequence[tuple[int, Text]] = (
    (1, _("1 person")),
    (2, _("2 people")),
    (5, _("3 to 5 people")),
    (15, _("6 to 15 people")),
    (50, _("16 to 50 people")),
)
_LARGER = _("More than 50 people")
_LIVES: Sequence[tuple[timedelta, Text]] = (
    (timedelta(hours=1), _("up to an hour")),
    (timedelta(days=1), _("up to a day")),
    (timedelta(weeks=1), _("up to a week")),
)
_LONGER = _("longer than a week")
_OPEN = _("still open")
CHARTS: dict[str, Text] = {
    "joins": _("Joins"),
    "messages": _("Messages"),
    "people": _("New people"),
    "rooms": _("New rooms"),
    counts.ONLINE: _("Peak people"),
    "refused": _("Refusals"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week: how many, the same in short, and its shade, 0 for none at all."""

    count: int
    short: str
    shade: int


@dataclass(frozen=True, slots=True)
class Refused:
    """How often a refusal was told, by its code."""

    code: str
    count: int

    @property
    def label(self) -> str:
        return refused.label(self.code)


@dataclass(frozen=True, slots=True)
class Total:
    """A figure of the span, that of as many days before it, and by how much it has changed since."""

    label: Text
    value: str
    before: str
    change: str = ""


def page(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    """The page; with 422 and the latest thirty days where the span asked for cannot be."""
    form = SpanForm(request.GET if {"first", "last"} & request.GET.keys() else {})
    valid = form.is_valid()
    span = form.cleaned_data["span"] if valid else Span.latest()
    if valid:
        form = SpanForm(initial={"first": span.first.isoformat(), "last": span.last.isoformat()})
    return TemplateResponse(
        request,
        "admin/figures.html",
        {**context, "title": _("Figures"), "form": form, **figures(span)},
        status=200 if valid else 422,
    )


def download(request: HttpRequest) -> HttpResponse:
    """The counts of each hour of the span as CSV, oldest first: `hour,subject,count`."""
    form = SpanForm(request.GET)
    if not form.is_valid():
        text = "\n".join(str(error) for errors in form.errors.values() for error in errors)
        return HttpResponse(f"{text}\n", status=422, content_type="text/plain; charset=utf-8")
    span = form.cleaned_data["span"]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"figures-{span.first}-{span.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["hour", "subject", "count"])
    counted = counts.since(span.begin, until=span.end)
    writer.writerows(
        sorted(
            (f"{hour:%Y-%m-%dT%H:%MZ}", subject, n)
            for subject, hours in counted.items()
            for hour, n in hours.items()
            if n
        )
    )
    return response


def figures(span: Span) -> dict[str, Any]:
    """Return all that the page shows of a span."""
    before, counted = _counted(span)
    rooms = _rooms(span)
    return {
        "span": span,
        "totals": list(_totals(counted, before)),
        "charts": list(_charts(span, counted)),
        "weekdays": _weekdays(counted["messages"]),
        "hours": range(24),
        "sizes": _sizes(rooms),
        "lives": _lives(rooms),
        "refusals": [
            Refused(subject.removeprefix(counts.REFUSED), sum(hours.values()))
            for subject, hours in sorted(
                counted.items(), key=lambda entry: (-sum(entry[1].values()), entry[0])
            )
            if subject.startswith(counts.REFUSED)
        ],
        "moderation": _moderation(span),
        "latest": LATEST,
    }


def _counted(span: Span) -> tuple[dict[str, Counter[datetime]], dict[str, Counter[datetime]]]:
    """Return what was counted in as many days before the span, and in the span itself."""
    both = counts.since(span.before().begin, until=span.end)
    for subject, hours in list(both.items()):
        if subject.startswith(counts.REFUSED):
            both["refused"] += hours
    before: dict[str, Counter[datetime]] = defaultdict(Counter)
    within: dict[str, Counter[datetime]] = defaultdict(Counter)
    for subject, hours in both.items():
        for hour, n in hours.items():
            (within if hour >= span.begin else before)[subject][hour] = n
    return before, within


def _totals(
    counted: Mapping[str, Counter[datetime]], before: Mapping[str, Counter[datetime]]
) -> Iterator[Total]:
    for subject, label in CHARTS.items():
        if subject != "refused":  # they have a list of their own
            now, then = (_total(subject, of[subject]) for of in (counted, before))
            change = _arrow(round(100 * (now - then) / then), "%") if then else ""
            yield Total(label, f"{now:,}", f"{then:,}", change)
    share, earlier = _share(counted), _share(before)
    yield Total(
        _("Wrote within a minute of joining"),
        _percent(share),
        _percent(earlier),
        "" if share is None or earlier is None else _points(share - earlier),
    )


def _total(subject: str, hours: Counter[datetime]) -> int:
    """The sum of the hours; of people at once the most."""
    return max(hours.values(), default=0) if subject == counts.ONLINE else sum(hours.values())


def _share(counted: Mapping[str, Counter[datetime]]) -> int | None:
    """How many of a hundred who joined wrote within a minute; None if nobody joined."""
    joins = sum(counted["joins"].values())
    return round(100 * sum(counted["spoke"].values()) / joins) if joins else None


def _percent(share: int | None) -> str:
    return "–" if share is None else f"{share}%"


def _points(change: int) -> str:
    return _arrow(change, ngettext(" point", " points", abs(change)))


def _arrow(change: int, unit: str) -> str:
    """Return "▲ 21%", "▼ 3%", or "± 0%"."""
    return f"{'▲' if change > 0 else '▼' if change < 0 else '±'} {abs(change)}{unit}"


def _charts(span: Span, counted: Mapping[str, Counter[datetime]]) -> Iterator[Chart]:
    """A bar for each day, of which today is not over."""
    partial = span.last == timezone.now().astimezone(UTC).date()
    for subject, label in CHARTS.items():
        days: Counter[datetime] = Counter()
        for hour, n in counted[subject].items():
            day = hour.replace(hour=0)
            days[day] = max(days[day], n) if subject == counts.ONLINE else days[day] + n
        found = chart(subject, label, span.days, days, _day, is_partial=partial)
        yield replace(found, total=found.most) if subject == counts.ONLINE else found


def _day(when: datetime) -> str:
    return f"{when.day} {when:%b}"


def _weekdays(hours: Counter[datetime]) -> list[tuple[Text, list[Cell]]]:
    """Return the hours of each day of the week."""
    table: Counter[tuple[int, int]] = Counter()
    for hour, n in hours.items():
        table[hour.weekday(), hour.hour] += n
    most = max(table.values(), default=0)
    return [
        (WEEKDAYS_ABBR[day], [_cell(table[day, hour], most) for hour in range(24)])
        for day in range(7)
    ]


def _cell(n: int, most: int) -> Cell:
    short = f"{n}" if n < 1000 else f"{n / 1000:.1f}k" if n < 9950 else f"{n / 1000:.0f}k"
    return Cell(n, short, -(-SHADES * n // most) if n else 0)


def _rooms(span: Span) -> list[tuple[int, timedelta | None]]:
    """Return (people ever in it, life) of the rooms made in the span; no life of what is open."""
    latest = Room.objects.order_by("-pk").values_list("pk", "created_at", "closed_at")[:LATEST]
    made = [row for row in latest if span.begin <= row[1] < span.end]
    if not made:
        return []
    first, last = made[-1][0], made[0][0]
    people: dict[int, int] = dict(
        Membership.objects.filter(room__gte=first, room__lte=last)
        .order_by()
        .values_list("room")
        .annotate(n=Count("pk"))
    )
    return [(people.get(pk, 0), end - begin if end else None) for pk, begin, end in made]


def _sizes(rooms: Iterable[tuple[int, timedelta | None]]) -> list[tuple[Text, int]]:
    found = Counter(
        next((label for most, label in _SIZES if people <= most), _LARGER)
        for people, _life in rooms
    )
    return [(label, found[label]) for label in [*(label for _most, label in _SIZES), _LARGER]]


def _lives(rooms: Iterable[tuple[int, timedelta | None]]) -> list[tuple[Text, int]]:
    def label_of(life: timedelta | None) -> Text:
        if life is None:
            return _OPEN
        return next((label for most, label in _LIVES if life <= most), _LONGER)

    found = Counter(label_of(life) for _people, life in rooms)
    return [(label, found[label]) for label in [*(label for _m, label in _LIVES), _LONGER, _OPEN]]


def _moderation(span: Span) -> dict[str, Any]:
    """How many of the reports made in the span are settled, and how long that took."""
    latest = Report.objects.order_by("-pk").values_list("created_at", "handled_at", "state")
    made = [row for row in latest[:LATEST] if span.begin <= row[0] < span.end]
    took = sorted(handled - made_at for made_at, handled, _state in made if handled is not None)
    states = Counter(state for _made, _handled, state in made)
    oldest = Report.objects.filter(state=Report.State.OPEN).aggregate(at=Min("created_at"))["at"]
    return {
        "made": len(made),
        "upheld": states[Report.State.UPHELD],
        "dismissed": states[Report.State.DISMISSED],
        "open": states[Report.State.OPEN],
        "half": _words(took[(len(took) - 1) // 2]) if took else "",
        "nine_tenths": _words(took[(9 * len(took) + 9) // 10 - 1]) if took else "",
        "oldest": oldest,
    }


def _words(length: timedelta) -> str:
    """A length of time in words, of two units."""
    now = timezone.now()
    return timesince(now - length, now)
