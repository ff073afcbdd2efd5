"""Writing a room's log: numbers, rows, the epoch. No permissions here: callers have checked.

Every writer takes its numbers with `advance` inside a transaction, which keeps the stream's row
locked until commit. So numbers become visible in their own order, without gaps.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.dateparse import parse_datetime

from history import database, folding
from history.errors import RoomHeld
from history.log.entry import Change, Entry, Head
from history.models import Mention, Message, Stream
from history.said import COLUMNS, values

# Streams are locked in the order of their ids: two workers with rooms in common never deadlock.
#
# `set_config` says how long the locks are waited for. It holds until the end of the transaction, and is
# part of the statement since one of its own would be another round trip.
_ADVANCE_MANY_POSTGRESQL = """
WITH wanted AS MATERIALIZED (
         SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS w(id, n)
         WHERE set_config('lock_timeout', coalesce(%s, current_setting('lock_timeout')), true)
            IS NOT NULL),
     locked AS (SELECT s.id FROM history_stream s JOIN wanted USING (id) ORDER BY s.id
                FOR UPDATE OF s {skip})
UPDATE history_stream s SET head = s.head + w.n
FROM wanted w JOIN locked l USING (id) WHERE s.id = w.id
RETURNING s.id, s.head, s.epoch, clock_timestamp()
"""
_ADVANCE_ONE_POSTGRESQL = """
UPDATE history_stream SET head = head + %s WHERE id = %s
    AND set_config('lock_timeout', coalesce(%s, current_setting('lock_timeout')), true) IS NOT NULL
RETURNING id, head, epoch, clock_timestamp()
"""
_ADVANCE_ONE_SQLITE = """
UPDATE history_stream SET head = head + %s WHERE id = %s
RETURNING id, head, epoch, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')
"""
# What an entry fills beside its place and time, with PostgreSQL's types.
_FILLED = {
    "kind": "text",
    "author_id": "bigint",
    "client_id": "text",
    **COLUMNS,
    "words": "text",
    "html": "text",
}
_NAMES = ", ".join(_FILLED)
_INSERT_POSTGRESQL = f"""
INSERT INTO history_message (stream_id, seq, changed_seq, at, {_NAMES})
SELECT stream_id, seq, seq, at, {_NAMES} FROM unnest(
    %s::bigint[], %s::bigint[], %s::timestamptz[],
    {", ".join(f"%s::{kind}[]" for kind in _FILLED.values())}
) AS entry(stream_id, seq, at, {_NAMES})
"""  # noqa: S608 - names of our own columns
_INSERT_SQLITE = f"""
INSERT INTO history_message (stream_id, seq, changed_seq, at, {_NAMES})
VALUES (%s, %s, %s, %s, {", ".join(["%s"] * len(_FILLED))})
"""  # noqa: S608 - names of our own columns


def advance(counts: Mapping[int, int]) -> dict[int, Head]:
    """Take `counts[stream]` numbers of each stream: the last ones up to the head that is returned.

    A count of 0 only locks. Must run in a transaction; the locks are held until its end. Streams
    that do not exist are missing from the answer. Raises RoomHeld when somebody else has one of them
    for longer than it is waited for; nothing is taken then.
    """
    return _advance(counts)


def lock_free(stream_ids: Collection[int]) -> dict[int, Head]:
    """Lock those of these streams that nobody else has just now, and wait for none.

    SQLite has one writer, who has them all.
    """
    return _advance(dict.fromkeys(stream_ids, 0), skip="SKIP LOCKED")


def _advance(counts: Mapping[int, int], *, skip: str = "") -> dict[int, Head]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("locks are held until commit")
    streams = sorted(counts)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = []
            for stream in streams:
                cursor.execute(_ADVANCE_ONE_SQLITE, (counts[stream], stream))
                rows += cursor.fetchall()
            return _heads(rows)
        try:
            patience = database.lock_timeout()
            if len(streams) == 1 and not skip:
                cursor.execute(_ADVANCE_ONE_POSTGRESQL, (counts[streams[0]], streams[0], patience))
            else:
                numbers = [counts[stream] for stream in streams]
                statement = _ADVANCE_MANY_POSTGRESQL.format(skip=skip)
                cursor.execute(statement, (streams, numbers, patience))
            return _heads(cursor.fetchall())
        except OperationalError as error:
            if database.is_held(error):
                raise RoomHeld from error
            raise


def _heads(rows: Iterable[tuple[int, int, int, datetime | str]]) -> dict[int, Head]:
    return {stream: Head(stream, head, epoch, _moment(now)) for stream, head, epoch, now in rows}


def lock(stream_id: int) -> Head:
    """Lock one stream without taking a number. Raises Stream.DoesNotExist, or RoomHeld."""
    try:
        return advance({stream_id: 0})[stream_id]
    except KeyError:
        raise Stream.DoesNotExist(stream_id) from None


def insert(rows: Sequence[tuple[int, int, datetime, Entry]]) -> None:
    """Insert new messages as (stream, seq, time, entry). Their numbers were taken by `advance`.

    Raises IntegrityError when one of their authors has used its `client_id` in the room before.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                _INSERT_SQLITE,
                [(s, q, q, f"{t:%Y-%m-%d %H:%M:%S.%f}", *_columns(e)) for s, q, t, e in rows],
            )
        else:
            columns = zip(*((s, q, t, *_columns(e)) for s, q, t, e in rows), strict=True)
            cursor.execute(_INSERT_POSTGRESQL, [list(column) for column in columns])
    if any(entry.mentions for _, _, _, entry in rows):
        _mention(rows)
    # By a statement of their own: notices are rare, and the insert is the one of posts.
    for stream, seq, _, entry in rows:
        if entry.facts is not None:
            Message.objects.filter(stream=stream, seq=seq).update(facts=entry.facts)


def _columns(e: Entry) -> tuple[Any, ...]:
    # Only what people said is searched.
    folded = e.words
    if folded is None and e.kind == Message.Kind.CHAT:
        folded = folding.of(e.said.body, e.html)
    return e.kind, e.author_id, e.client_id, *values(e.said), folded, e.html


def _mention(rows: Sequence[tuple[int, int, datetime, Entry]]) -> None:
    wanted = {(stream, seq): entry.mentions for stream, seq, _, entry in rows if entry.mentions}
    places = Message.objects.filter(
        stream__in={stream for stream, _ in wanted}, seq__in={seq for _, seq in wanted}
    ).values_list("pk", "stream_id", "seq")
    Mention.objects.bulk_create(
        Mention(message_id=pk, user_id=user_id, stream_id=stream, seq=seq)
        for pk, stream, seq in places
        for user_id, _ in wanted.get((stream, seq), ())
    )


def append(head: Head, entries: Sequence[Entry]) -> Change:
    """Append to a stream that this transaction has locked; `head` is where it was locked."""
    taken = advance({head.stream_id: len(entries)})[head.stream_id]
    first = taken.seq - len(entries) + 1
    numbered = list(enumerate(entries, first))
    insert([(head.stream_id, seq, taken.now, entry) for seq, entry in numbered])
    return Change.of(
        stream_id=head.stream_id,
        after=first - 1,
        through=taken.seq,
        epoch=taken.epoch,
        messages=[entry.wired(seq, taken.now) for seq, entry in numbered],
    )


def raise_epoch(stream_id: int) -> None:
    """Make every writer and reader of the stream ask again whether they may. Needs the lock."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE history_stream SET epoch = epoch + 1 WHERE id = %s", (stream_id,))


def _moment(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value
    moment = parse_datetime(value)
    assert moment is not None
    return moment.replace(tzinfo=UTC)
