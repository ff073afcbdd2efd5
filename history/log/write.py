"""Writing a room's log: numbers, rows, the epoch. No permissions here: callers have checked.

Every writer locks the stream's row, takes its numbers with `advance`, and holds the lock until
commit. So numbers become visible in their own order, without gaps. `rooms.turn` does all of this for
whoever changes a room.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.dateparse import parse_datetime

from history import database, folding
from history.errors import RoomHeld
from history.log.entry import Entry, Head
from history.models import Mention, Message
from history.prepared import Statement
from history.said import COLUMNS, values

# Streams are locked in the order of their ids: two workers with rooms in common never deadlock.
#
# `set_config` says how long the locks are waited for. It holds until the end of the transaction, and is
# part of the statement since one of its own would be another round trip. The time is asked for
# outside of `locked`, where it would be the time before the lock was waited for.
_LOCK_POSTGRESQL = """
SELECT id, head, epoch, clock_timestamp() FROM (
    SELECT id, head, epoch FROM history_stream
    WHERE id {wanted}
        AND set_config('lock_timeout', coalesce(%s, current_setting('lock_timeout')), true)
            IS NOT NULL
    ORDER BY id FOR NO KEY UPDATE {skip}
) AS locked
"""
# Whoever is in a transaction on SQLite has the only lock there is.
_LOCK_SQLITE = """
SELECT id, head, epoch, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now') FROM history_stream
WHERE id {wanted} ORDER BY id
"""
_ADVANCE_MANY_POSTGRESQL = """
UPDATE history_stream s SET head = s.head + w.numbers, epoch = s.epoch + w.epochs
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS w(id, numbers, epochs) WHERE s.id = w.id
"""
_ADVANCED_POSTGRESQL = f"WITH advanced AS ({_ADVANCE_MANY_POSTGRESQL})"
_ADVANCE = """
UPDATE history_stream SET head = head + %s, epoch = epoch + %s WHERE id = %s
"""
# What an entry fills beside its place and time, with PostgreSQL's types.
_FILLED = {
    "kind": "text",
    "author_id": "bigint",
    "client_id": "text",
    **COLUMNS,
    "words": "text",
    "html": "text",
    "facts": "jsonb",
    "files": "jsonb",
}
_NAMES = ", ".join(_FILLED)
# With `_ADVANCED_POSTGRESQL` before it, it moves the streams too: one round trip.
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


class Numbers:
    """The numbers that a transaction takes of a stream it has locked, in the order it takes them."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.last = head.seq

    @property
    def count(self) -> int:
        """How many were taken."""
        return self.last - self.head.seq

    def take(self, count: int = 1) -> int:
        """Take the next numbers. Return the first of them."""
        first = self.last + 1
        self.last += count
        return first


# Streams by their ids, or a query for the ids: then there is no other query for them.
Streams = Collection[int] | Statement


def lock(streams: Streams, *, only_free: bool = False) -> dict[int, Head]:
    """Lock streams until the end of the transaction. Return how far each has come.

    Streams that do not exist are missing from the answer; with `only_free` also those that another
    transaction has locked, and none is waited for. Raises RoomHeld when another transaction holds
    one of them for longer than it is waited for.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("locks are held until commit")
    with connection.cursor() as cursor:
        wanted, parameters = _wanted(streams)
        if connection.vendor == "sqlite":
            cursor.execute(_LOCK_SQLITE.format(wanted=wanted), parameters)
            return _heads(cursor.fetchall())
        skip = "SKIP LOCKED" if only_free else ""
        statement = _LOCK_POSTGRESQL.format(wanted=wanted, skip=skip)
        try:
            cursor.execute(statement, [*parameters, database.lock_timeout()])
            return _heads(cursor.fetchall())
        except OperationalError as error:
            if database.is_held(error):
                raise RoomHeld from error
            raise


def _wanted(streams: Streams) -> tuple[str, list[Any]]:
    """Return a condition on a stream's id, and its parameters."""
    if isinstance(streams, Statement):
        return f"IN ({streams.sql})", list(streams.parameters)
    ids = sorted(streams)
    if connection.vendor == "sqlite":
        return "IN (SELECT value FROM json_each(%s))", [json.dumps(ids)]
    return "= ANY (%s::bigint[])", [ids]


def _heads(rows: Iterable[tuple[int, int, int, datetime | str]]) -> dict[int, Head]:
    return {stream: Head(stream, head, epoch, _moment(now)) for stream, head, epoch, now in rows}


def _moment(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value
    moment = parse_datetime(value)
    assert moment is not None
    return moment.replace(tzinfo=UTC)


def advance(taken: Collection[tuple[int, int, int]]) -> None:
    """Move locked streams forward, as (stream, numbers taken, 1 for a new epoch or else 0)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite" or len(taken) == 1:
            for stream, numbers, epochs in taken:
                cursor.execute(_ADVANCE, [numbers, epochs, stream])
        else:
            columns = zip(*taken, strict=True)
            cursor.execute(_ADVANCE_MANY_POSTGRESQL, [list(column) for column in columns])


def insert(
    rows: Sequence[tuple[int, int, datetime, Entry]],
    taken: Collection[tuple[int, int, int]] = (),
) -> None:
    """Insert new messages as (stream, seq, time, entry), under numbers that the transaction takes.

    With `taken` the streams are moved forward too, as `advance` does it. Raises IntegrityError when
    one of their authors has used its `client_id` in the room before.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            advance(taken)
            cursor.executemany(
                _INSERT_SQLITE,
                [(s, q, q, f"{t:%Y-%m-%d %H:%M:%S.%f}", *_columns(e)) for s, q, t, e in rows],
            )
        else:
            columns = [*zip(*((s, q, t, *_columns(e)) for s, q, t, e in rows), strict=True)]
            statement = _INSERT_POSTGRESQL
            if taken:
                statement = _ADVANCED_POSTGRESQL + statement
                columns = [*zip(*taken, strict=True), *columns]
            cursor.execute(statement, [list(column) for column in columns])
    if any(entry.mentions for _, _, _, entry in rows):
        _mention(rows)


def _columns(e: Entry) -> tuple[Any, ...]:
    # Only what people said is searched.
    folded = e.words
    if folded is None and e.kind == Message.Kind.CHAT:
        folded = folding.of(e.said.body, e.html, [file["name"] for file in e.files])
    facts = None if e.facts is None else json.dumps(e.facts)
    files = json.dumps(e.files) if e.files else None
    return e.kind, e.author_id, e.client_id, *values(e.said), folded, e.html, facts, files


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
