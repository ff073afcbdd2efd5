"""The hot path of the log: many messages into many streams, in one commit and no look-ups.

On PostgreSQL it is one statement, and so one round trip: take the numbers, insert the messages,
commit. Four ORM calls for the same cost a quiet room's message twice the time.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.types.numeric import Int8

from history import database, folding, wire
from history.errors import RoomHeld
from history.log import write
from history.log.entry import Change, Entry
from history.models import Message
from history.said import COLUMNS, Said
from history.wire import WireAuthor, WireMessage

_CHAT = Message.Kind.CHAT.value

_SAID = ", ".join(COLUMNS)
_ARRAYS = ", ".join(f"%b::{kind}[]" for kind in COLUMNS.values())
# How each of these columns is read off the posts, and whether it is one of numbers.
_READ = [(attrgetter(f"said.{name}"), kind == "bigint") for name, kind in COLUMNS.items()]

# %b: arrays in PostgreSQL's binary form, 2 µs a message; as text, escaped by psycopg element by
# element, they took 12 to 20. Int8, or each size of numbers would be a statement to plan.
#
# A row lock that was waited for gives the row's newest version, so `locked` has the newest epoch
# and RETURNING the newest head, whatever committed since the statement began. If any epoch is not
# the expected one, nothing is advanced, so nothing is inserted and nothing comes back. `wanted` is read
# to its end before the first lock is asked for, so how long it is waited for is known by then.
_POST = f"""
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::text[], {_ARRAYS},
            %b::text[], %b::text[])
        WITH ORDINALITY AS i(stream, epoch, author, client_id, {_SAID}, words, html, place)
), wanted AS MATERIALIZED (
    SELECT stream, count(*) AS n, min(epoch) AS low, max(epoch) AS high FROM input GROUP BY stream
    HAVING set_config('lock_timeout', coalesce(%b, current_setting('lock_timeout')), true) IS NOT NULL
), locked AS MATERIALIZED (
    SELECT id, epoch FROM history_stream WHERE id = ANY (SELECT stream FROM wanted)
        ORDER BY id FOR UPDATE
), fence AS MATERIALIZED (
    SELECT count(*) AS ok FROM wanted JOIN locked ON id = stream AND epoch = low AND epoch = high
), advanced AS (
    UPDATE history_stream AS s SET head = s.head + w.n
    FROM wanted AS w, locked AS l
    WHERE l.id = w.stream AND s.id = w.stream
        AND (SELECT ok FROM fence) = (SELECT count(*) FROM wanted)
    RETURNING s.id, s.head - w.n AS before, clock_timestamp() AS now
), inserted AS (
    INSERT INTO history_message
        (stream_id, seq, changed_seq, at, kind, author_id, client_id, {_SAID}, words, html)
    SELECT stream, seq, seq, now, 'chat', author, client_id, {_SAID}, words, html FROM (
        SELECT i.*, a.now,
            a.before + row_number() OVER (PARTITION BY i.stream ORDER BY i.place) AS seq
        FROM input AS i JOIN advanced AS a ON a.id = i.stream
    ) AS numbered
)
SELECT id, before, now FROM advanced
"""  # noqa: S608 - names of our own columns


@dataclass(slots=True)  # not frozen, which would cost each message half a microsecond
class Post:
    """A chat message for a stream, from an author who was allowed to write there at an epoch."""

    stream_id: int
    epoch: int
    author_id: int
    author: WireAuthor
    client_id: str
    said: Said
    html: str = ""
    words: str | None = None

    def find_words(self) -> None:
        """Find out what search compares, unless it is known. Before a transaction: others wait for it."""
        if self.words is None:
            self.words = folding.of(self.said.body, self.html)


class Stale(Exception):
    """An epoch has moved, or a stream does not exist. Nothing was written."""


def post_all(posts: Sequence[Post]) -> tuple[list[int], list[Change]]:
    """Commit messages; the `seq` of each, and one change for each stream.

    Within a stream they keep their order. Must not run in a transaction. Raises Stale, RoomHeld, or
    IntegrityError if one of them was posted before; nothing is written then.
    """
    assert not connection.in_atomic_block
    by_stream: dict[int, list[int]] = defaultdict(list)
    for position, item in enumerate(posts):
        item.find_words()
        by_stream[item.stream_id].append(position)
    if connection.vendor == "postgresql":
        taken = _post_postgresql(posts)
    else:
        taken = _post_sqlite(posts, by_stream)
    if len(taken) != len(by_stream):
        raise Stale
    seqs = [0] * len(posts)
    changes: list[Change] = []
    for stream_id, positions in by_stream.items():
        before, now = taken[stream_id]
        seq, at = before, wire.timestamp(now)
        messages: list[WireMessage] = []
        for position in positions:
            seq += 1
            seqs[position] = seq
            item = posts[position]
            messages.append(
                wire.message(
                    seq=seq,
                    kind=_CHAT,
                    author=item.author,
                    client_id=item.client_id,
                    said=item.said,
                    at=at,
                    html=item.html,
                )
            )
        epoch = posts[positions[0]].epoch
        changes.append(
            Change.of(
                stream_id=stream_id, after=before, through=seq, epoch=epoch, messages=messages
            )
        )
    return seqs, changes


Taken = dict[int, tuple[int, datetime]]  # stream → the number before the first, the time


def _post_postgresql(posts: Sequence[Post]) -> Taken:
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        # Prepared, since planning takes longer than running. Behind a pooler that hands out a
        # connection by the transaction this needs one that knows prepared statements.
        _execute(
            cursor,
            (
                [Int8(item.stream_id) for item in posts],
                [Int8(item.epoch) for item in posts],
                [Int8(item.author_id) for item in posts],
                [item.client_id for item in posts],
                *(_column(posts, read, is_number) for read, is_number in _READ),
                [item.words for item in posts],
                [item.html for item in posts],
                database.lock_timeout(),
            ),
        )
        return {stream: (before, now) for stream, before, now in cursor.fetchall()}


def _column(posts: Sequence[Post], read: Callable[[Post], Any], is_number: bool) -> list[Any]:
    if not is_number:
        return list(map(read, posts))
    return [None if (value := read(item)) is None else Int8(value) for item in posts]


def _execute(cursor: psycopg.Cursor[Any], parameters: Sequence[Any]) -> None:
    try:
        cursor.execute(_POST, parameters, prepare=True)
    except psycopg.errors.LockNotAvailable as error:
        raise RoomHeld from error


def _post_sqlite(posts: Sequence[Post], by_stream: dict[int, list[int]]) -> Taken:
    taken: Taken = {}
    with transaction.atomic():
        heads = write.lock(by_stream)
        rows: list[tuple[int, int, datetime, Entry]] = []
        for stream_id, where in by_stream.items():
            head = heads.get(stream_id)
            if head is None or any(posts[position].epoch != head.epoch for position in where):
                raise Stale
            taken[stream_id] = (head.seq, head.now)
            for seq, position in enumerate(where, head.seq + 1):
                item = posts[position]
                entry = Entry(
                    _CHAT, item.author_id, item.author, item.said, item.client_id, item.html,
                    words=item.words,
                )  # fmt: skip
                rows.append((stream_id, seq, head.now, entry))
        write.insert(rows, [(stream, len(where), 0) for stream, where in by_stream.items()])
    return taken
