"""The files of a room that is imported: kept before the room is made, and gone again if it is refused.

Images take longer than a transaction may last. So the files are kept first, as files that no message has:
if this process is killed, they are swept like those (history/log/files.py).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from history import storage
from history.errors import ChatError
from history.export.archive import Archive, Attached
from history.export.strict import BadArchive
from history.export.unzipped import Unzipped
from history.log import files
from history.models import File, Stream
from rooms.actions import whole_files
from rooms.actions.uploads import MEBIBYTE
from rooms.errors import BadFile

# Seconds after which all of them are said to be wanted still.
_HEARD = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """The stream that the room is to have, and its files by their ids in the archive."""

    stream: Stream
    rows: dict[str, File] = field(default_factory=dict)


@contextmanager
def kept(
    archive: Archive, unzipped: Unzipped | None, *, step: Callable[[int], object]
) -> Iterator[Kept]:
    """Keep the files of an archive for the body, which binds them. Where it raises, nothing is left.

    `unzipped` is None for a room without files. Raises BadArchive.
    """
    wanted = _wanted(archive, unzipped) if unzipped else []
    _check_sizes(wanted)
    found = Kept(Stream.objects.create(head=archive.head))
    try:
        heard = monotonic()
        for file in wanted:
            assert unzipped is not None
            found.rows[file.id] = _keep(file, unzipped, found.stream)
            step(1)
            if monotonic() - heard > _HEARD:
                _hear(found.stream)
                heard = monotonic()
        _hear(found.stream)
        yield found
    except BaseException:
        _forget(found.stream)
        raise


def _wanted(archive: Archive, unzipped: Unzipped) -> list[Attached]:
    """Return the files that are in the archive; others went while it was written. All of it is checked."""
    named = (file for record in archive.messages() for file in record.files)
    return [file for file in named if unzipped.has(file)]


def _check_sizes(wanted: list[Attached]) -> None:
    """Refuse what nobody could send here, one by one or all together."""
    for file in wanted:
        if file.size > settings.CHAT_FILE_MAX * MEBIBYTE:
            limit = f"CHAT_FILE_MAX, {settings.CHAT_FILE_MAX} MiB"
            raise BadArchive(f"The file {file.id}, {file.name}, is larger than {limit}")
    total = sum(file.size for file in wanted)
    if total > settings.CHAT_FILES_ROOM * MEBIBYTE:
        limit = f"CHAT_FILES_ROOM, {settings.CHAT_FILES_ROOM} MiB"
        raise BadArchive(f"The files are {total} bytes, more than {limit}")
    most = settings.CHAT_FILES_SITE * MEBIBYTE
    if wanted and most and files.used(Q()) + total > most:
        limit = f"CHAT_FILES_SITE, {settings.CHAT_FILES_SITE} MiB"
        raise BadArchive(
            f"The files are {total} bytes, and with them the site has more than {limit}"
        )
    free = storage.free() if wanted else None
    if free is not None and free - total < settings.CHAT_FILES_FREE * MEBIBYTE:
        limit = f"CHAT_FILES_FREE, {settings.CHAT_FILES_FREE} MiB"
        raise BadArchive(f"The files are {total} bytes, and leave less of the disk than {limit}")


def _keep(file: Attached, unzipped: Unzipped, stream: Stream) -> File:
    row = File.objects.create(
        stream=stream,
        name=file.name,
        type=file.type,
        size=file.size,
        alt=file.alt,
        place=file.place,
    )
    with storage.temporary_folder() as folder:
        whole = folder / "whole"
        with whole.open("wb") as target:
            row.sha256 = unzipped.copy(file, target)
        try:
            looked = whole_files.keep(row.public_id, whole, claimed=file.type)
        except BadFile as refusal:
            says = refusal.message.rstrip(".")
            raise BadArchive(f"The file {file.id}, {file.name}: {says}") from refusal
    row.type = looked.type
    for name, size in looked.sizes.items():
        setattr(row, name, size)
    row.ready_at = Now()
    row.save(update_fields=["sha256", "type", *looked.sizes, "ready_at"])
    return row


def _hear(stream: Stream) -> None:
    File.objects.filter(stream=stream, seq=None).update(heard_at=Now())


def _forget(stream: Stream) -> None:
    """Delete what was kept. What cannot be deleted just now is left to the sweep."""
    rows = File.objects.filter(stream=stream)
    rows.update(gone_at=Now())
    with suppress(ChatError, OSError):
        for row in rows:
            storage.delete(row.public_id)
            row.delete()
        stream.delete()
