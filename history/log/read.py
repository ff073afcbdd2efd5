"""Reading a room's log. No permissions here: callers have checked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from history import wire
from history.log.entry import Change
from history.models import Message, Stream
from history.wire import WireMessage

PAGE_LIMIT = 100
# How many changes a reader may be behind and still be told what it missed rather than be reset.
RESUME_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Messages by `seq` ascending; `older` if there are more before the first."""

    messages: list[WireMessage]
    older: bool


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


def following(
    stream_id: int, *, after: int, before: int | None, limit: int
) -> tuple[list[WireMessage], bool]:
    """Return the first messages after a `seq`, and whether there are more before the `seq` `before`."""
    rows = Message.objects.filter(stream_id=stream_id, seq__gt=after)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = wire.read(rows.order_by("seq")[: limit + 1])
    return found[:limit], len(found) > limit


def pinned(stream_ids: Iterable[int]) -> dict[int, list[WireMessage]]:
    """The messages of each stream that are pinned, in the order in which they were."""
    rows = Message.objects.filter(stream_id__in=list(stream_ids), pinned_at__isnull=False)
    return wire.read_each(rows.order_by("pinned_at", "seq"))


def last_post(stream_id: int, author_id: int) -> datetime | None:
    """Return when an author posted to a stream last; None if never."""
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
