"""Counts over time, as bars of a chart and as rows of a table. Pure but for the counting."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from rooms import counts
from rooms.staff.base import Text

HOURS = 24
DAYS = 30
# A chart's own units: a bar has BAR to itself and leaves GAP of it free; the highest has HEIGHT.
BAR, GAP, HEIGHT = 10, 2, 60

LABELS: dict[str, Text] = {
    "messages": _("Messages"),
    "people": _("New people"),
    "rooms": _("New rooms"),
    "reports": _("Reports"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: float
    height: float
    when: str
    count: int
    is_partial: bool  # of a time that is not over


@dataclass(frozen=True, slots=True)
class Chart:
    """One subject over a time. `most` is what the highest bar stands for."""

    subject: str
    label: Text
    total: int
    most: int
    bars: Sequence[Bar]

    width = property(lambda self: len(self.bars) * BAR - GAP)
    height = HEIGHT
    bar = BAR - GAP


@dataclass(frozen=True, slots=True)
class Span:
    """A time: a chart for each subject, and the same as a table: (when, counts), latest first."""

    label: Text
    charts: Sequence[Chart]
    rows: Sequence[tuple[str, Sequence[int]]]

    columns = tuple(LABELS.values())


def spans(now: datetime) -> list[Span]:
    """The last 24 hours by the hour and the last 30 days by the day, in UTC, with the present one."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    today = hour.replace(hour=0)
    hours = [hour - timedelta(hours=back) for back in reversed(range(HOURS))]
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    hourly = counts.since(days[0], subjects=tuple(LABELS))
    daily = {subject: _by_day(counts) for subject, counts in hourly.items()}
    return [
        _span(_("Last 24 hours"), hours, hourly, lambda when: f"{when:%H:%M}"),
        _span(_("Last 30 days"), days, daily, lambda when: f"{when.day} {when:%b}"),
    ]


def _by_day(hours: Counter[datetime]) -> Counter[datetime]:
    days: Counter[datetime] = Counter()
    for hour, n in hours.items():
        days[hour.replace(hour=0)] += n
    return days


def _span(
    label: Text,
    times: Sequence[datetime],
    counted: dict[str, Counter[datetime]],
    write: Callable[[datetime], str],
) -> Span:
    charts = [
        chart(subject, title, times, counted[subject], write, is_partial=True)
        for subject, title in LABELS.items()
    ]
    rows = [(write(when), [counted[subject][when] for subject in LABELS]) for when in times[::-1]]
    return Span(label, charts, rows)


def chart(
    subject: str,
    label: Text,
    times: Sequence[datetime],
    counted: Counter[datetime],
    write: Callable[[datetime], str],
    *,
    is_partial: bool,
) -> Chart:
    """Return a chart with a bar for each time. `is_partial`: the last of them is not over."""
    counts = [counted[when] for when in times]
    most = max(counts)
    bars = [
        _bar(place, count, most, write(when), is_partial=is_partial and when == times[-1])
        for place, (when, count) in enumerate(zip(times, counts, strict=True))
    ]
    return Chart(subject, label, sum(counts), most, bars)


def _bar(place: int, count: int, most: int, when: str, *, is_partial: bool) -> Bar:
    # What is not nothing is seen, however much the others are.
    height = max(1.0, round(HEIGHT * count / most, 1)) if count else 0.0
    return Bar(
        x=place * BAR,
        y=round(HEIGHT - height, 1),
        height=height,
        when=when,
        count=count,
        is_partial=is_partial,
    )
