"""Take a backup of the site, while people talk."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from history import storage
from history.errors import FilesAway
from history.models import File
from rooms.backup import archive, keys, manifest
from rooms.backup.engines import engine
from rooms.backup.errors import BackupError
from rooms.backup.manifest import Files, Manifest

# Is told of each member that was written, or read.
Advance = Callable[[], object]


def take(
    target: IO[bytes], *, name: str, scratch: Path, with_keys: bool, advance: Advance
) -> Manifest:
    """Write a backup of the site. Return its manifest.

    `target` is only written to, and `name` is what errors call it. `scratch` is a folder for the dump until it
    is written. Raises BackupError, and OSError if `scratch` cannot be used.
    """
    with (
        tempfile.TemporaryFile(dir=scratch) as wanted,
        tempfile.TemporaryFile(dir=scratch) as sums,
    ):
        dump, made = _rows(scratch, wanted, with_keys=with_keys)
        writer = archive.Writer(target, sums, name=name)
        with dump.open("rb") as rows:
            writer.add(made.database["member"], made.database["bytes"], rows)
        dump.unlink()
        advance()
        wanted.seek(0)
        with store_errors():
            for line in wanted:
                public_id, has_images = line.decode().split()
                _add_file(writer, public_id, has_images=has_images == "1", files=made.files)
                advance()
        if with_keys:
            writer.add_bytes(archive.SECRETS, keys.collect())
        writer.add_bytes(archive.MANIFEST, made.to_json())
        writer.finish()
    return made


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise BackupError for a store of files that is away."""
    try:
        yield
    except FilesAway as error:
        raise BackupError("files_away") from error


def _rows(scratch: Path, wanted: IO[bytes], *, with_keys: bool) -> tuple[Path, Manifest]:
    """Dump the rows. Write the files that they name into `wanted`, a line each."""
    database = engine()
    # Before the dump: whatever was acknowledged by then is in it.
    at = manifest.now()
    with database.snapshot(scratch) as snapshot:
        if "django_migrations" not in snapshot.tables:
            raise BackupError("no_site")
        for public_id, has_images in snapshot.files():
            wanted.write(f"{public_id} {int(has_images)}\n".encode())
        made = Manifest(
            taken_at=at.isoformat(timespec="milliseconds"),
            code=manifest.code(),
            migrations=snapshot.migrations(),
            database={
                "engine": database.name,
                "server": snapshot.server,
                "program": snapshot.program,
                "member": archive.ROWS[database.name],
                "bytes": snapshot.dump.stat().st_size,
            },
            rows=snapshot.counts(),
            files=Files(),
            secrets=with_keys,
        )
    return snapshot.dump, made


def _add_file(writer: archive.Writer, public_id: str, *, has_images: bool, files: Files) -> None:
    """Write a file and its images, as far as they are still there."""
    parts = (storage.WHOLE, storage.THUMB, storage.VIEW) if has_images else (storage.WHOLE,)
    missing = False
    for part in parts:
        key = storage.part_key(public_id, part)
        try:
            with storage.reading(key) as opened:
                writer.add(archive.FILES + key, opened.size, opened)
                files.count += 1
                files.bytes += opened.size
        except FileNotFoundError:
            missing = True
        except OSError as error:
            raise BackupError("not_read", what=key, why=error.strerror or error) from error
    if missing:
        is_there = File.objects.filter(public_id=public_id, gone_at=None).exists()
        files.miss(public_id, deleted=not is_there)
