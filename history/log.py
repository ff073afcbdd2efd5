"""Writing and reading a room's log. No permissions here: callers have checked.

Every writer takes its numbers with `advance` inside a transaction, which keeps the stream's row
locked until commit. So numbers become visible in their own order, without gaps.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from history import database, wire, words
from history.models import Mention, Message, Stream
from history.wire import Person, WireAuthor, WireMessage
from rooms.errors import RoomHeld

PAGE_LIMIT = 100
# How many changes a reader may be behind and still be told what it missed rather than be reset.
RESUME_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Head:
    """A locked stream: its latest number, its epoch, and the database's time."""

    stream_id: int
    seq: int
    epoch: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to append."""

    kind: str
    author_id: int | None
    author: WireAuthor | None
    body: str = ""
    client_id: str | None = None
    html: str = ""
    reply_to: int | None = None
    mentions: Sequence["Mentioned"] = ()
    # What search compares, if that is known.
    words: str | None = None
    # What a notice says (history/notices.py).
    facts: Mapping[str, Any] | None = None


# Somebody a message speaks to: the user's key, and the id that everybody knows.
Mentioned = tuple[int, str]


def entry(
    kind: str,
    author: Person | None,
    *,
    body: str = "",
    client_id: str | None = None,
    html: str = "",
    reply_to: int | None = None,
    mentions: Sequence[Mentioned] = (),
    words: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """Something to append, by a user or (a notice) by nobody."""
    key, who = (author.pk, wire.author(author)) if author else (None, None)
    return Entry(kind, key, who, body, client_id, html, reply_to, mentions, words, facts)


@dataclass(frozen=True, slots=True)
class Change:
    """What one transaction did to one stream: a reader at `after` who applies it is at `through`.

    `encoded` is `messages` as JSON: encoded once for the sockets here and for other workers.
    """

    stream_id: int
    after: int
    through: int
    epoch: int
    messages: Sequence[WireMessage]
    encoded: bytes

    @classmethod
    def of(
        cls, *, stream_id: int, after: int, through: int, epoch: int, messages: list[WireMessage]
    ) -> "Change":
        return cls(stream_id, after, through, epoch, messages, orjson.dumps(messages))

    @classmethod
    def from_json(
        cls, *, stream_id: int, after: int, through: int, epoch: int, encoded: bytes
    ) -> "Change":
        return cls(stream_id, after, through, epoch, orjson.loads(encoded), encoded)


@dataclass(frozen=True, slots=True)
class Page:
    """Messages by `seq` ascending; `older` if there are more before the first."""

    messages: list[WireMessage]
    older: bool


# Writing ------------------------------------------------------------------------------------------

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
_INSERT_POSTGRESQL = """
INSERT INTO history_message
    (stream_id, seq, changed_seq, at, kind, author_id, client_id, body, words, html, reply_to)
SELECT s, q, q, t, k, a, c, b, w, h, r FROM unnest(
    %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::bigint[]
) AS u(s, q, t, k, a, c, b, w, h, r)
"""
_INSERT_SQLITE = """
INSERT INTO history_message
    (stream_id, seq, changed_seq, at, kind, author_id, client_id, body, words, html, reply_to)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


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


def _columns(e: Entry) -> tuple[str, int | None, str | None, str, str | None, str, int | None]:
    # Only what people said is searched.
    folded = e.words
    if folded is None and e.kind == Message.Kind.CHAT:
        folded = words.of(e.body, e.html)
    return e.kind, e.author_id, e.client_id, e.body, folded, e.html, e.reply_to


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


def wired(seq: int, now: datetime, entry: Entry) -> WireMessage:
    """What a message just inserted looks like from outside."""
    return wire.message(
        seq=seq,
        kind=entry.kind,
        author=entry.author,
        client_id=entry.client_id,
        body=entry.body,
        at=wire.timestamp(now),
        html=entry.html,
        reply_to=entry.reply_to,
        mentions=[who for _, who in entry.mentions],
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
        messages=[wired(seq, taken.now, entry) for seq, entry in numbered],
    )


def raise_epoch(stream_id: int) -> None:
    """Make every writer and reader of the stream ask again whether they may. Needs the lock."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE history_stream SET epoch = epoch + 1 WHERE id = %s", (stream_id,))


# Reading ------------------------------------------------------------------------------------------


def heads(stream_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The (head, epoch) of each stream, unlocked."""
    rows = Stream.objects.filter(pk__in=list(stream_ids)).values_list("pk", "head", "epoch")
    return {stream: (head, epoch) for stream, head, epoch in rows}


def changed_since(stream_id: int, after: int, *, limit: int = RESUME_LIMIT) -> Change:
    """The messages changed after a number, as they are now, by `changed` ascending.

    At most `limit` of them: `through` is how far they reach.
    """
    # The head is read first: all that is committed up to it is in the query's snapshot. What came
    # since may be said under other rules than those of `epoch`.
    head, epoch = heads([stream_id])[stream_id]
    rows = Message.objects.filter(
        stream_id=stream_id, changed_seq__gt=after, changed_seq__lte=head
    ).order_by("changed_seq")
    messages = wire.read(rows[:limit])
    last = messages[-1]["changed"] if messages else after
    # The latest change of a stream is some message's `changed_seq`, so a whole answer reaches the
    # head by itself, unless the row that held it was erased.
    through = last if len(messages) == limit else head
    return Change.of(
        stream_id=stream_id,
        after=after,
        through=max(after, through),
        epoch=epoch,
        messages=messages,
    )


def recent(stream_ids: Collection[int]) -> dict[int, tuple[int, Change]]:
    """The last RESUME_LIMIT changes of each stream, and the number after which they start.

    A stream that does not exist is missing.
    """
    # The heads first, as in changed_since.
    known = heads(stream_ids)
    floors = {stream: max(0, head - RESUME_LIMIT) for stream, (head, _) in known.items()}
    wanted = Q()
    for stream, (head, _) in known.items():
        wanted |= Q(stream_id=stream, changed_seq__gt=floors[stream], changed_seq__lte=head)
    rows = Message.objects.filter(wanted) if known else Message.objects.none()
    messages = wire.read_each(rows.order_by("stream_id", "changed_seq"))
    return {
        stream: (
            floors[stream],
            Change.of(
                stream_id=stream,
                after=floors[stream],
                through=head,
                epoch=epoch,
                messages=messages.get(stream, []),
            ),
        )
        for stream, (head, epoch) in known.items()
    }


def page(
    stream_id: int, *, before: int | None = None, limit: int = 50, hidden_through: int = 0
) -> Page:
    """The newest messages, or the newest before a `seq`; none up to `hidden_through`."""
    rows = Message.objects.filter(stream_id=stream_id, seq__gt=hidden_through)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    newest = wire.read(rows.order_by("-seq")[: min(limit, PAGE_LIMIT) + 1])
    kept = newest[: min(limit, PAGE_LIMIT)]
    return Page(kept[::-1], older=len(newest) > len(kept))


def pinned(stream_ids: Iterable[int]) -> dict[int, list[WireMessage]]:
    """The messages of each stream that are pinned, in the order in which they were."""
    rows = Message.objects.filter(stream_id__in=list(stream_ids), pinned_at__isnull=False)
    return wire.read_each(rows.order_by("pinned_at", "seq"))


def last_post(stream_id: int, author_id: int) -> datetime | None:
    """When somebody posted to a stream last."""
    rows = Message.objects.filter(
        stream_id=stream_id, author_id=author_id, kind=Message.Kind.CHAT, client_id__isnull=False
    )
    return rows.order_by("-id").values_list("at", flat=True).first()


def find_posted(keys: Iterable[tuple[int, int, str]]) -> dict[tuple[int, int, str], int]:
    """Which of these (stream, author, client_id) have been posted before, and under which `seq`."""
    wanted = set(keys)
    rows: Any = Message.objects.filter(
        stream_id__in={key[0] for key in wanted}, client_id__in={key[2] for key in wanted}
    ).values_list("stream_id", "author_id", "client_id", "seq")
    return {
        (stream, author, client_id): seq
        for stream, author, client_id, seq in rows
        if (stream, author, client_id) in wanted
    }


def find_said(places: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (stream, seq) are chat messages that have not been deleted."""
    wanted = set(places)
    rows: Any = Message.objects.filter(
        stream__in={stream for stream, _ in wanted},
        seq__in={seq for _, seq in wanted},
        kind=Message.Kind.CHAT,
        deleted_at__isnull=True,
    ).values_list("stream_id", "seq")
    return wanted & set(rows)


def _moment(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value
    moment = parse_datetime(value)
    assert moment is not None
    return moment.replace(tzinfo=UTC)
