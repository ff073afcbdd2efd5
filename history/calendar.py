"""A month of a room's log: which days have messages.

Each day is one lookup in the index of times. Ordering by all of its columns makes the planner use it.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db import connection
from django.db.models import QuerySet

from history.models import Message
from history.prepared import Prepared

_DAYS = """
WITH days(number, since, until) AS (VALUES {days})
SELECT number, (
    SELECT m.id FROM history_message m WHERE m.stream_id = %s AND m.at >= days.since
    AND m.at < days.until AND m.seq > %s AND m.kind = 'chat' AND m.deleted_at IS NULL
    ORDER BY m.stream_id, m.at LIMIT 1) FROM days
"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month shown. `is_here`: the page's first message is of this day."""

    date: date
    has_messages: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks that begin on Monday. None stands for the days of other months.

    `earlier` and `later` are the months before and after, None beyond the log's ends.
    """

    first: date
    weeks: Sequence[Sequence[Day | None]]
    earlier: date | None
    later: date | None


def _seen(stream: int, hidden: int) -> QuerySet[Message]:
    return Message.objects.filter(stream=stream, seq__gt=hidden).only("at")


_oldest = Prepared(lambda **of: _seen(**of).order_by("seq")[:1], stream=int, hidden=int)
_newest = Prepared(lambda **of: _seen(**of).order_by("-seq")[:1], stream=int, hidden=int)


def month(
    stream_id: int, hidden: int, *, shown: date | None, here: date | None, zone: tzinfo
) -> Month | None:
    """Return the month of `shown`, or of `here`, the day on the page. None if the log is empty."""
    ends = [end.first(stream=stream_id, hidden=hidden) for end in (_oldest, _newest)]
    if None in ends:
        return None
    oldest, newest = (end.at.astimezone(zone).date().replace(day=1) for end in ends)
    first = min(max((shown or here or newest).replace(day=1), oldest), newest)
    days = list(calendar.Calendar().itermonthdates(first.year, first.month))
    said = _days_with_messages(stream_id, hidden, [d for d in days if d.month == first.month], zone)
    cells = [
        Day(day, day.day in said, day == here) if day.month == first.month else None for day in days
    ]
    return Month(
        first,
        [cells[at : at + 7] for at in range(0, len(cells), 7)],
        earlier=(first - timedelta(days=1)).replace(day=1) if first > oldest else None,
        later=(first + timedelta(days=31)).replace(day=1) if first < newest else None,
    )


def first_of(stream_id: int, hidden: int, day: date, zone: tzinfo) -> int | None:
    """Return the number of the first message on a day, or on the next day that has messages."""
    since = _midnight(day, zone)
    rows = Message.objects.filter(stream=stream_id, seq__gt=hidden, at__gte=since)
    return rows.order_by("stream", "at", "seq").values_list("seq", flat=True).first()


def _days_with_messages(
    stream_id: int, hidden: int, days: Sequence[date], zone: tzinfo
) -> set[int]:
    values = []
    for day in days:
        bounds = (_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        values += [day.day, *map(connection.ops.adapt_datetimefield_value, bounds)]
    row = "(%s, %s::timestamptz, %s::timestamptz)" if _is_postgresql() else "(%s, %s, %s)"
    sql = _DAYS.format(days=", ".join([row] * len(days)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, stream_id, hidden])
        return {int(number) for number, message in cursor.fetchall() if message is not None}


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
