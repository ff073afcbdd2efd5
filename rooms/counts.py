"""Counting by the hour, in passing.

Nothing is added to a message's way into the log, not even an index on its time: workers go through
each table by its primary key, a step at a time, and add up what they pass. So a chart of a month is
some hundreds of rows however many millions were counted, and stays as it is when messages are
erased after their time.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Count, Func, Max, Model, Q
from django.db.models.functions import Now

from history.models import Message
from rooms.models import CountedThrough, HourlyCount, Report, Room, User

# Rows that one step goes through: tens of milliseconds.
STEP = 20_000
# Keys become visible in the order of commits, not in their own: what is this old is complete.
LAG = timedelta(minutes=1)
# Rows that are counted while somebody waits, beyond those that have been.
TAIL = 100_000

_ADD = """
INSERT INTO rooms_tally (subject, hour, count) VALUES (%s, %s, %s)
ON CONFLICT (subject, hour) DO UPDATE SET count = rooms_tally.count + excluded.count
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of row that is counted, and the column that holds its time."""

    name: str
    model: type[Model]
    at: str
    counts: Q = field(default_factory=Q)

    def by_hour(self, *, after: int, through: int | None = None) -> Counter[datetime]:
        """Return how many there are in each hour, of the rows with keys in (after, through]."""
        rows = self.model._default_manager.filter(self.counts, pk__gt=after)
        if through is not None:
            rows = rows.filter(pk__lte=through)
        found = rows.order_by().values(hour=_Hour(self.at)).annotate(n=Count("pk"))
        hours = found.values_list("hour", "n")
        return Counter({_moment(hour): n for hour, n in hours})


SUBJECTS = (
    Subject("messages", Message, "at", Q(kind=Message.Kind.CHAT)),
    Subject("rooms", Room, "created_at"),
    Subject("people", User, "date_joined"),
    Subject("reports", Report, "created_at"),
)


def step() -> None:
    """Count what came about since, so much as one step goes through. Any worker may, at any time."""
    done = dict(CountedThrough.objects.values_list("subject", "through"))
    for subject in SUBJECTS:
        if subject.name not in done:
            CountedThrough.objects.get_or_create(subject=subject.name)
        _count(subject, after=done.get(subject.name, 0))


def _count(subject: Subject, *, after: int) -> None:
    new = subject.model._default_manager.filter(pk__gt=after)
    settled = new.filter(**{f"{subject.at}__lte": Now() - LAG}).order_by("-pk")
    top = settled.values_list("pk", flat=True).first()
    if top is None:
        return
    enough = new.filter(pk__lte=top).order_by("pk").values_list("pk", flat=True)
    through = enough[STEP - 1 : STEP].first() or top
    hours = subject.by_hour(after=after, through=through)
    with transaction.atomic():
        mine = CountedThrough.objects.filter(subject=subject.name, through=after).update(
            through=through
        )
        if not mine:
            return  # another worker has counted these
        with connection.cursor() as cursor:
            cursor.executemany(
                _ADD,
                [
                    (subject.name, connection.ops.adapt_datetimefield_value(hour), n)
                    for hour, n in hours.items()
                ],
            )


def since(moment: datetime) -> dict[str, Counter[datetime]]:
    """By subject, how many in each hour from a moment until now."""
    done = dict(CountedThrough.objects.values_list("subject", "through"))
    found: dict[str, Counter[datetime]] = {subject.name: Counter() for subject in SUBJECTS}
    for name, hour, n in HourlyCount.objects.filter(hour__gte=moment).values_list(
        "subject", "hour", "count"
    ):
        found[name][hour] = n
    for subject in SUBJECTS:
        last = subject.model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        after = max(done.get(subject.name, 0), last - TAIL)
        tail = subject.by_hour(after=after)
        found[subject.name] += Counter({h: n for h, n in tail.items() if h >= moment})
    return found


class _Hour(Func):
    """A time down to its hour, as text: Django's own truncation calls Python for each row of SQLite."""

    output_field = CharField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="substr(%(expressions)s, 1, 13)", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return super().as_sql(compiler, connection, template=template, **context)


def _moment(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)
