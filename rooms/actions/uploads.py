"""Uploads: a file is begun, its pieces are kept, and the complete file is checked.

Each step is a transaction of its own, and none locks the room. A post puts checked files into its message
(history/log/files.py). Files that are in no message after an hour are swept.
"""

import errno
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client import Counter, Histogram

from history import storage
from history.log import files
from history.models import File, Piece
from rooms import access, file_names
from rooms.actions import whole_files
from rooms.errors import BadFile
from rooms.limits.checks import checks
from rooms.models import Membership, User
from rooms.refusals.files import (
    BadPieceSize,
    BadUploadId,
    BadUploadSize,
    BeingChecked,
    FileEmpty,
    FileNotFound,
    FilesFull,
    FilesOff,
    FilesUnderWay,
    FileTooBig,
    PersonSentMuch,
    RoomHasMuch,
    WrongOffset,
)
from rooms.turn import lock_person

logger = logging.getLogger(__name__)

# Bytes of a piece; the last one is as long as it is.
PIECE_MIN, PIECE_MAX = 64 * 1024, 1024 * 1024
# Uploads of one person that are in no message yet.
UNDER_WAY = 20
CLIENT_ID_MAX = 64
MEBIBYTE = 2**20
_DAY = timedelta(days=1)
# After this time a worker that checks a file is taken for dead, and another one begins again.
_CHECKED_IN = timedelta(seconds=60)

_taken = Counter("chat_files", "Files that are whole: images that are shown, and others", ["kind"])
_bytes = Counter("chat_file_bytes", "Bytes of files that are whole")
_seconds = Histogram(
    "chat_file_check_seconds",
    "From a file's last piece to its answer: waiting, hashing, making an image again",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way, and how many bytes of it are here."""

    file: File
    offset: int
    is_new: bool = False


def begin(
    *, user: User, code: str, name: str, media_type: str, size: int, client_id: str
) -> Upload:
    """Begin an upload, or return the member's upload with this `client_id` in the room.

    Raises NotMember, Removed, RoomClosed, Ended, Muted, BadFile, TooBig, FilesUnderWay or FilesFull.
    """
    if not 1 <= len(client_id) <= CLIENT_ID_MAX or "\0" in client_id:
        raise BadUploadId(limit=CLIENT_ID_MAX)
    member = access.membership(user=user, code=code)
    stream_id = member.room.stream_id
    found = _live().filter(stream=stream_id, author=user, client_id=client_id).first()
    if found is not None:
        return Upload(found, _offset(found))
    access.require_voice(member, now=timezone.now())
    _check_size(size)
    with transaction.atomic():
        lock_person(user)
        _check_shares(user, stream_id, size)
        try:
            with transaction.atomic():
                row = File.objects.create(
                    stream_id=stream_id,
                    author=user,
                    client_id=client_id,
                    name=file_names.clean(name),
                    type=file_names.media_type(media_type),
                    size=size,
                )
        except IntegrityError:  # the same file was begun meanwhile: the next try goes on with it
            raise BeingChecked(retry_after=1) from None
    return Upload(row, 0, is_new=True)


def find(*, user: User, file_id: str) -> Upload:
    """Return one of the user's uploads, complete or not. Raises FileNotFound."""
    row = _live().filter(public_id=file_id, author=user).first()
    if row is None:
        raise FileNotFound
    return Upload(row, _offset(row))


def append(*, user: User, file_id: str, start: int, data: bytes) -> Upload:
    """Keep a piece of a file. After the last piece, check the file.

    Raises FileNotFound, WrongOffset, BadPieceSize, FilesFull, BadFile, Unavailable, or a refusal of
    `access.check`.
    """
    upload = find(user=user, file_id=file_id)
    row = upload.file
    if row.ready_at is not None:
        return upload
    _require_member(user, row.stream_id)
    if start != upload.offset:
        raise WrongOffset
    left = row.size - start
    if left:
        if not min(PIECE_MIN, left) <= len(data) <= min(PIECE_MAX, left):
            raise BadPieceSize(least=PIECE_MIN, most=PIECE_MAX)
        _keep(row, start, data)
    elif data:
        raise WrongOffset
    if start + len(data) == row.size:
        row = _check(row)
    return Upload(row, start + len(data))


def cancel(*, user: User, file_id: str) -> None:
    """Discard an upload that is in no message. Raises FileNotFound."""
    if not files.discard(File.objects.filter(public_id=file_id, author=user, seq=None)):
        raise FileNotFound


def _live() -> QuerySet[File]:
    return File.objects.filter(gone_at=None)


def _offset(row: File) -> int:
    if row.ready_at is not None:
        return row.size
    return Piece.objects.filter(file=row).aggregate(total=Sum("size"))["total"] or 0


def _require_member(user: User, stream_id: int) -> Membership:
    found = Membership.objects.filter(user=user, room__stream=stream_id)
    return access.check(found.select_related("room", "user").first())


def _check_size(size: int) -> None:
    most = settings.CHAT_FILE_MAX * MEBIBYTE
    if not most:
        raise FilesOff
    if size < 0:
        raise BadUploadSize
    if not size:
        raise FileEmpty
    if size > most:
        raise FileTooBig(limit=settings.CHAT_FILE_MAX)


def _check_shares(user: User, stream_id: int, size: int) -> None:
    """Raise if the file would exceed the share of the person, the room or the site. The person is locked."""
    mine = File.objects.filter(author=user)
    if mine.filter(seq=None, gone_at=None).count() >= UNDER_WAY:
        raise FilesUnderWay(limit=UNDER_WAY, retry_after=10)
    share = settings.CHAT_FILES_PERSON * MEBIBYTE // (2 if user.is_guest else 1)
    sent = mine.filter(begun_at__gt=Now() - _DAY).aggregate(total=Sum("size"))["total"] or 0
    if sent + size > share:
        raise PersonSentMuch(limit=share // MEBIBYTE)
    if files.used(Q(stream=stream_id)) + size > settings.CHAT_FILES_ROOM * MEBIBYTE:
        raise RoomHasMuch(limit=settings.CHAT_FILES_ROOM)
    if settings.CHAT_FILES_SITE and files.used(Q()) + size > settings.CHAT_FILES_SITE * MEBIBYTE:
        raise FilesFull
    free = storage.free()
    if free is not None and free - size < settings.CHAT_FILES_FREE * MEBIBYTE:
        raise FilesFull


def _keep(row: File, start: int, data: bytes) -> None:
    with _full_disk():
        key = storage.save_piece(row.public_id, start, ContentFile(data))
    try:
        with transaction.atomic():
            Piece.objects.create(file=row, start=start, size=len(data), key=key)
            File.objects.filter(pk=row.pk).update(heard_at=Now())
    except IntegrityError:  # the piece came twice at once, or the file was discarded
        storage.delete_key(key)
        raise WrongOffset from None


def _check(row: File) -> File:
    """Put the pieces together, check the file and store it. Raises BadFile, FilesFull or Unavailable.

    The pieces stay until the file is stored, so that a request after a failure begins here again.
    """
    mine = File.objects.filter(pk=row.pk, ready_at=None, gone_at=None)
    free = Q(checking_since=None) | Q(checking_since__lt=Now() - _CHECKED_IN)
    if not mine.filter(free).update(checking_since=Now(), heard_at=Now()):
        raise BeingChecked(retry_after=1)
    try:
        pieces = list(
            Piece.objects.filter(file=row).order_by("start").values_list("key", flat=True)
        )
        with _seconds.time(), checks.slot(), _full_disk(), storage.temporary_folder() as folder:
            digest = _join(pieces, folder / "whole")
            found = whole_files.keep(row.public_id, folder / "whole", claimed=row.type)
    except BadFile:
        files.discard(mine)
        raise
    else:
        ready = mine.update(
            ready_at=Now(),
            sha256=digest,
            type=found.type,
            **found.sizes,
        )
    finally:
        File.objects.filter(pk=row.pk).update(checking_since=None)
    if not ready:
        now = File.objects.filter(pk=row.pk, gone_at=None).first()
        if now is not None:  # another worker, which took this one for dead
            return now
        storage.delete(row.public_id)  # discarded meanwhile: its bytes too
        raise FileNotFound
    Piece.objects.filter(file=row).delete()
    for key in pieces:
        storage.delete_key(key)
    row.refresh_from_db()
    _taken.labels("image" if found.sizes else "other").inc()
    _bytes.inc(row.size)
    return row


def _join(pieces: list[str], whole: Path) -> str:
    """Write the pieces into one file. Return its SHA-256."""
    digest = hashlib.sha256()
    with whole.open("wb") as file:
        for key in pieces:
            for block in storage.blocks(key):
                digest.update(block)
                file.write(block)
    return digest.hexdigest()


@contextmanager
def _full_disk() -> Iterator[None]:
    """Raise FilesFull where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        logger.error("no space for files: %s", error)
        raise FilesFull from error
