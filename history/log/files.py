"""The files of messages: how one gets into its message, and how it goes. No permissions here.

A message has its files as they are on the wire (`Message.files`). The rows (history.models.File) say
where the bytes are, and to which message of which stream they belong; a file of a message that is
deleted for a day is kept, and nobody is given it. What is let go is deleted by `sweep`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from history import storage, wire
from history.errors import NoFile
from history.log.entry import Attachment
from history.models import UNSHOWN, File, Message
from history.wire import WireFile

# A file that is in no message for so long after its last piece is given up.
UNPOSTED = timedelta(hours=1)
# Files that are deleted in one go.
SWEPT = 200


def claim(wanted: Sequence[Attachment], *, stream_id: int, author_id: int) -> list[File]:
    """Hold files of somebody's that are to go into one message, until the transaction ends.

    `bind` puts them there. Raises NoFile if one of them is not there, not whole, somebody else's, of
    another stream, or in a message already.
    """
    rows = File.objects.select_for_update(no_key=True).filter(
        public_id__in=[attachment.id for attachment in wanted],
        stream=stream_id,
        author=author_id,
        seq=None,
        gone_at=None,
        ready_at__isnull=False,
    )
    found = {row.public_id: row for row in rows.order_by("pk")}
    if len(found) < len(wanted):
        raise NoFile
    for place, attachment in enumerate(wanted):
        row = found[attachment.id]
        row.place, row.alt = place, attachment.alt
    return [found[attachment.id] for attachment in wanted]


def bind(rows: Iterable[File], seq: int) -> None:
    """Put files that are held into the message with this number."""
    for row in rows:
        row.seq = seq
        row.save(update_fields=["seq", "place", "alt"])


def of_message(message: Message) -> list[WireFile]:
    """Return the files that belong to a message, as they are on the wire: also while it is deleted."""
    rows = File.objects.filter(stream=message.stream_id, seq=message.seq, gone_at=None)
    return [wire.file(row) for row in rows.order_by("place")]


def let_go(messages: QuerySet[Message]) -> None:
    """Give up the files of these messages for good. Those of deleted messages, too."""
    by_stream: dict[int, list[int]] = defaultdict(list)
    theirs = File.objects.filter(stream=OuterRef("stream"), seq=OuterRef("seq"), gone_at=None)
    with_files = messages.filter(Exists(theirs)).values_list("stream_id", "seq")
    for stream_id, seq in with_files.distinct().order_by():
        by_stream[stream_id].append(seq)
    for stream_id, seqs in by_stream.items():
        _let_go(File.objects.filter(stream=stream_id, seq__in=seqs))


def let_go_of(author_id: int) -> None:
    """Give up what a person has sent that is in no message."""
    _let_go(File.objects.filter(author=author_id, seq=None))


def hand_over(giver: int, taker: int) -> None:
    """Make a person's files another's."""
    # What one called a file, the other may have called one of theirs: neither is going to be asked again.
    File.objects.filter(author=giver).update(author=taker, client_id=None)


def sweep() -> int:
    """Delete the bytes and the rows of files that nobody can have any more; how many. Any worker does.

    The bytes go first. If a worker is killed in between, the next sweep finds the row.
    """
    abandoned = File.objects.filter(seq=None, heard_at__lt=Now() - UNPOSTED)
    _let_go(abandoned)
    gone = list(File.objects.filter(gone_at__isnull=False).order_by("pk")[:SWEPT])
    for row in gone:
        storage.delete(row.public_id)
        row.delete()
    return len(gone)


def page(
    stream_id: int, *, hidden_through: int, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return files of a stream with their messages' `seq`, `at` and `author`, newest messages first; those
    before number `before`. True if there are older ones.

    It looks at `limit` messages that have or had files: those that are deleted have none to show.
    """
    rows = File.objects.filter(stream=stream_id, seq__gt=hidden_through, gone_at=None)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    numbers = rows.order_by("-seq").values_list("seq", flat=True).distinct()
    seqs = [seq for seq in numbers[: limit + 1] if seq is not None]
    messages = Message.objects.filter(stream=stream_id, seq__in=seqs[:limit], deleted_at=None)
    found = [
        {
            **file,
            "seq": message.seq,
            "at": wire.timestamp(message.at),
            "author": wire.author(message.author) if message.author else None,
        }
        for message in messages.select_related("author").order_by("-seq").defer(*UNSHOWN)
        for file in message.files or ()
    ]
    return found, len(seqs) > limit


def used(where: Q) -> int:
    """Return how many bytes the files have that fit a condition, and are not to be deleted."""
    total = File.objects.filter(where, gone_at=None).aggregate(total=Sum("size"))["total"]
    return total or 0


def _let_go(rows: QuerySet[File]) -> None:
    rows.filter(gone_at=None).update(gone_at=Now())
