"""The files of messages: putting them into a message, and discarding them. No permissions here.

A message has its files as they are on the wire (`Message.files`). The rows (history.models.File) say
where the bytes are, and to which message of which stream a file belongs. While a removed message can be
restored, its files are kept, and no member can download them. `sweep` deletes discarded files.
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
    """Lock an author's files for one message, until the transaction ends. `bind` puts them into it.

    Raises NoFile if a file is missing, incomplete, another person's, of another stream, or in a message
    already.
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
    """Put locked files into the message with this number."""
    for row in rows:
        row.seq = seq
        row.save(update_fields=["seq", "place", "alt"])


def of_message(message: Message) -> list[WireFile]:
    """Return the files that belong to a message, as they are on the wire: also while it is deleted."""
    rows = File.objects.filter(stream=message.stream_id, seq=message.seq, gone_at=None)
    return [wire.file(row) for row in rows.order_by("place")]


def discard_of(messages: QuerySet[Message]) -> None:
    """Discard the files of messages, also of deleted messages whose files were kept to be restored."""
    by_stream: dict[int, list[int]] = defaultdict(list)
    theirs = File.objects.filter(stream=OuterRef("stream"), seq=OuterRef("seq"), gone_at=None)
    with_files = messages.filter(Exists(theirs)).values_list("stream_id", "seq")
    for stream_id, seq in with_files.distinct().order_by():
        by_stream[stream_id].append(seq)
    for stream_id, seqs in by_stream.items():
        discard(File.objects.filter(stream=stream_id, seq__in=seqs))


def discard_unposted(author_id: int) -> None:
    """Discard a person's files that are in no message."""
    discard(File.objects.filter(author=author_id, seq=None))


def hand_over(giver: int, taker: int) -> None:
    """Make a person's files another's."""
    # What one called a file, the other may have called one of theirs: neither is going to be asked again.
    File.objects.filter(author=giver).update(author=taker, client_id=None)


def discard(rows: QuerySet[File]) -> int:
    """Mark files as gone, for `sweep`. Return their number.

    Their senders may use the same `client_id` for another file from now on.
    """
    return rows.filter(gone_at=None).update(gone_at=Now(), client_id=None)


def sweep() -> int:
    """Delete the bytes and the rows of some discarded files. Return their number. Any worker does this.

    The bytes are deleted first. If the worker is killed in between, the next sweep finds the row.
    """
    discard(File.objects.filter(seq=None, heard_at__lt=Now() - UNPOSTED))
    gone = list(File.objects.filter(gone_at__isnull=False).order_by("pk")[:SWEPT])
    for row in gone:
        storage.delete(row.public_id)
        row.delete()
    return len(gone)


def page(
    stream_id: int, *, hidden_through: int, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return the files of a stream before message `before`, newest message first, and whether there are more.

    Each has the `seq`, `at` and `author` of its message. Up to `limit` messages are read, deleted ones
    included, so a page may be short.
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
    """Return the size in bytes of all files that meet a condition and are not discarded."""
    total = File.objects.filter(where, gone_at=None).aggregate(total=Sum("size"))["total"]
    return total or 0
