"""Counting by the hour, in passing.

Nothing is added to a message's way into the log, not even an index on its time: workers go through
each table by its primary key, a step at a time, and add up what they pass. So a chart of a month is
some hundreds of rows however many millions were counted, and stays as it is when messages are
erased after their time. Refusals and the number of people at once are in no table: workers add them to
the present hour. Sums are kept, and nobody's name.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    Func,
    Max,
    Model,
    OuterRef,
    Q,
)
from django.db.models.functions import Now
from django.utils import timezone

from history.models import Message
from rooms import refusal_counts
from rooms.models import CountedThrough, HourlyCount, Membership, Report, Room, User

# Rows that one step goes through: tens of milliseconds.
STEP = 20_000
# Keys become visible in the order of commits, not in their own: what is this old is complete.
LAG = timedelta(minutes=1)
# A newcomer who writes this soon after joining has found the way in.
FIRST_WORDS = timedelta(minutes=1)
# Entries of the room after a join in which those words are looked for.
NEAR = 500
# Rows that are counted while somebody waits, beyond those that have been.
TAIL = 100_000

_ADD = """
INSERT INTO rooms_tally (subject, hour, count) VALUES (%s, %s, %s)
ON CONFLICT (subject, hour) DO UPDATE SET count = rooms_tally.count + excluded.count
"""
_RAISE = """
INSERT INTO rooms_tally (subject, hour, count) VALUES (%s, %s, %s)
ON CONFLICT (subject, hour) DO UPDATE SET count = excluded.count WHERE excluded.count > rooms_tally.count
"""

ONLINE = "online"
REFUSED = "refused:"


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


_JOINS = Q(kind=Message.Kind.JOIN)
_SPOKE = Exists(
    Message.objects.filter(
        stream=OuterRef("stream"),
        author=OuterRef("author"),
        kind=Message.Kind.CHAT,
        seq__gt=OuterRef("seq"),
        seq__lte=OuterRef("seq") + NEAR,
        at__lte=ExpressionWrapper(OuterRef("at") + FIRST_WORDS, output_field=DateTimeField()),
    )
)
SUBJECTS = (
    Subject("messages", Message, "at", Q(kind=Message.Kind.CHAT)),
    Subject("joins", Message, "at", _JOINS),
    Subject("spoke", Message, "at", _JOINS & Q(_SPOKE)),
    Subject("rooms", Room, "created_at"),
    Subject("people", User, "date_joined"),
    Subject("reports", Report, "created_at"),
)


def step() -> None:
    """Count what came about since, so much as one step goes through. Any worker may, at any time."""
    _add_refusals()
    done = dict(CountedThrough.objects.values_list("subject", "through"))
    for subject in SUBJECTS:
        if subject.name not in done:
            CountedThrough.objects.get_or_create(subject=subject.name)
        _count(subject, after=done.get(subject.name, 0))


def note_people() -> None:
    """Remember how many people are there, if never more were in this hour. Once a minute is enough."""
    now = timezone.now()
    minute = int(now.timestamp() // 60)
    CountedThrough.objects.get_or_create(subject=ONLINE)
    mine = CountedThrough.objects.filter(subject=ONLINE, through__lt=minute).update(through=minute)
    if mine and (here := people_online()):  # this worker's to note, and no other's
        _write(_RAISE, ONLINE, {_hour_of(now): here})


def people_online() -> int:
    """Return how many people are in any room, each counted once."""
    here = Membership.objects.filter(present=True).aggregate(n=Count("user", distinct=True))
    return int(here["n"])


def _add_refusals() -> None:
    taken = refusal_counts.take()
    if not taken:
        return
    hour = _hour_of(timezone.now())
    try:
        with transaction.atomic():
            for code, n in taken.items():
                _write(_ADD, REFUSED + code, {hour: n})
    except Error:
        refusal_counts.give_back(taken)
        raise


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
        _write(_ADD, subject.name, hours)


def _write(statement: str, subject: str, hours: Mapping[datetime, int]) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(subject, adapt(hour), n) for hour, n in hours.items()])


def since(
    moment: datetime, *, until: datetime | None = None, subjects: Collection[str] = ()
) -> defaultdict[str, Counter[datetime]]:
    """By subject, how many in each hour from a moment until another, or until now.

    Of these subjects; of all, refusals and people at once too, if none are named.
    """
    done = dict(CountedThrough.objects.values_list("subject", "through"))
    found: defaultdict[str, Counter[datetime]] = defaultdict(Counter)
    kept = HourlyCount.objects.filter(hour__gte=moment)
    if until is not None:
        kept = kept.filter(hour__lt=until)
    if subjects:
        kept = kept.filter(subject__in=subjects)
    for name, hour, n in kept.values_list("subject", "hour", "count"):
        found[name][hour] = n
    for subject in SUBJECTS:
        if subjects and subject.name not in subjects:
            continue
        last = subject.model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        after = max(done.get(subject.name, 0), last - TAIL)
        tail = subject.by_hour(after=after)
        found[subject.name] += Counter(
            {h: n for h, n in tail.items() if h >= moment and (until is None or h < until)}
        )
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


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _moment(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)
