"""Messages by the million, made from real logs: to see how the site is at that size.

What is made depends on the seed alone, and on what was there: who says what where. A tenth of it is
said by one person, who is in half of the rooms; rooms are as unlike in size as real ones.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, islice
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Max

from history import folding, lookalikes
from history.markup import needs_rendering, render
from history.models import Message, Stream
from rooms import names
from rooms.models import Membership, Room, User

ROOMS = 400
PEOPLE = 500
# People who talk in one room.
_IN_A_ROOM = 20
_SPAN = timedelta(days=730)
_BATCH = 20_000
_COLUMNS = (
    *("stream_id", "seq", "changed_seq", "kind", "author_id", "client_id", "body", "words", "html"),
    "at",
)
_MARK = "fill"

Row = tuple[Any, ...]


def person(name: str) -> User:
    """Return the person with this name, the latest of several; without one, a new account with that user name."""
    found = User.objects.filter(display_name=name).order_by("-pk").first()
    return found or _new(name, username=name.lower(), is_guest=False)


def fill(
    lines: Sequence[str],
    *,
    who: User,
    total: int,
    seed: int = 1,
    step: Callable[[int], object] = lambda count: None,
) -> int:
    """Add messages until there are `total`; how many. `step` is told of so many more."""
    there = Message.objects.count()
    missing = total - there
    if missing <= 0:
        return 0
    dice = random.Random(f"{seed} {there}")
    with transaction.atomic():
        talkers = _talkers(who, dice)
    rows = _rows(lines, who, talkers, missing, dice)
    while batch := list(islice(rows, _BATCH)):
        with transaction.atomic():
            _insert(batch)
            _advance(batch)
        step(len(batch))
    _settle(talkers)
    return missing


def _talkers(who: User, dice: random.Random) -> dict[int, list[int]]:
    """Return the people who talk in each stream. Rooms and people that were made before are used again."""
    known = {user.username: user for user in User.objects.filter(username__startswith=f"{_MARK}-")}
    people = [
        known.get(f"{_MARK}-{number}") or _new(f"Visitor {number}", username=f"{_MARK}-{number}")
        for number in range(PEOPLE)
    ]
    mine = list(Room.objects.filter(memberships__user=who).exclude(code__startswith="FILL"))
    rooms = [*mine, *Room.objects.filter(code__startswith="FILL").order_by("code")]
    for number in range(len(rooms), ROOMS):
        # Longer than the codes that the site makes; open, and never closing by itself.
        stream = Stream.objects.create()
        owner = dice.choice(people)
        rooms.append(Room.objects.create(code=f"FILL{number}", stream=stream, owner=owner))
    found: dict[int, list[int]] = {}
    for number, room in enumerate(rooms):
        some = dice.sample(people, _IN_A_ROOM)
        found[room.stream_id] = [user.pk for user in some]
        if number % 2 == 0 or room in mine:
            # Twice a tenth in half of the rooms.
            found[room.stream_id] += [who.pk] * (_IN_A_ROOM // 4)
            some.append(who)
        Membership.objects.bulk_create(
            [Membership(room=room, user=user) for user in some], ignore_conflicts=True
        )
    return found


def _new(name: str, *, username: str, is_guest: bool = True) -> User:
    return User.objects.create(
        username=username,
        password=make_password(None),
        display_name=name,
        name_key=names.key(name),
        name_skeleton=lookalikes.skeleton(name),
        is_guest=is_guest,
    )


def _rows(
    lines: Sequence[str], who: User, talkers: dict[int, list[int]], count: int, dice: random.Random
) -> Iterator[Row]:
    heads = dict(Stream.objects.filter(pk__in=talkers).values_list("pk", "head"))
    streams = list(talkers)
    weights = list(accumulate(1 / (place + 10) for place in range(len(streams))))
    newest = Message.objects.aggregate(at=Max("at"))["at"]
    now = datetime.now(UTC)
    start = max(newest or now - _SPAN, now - _SPAN)
    pause = (now - start) / (count + 1)
    for number in range(count):
        (stream,) = dice.choices(streams, cum_weights=weights)
        heads[stream] = seq = heads[stream] + 1
        body = _body(lines, dice)
        folded, html = _made(body)
        yield (
            *(stream, seq, seq, "chat", dice.choice(talkers[stream]), f"{_MARK}-{seq}"),
            *(body, folded, html, start + pause * (number + 1)),
        )


def _body(lines: Sequence[str], dice: random.Random) -> str:
    """A line, or the beginning of one with the end of another: so that few are the same."""
    first = dice.choice(lines)
    if dice.random() < 0.4:
        return first
    one, other = first.split(), dice.choice(lines).split()
    return " ".join([*one[: dice.randint(1, len(one))], *other[dice.randrange(len(other)) :]])


@lru_cache(maxsize=50_000)
def _made(body: str) -> tuple[str, str]:
    html = render(body) if needs_rendering(body) else ""
    return folding.of(body, html), html


def _insert(rows: Sequence[Row]) -> None:
    table, columns = Message._meta.db_table, ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(_COLUMNS))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",
            [(*row[:-1], f"{row[-1]:%Y-%m-%d %H:%M:%S.%f}") for row in rows],
        )


def _advance(rows: Sequence[Row]) -> None:
    heads = {row[0]: row[1] for row in rows}
    Stream.objects.bulk_update([Stream(pk=pk, head=head) for pk, head in heads.items()], ["head"])


def _settle(talkers: dict[int, list[int]]) -> None:
    """Leave things as they are on a site some minutes later, where most people have read most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rooms_membership SET read_through = (SELECT s.head - 5 FROM history_stream s "
            "JOIN rooms_room r ON r.stream_id = s.id WHERE r.id = rooms_membership.room_id "
            "AND s.head > 5) WHERE room_id IN (SELECT r.id FROM rooms_room r "
            "JOIN history_stream s ON s.id = r.stream_id WHERE s.head > 5 AND r.code LIKE 'FILL%%')",
            [],
        )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
