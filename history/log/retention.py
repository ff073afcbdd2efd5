"""Erase messages that a stream keeps no longer. No permissions here, and no rules: callers say what is spared.

It goes in two steps. First a message becomes a tombstone, a change like any other, so that whoever
has it on the screen, or comes back to it, loses it. The row goes later, when nobody can be behind
that change any more: a reader who is more than RESUME_LIMIT changes behind is given the newest page
instead. So numbers are missing then, and none is ever used again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from history.log import files, read
from history.log.entry import ERASED, Head
from history.models import Mention, Message, Reaction, Revision

# How long a tombstone's row stays at least: longer than any worker serves a room without its log.
SETTLED = timedelta(days=1)
_ATTACHED = (Revision, Reaction, Mention)

# Numbers from the first to the last one, both spared.
Ranges = Collection[tuple[int, int]]


def due(before: datetime | Combinable) -> Q:
    """Select the messages before a time that are to become tombstones. Pinned ones stay."""
    return Q(kind=Message.Kind.CHAT, at__lt=before, deleted_at=None, pinned_at=None)


def settled(before: datetime | Combinable) -> Q:
    """Select the rows before a time that have nothing left to take from anybody's screen."""
    return Q(at__lt=before) & (~Q(kind=Message.Kind.CHAT) | Q(deleted_at__lt=Now() - SETTLED))


def expire(head: Head, *, before: datetime, spared: Ranges, limit: int) -> list[int]:
    """Make tombstones of the oldest messages that are due. Return their keys, to be reissued.

    Earlier texts go with them, also those of messages that were deleted before.
    """
    rows = _spared(Message.objects.filter(stream=head.stream_id), spared)
    keys = list(
        rows.filter(due(before)).order_by("stream", "at").values_list("pk", flat=True)[:limit]
    )
    old = rows.filter(at__lt=before, pinned_at=None)
    files.discard_of(old.filter(revisions__cause=Revision.Cause.REMOVAL))
    Revision.objects.filter(message__in=old).delete()
    _detach(keys)
    Message.objects.filter(pk__in=keys).update(
        **ERASED, deleted_at=Now(), deleted_by=None, edited_at=None
    )
    return keys


def remove(head: Head, *, before: datetime, spared: Ranges, closed: bool, limit: int) -> int:
    """Delete rows that nobody needs any more, the oldest first; how many.

    In a room that has been `closed` for a while nobody listens, so messages go at once.
    """
    rows = _spared(Message.objects.filter(stream=head.stream_id, pinned_at=None), spared)
    if closed:
        rows = rows.filter(at__lt=before)
    else:
        rows = rows.filter(settled(before), changed_seq__lte=head.seq - read.RESUME_LIMIT)
    keys = list(rows.order_by("stream", "at").values_list("pk", flat=True)[:limit])
    _detach(keys)
    Message.objects.filter(pk__in=keys).delete()
    return len(keys)


def _detach(keys: Sequence[int]) -> None:
    for kind in _ATTACHED:
        kind.objects.filter(message__in=keys).delete()
    files.discard_of(Message.objects.filter(pk__in=keys))


def _spared(rows: QuerySet[Message], spared: Ranges) -> QuerySet[Message]:
    for first, last in spared:
        rows = rows.exclude(seq__gte=first, seq__lte=last)
    return rows
