"""Restore a backup into an empty site."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files import File as Content
from django.core.management import call_command
from django.db import DatabaseError, connection

from history import identity, storage
from history.log import files
from history.models import File
from rooms.backup import archive, engines, keys, manifest
from rooms.backup.engines import engine
from rooms.backup.errors import BackupError, writing
from rooms.backup.manifest import Manifest
from rooms.backup.snapshot import Engine, counts
from rooms.backup.taking import Advance, store_errors

# What migrations and workers write by themselves: a site that has only these rows is empty.
OF_NOBODY = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "history_history",
    "rooms_tallied",
    "rooms_tally",
    "rooms_worker",
}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, the history's new name, and which keys the environment sets to something else."""

    manifest: Manifest
    history: str
    other_keys: list[str]


def restore(path: Path, *, advance: Advance) -> Restored:
    """Restore a backup into this site, which has to be empty. Raises BackupError.

    The whole archive is read before anything is written. The files come first and the rows last, at once: a
    site with rows has their files. A restore that fails takes out what it put in; one that was killed leaves
    files at the most.
    """
    with tempfile.TemporaryFile() as sums:
        made = _read(path, sums)
        database = engine()
        _require_fitting(made, database)
        database.require_unused()
        require_empty(database)
        try:
            with writing("the store of files"), store_errors():
                _put_files(path, sums, made, advance)
            other = _put_keys(path) if made.secrets else []
            name = _put_rows(path, made, database)
        except BaseException:
            with store_errors():
                _remove_files(sums)
            raise
        return Restored(made, name, other)


def _read(path: Path, sums: IO[bytes]) -> Manifest:
    """Read all of an archive, and its sums into a file. Return its manifest."""
    raw = archive.verify(path, sums)
    try:
        return manifest.of_json(raw)
    except (ValueError, KeyError, TypeError) as error:
        why = f"{archive.MANIFEST} is not understood"
        raise BackupError("damaged", what=path, why=why) from error


def _require_fitting(made: Manifest, database: Engine) -> None:
    """Raise BackupError unless this release and its database can take the backup."""
    manifest.require_known(made.migrations)
    theirs = made.database["engine"]
    if theirs != database.name:
        title = engines.TITLES.get(theirs, theirs)
        raise BackupError("other_engine", theirs=title, ours=database.title)


def require_empty(database: Engine) -> None:
    """Raise BackupError if there are rows in the database, or files in the store."""
    with database.asked() as (tables, ask):
        for table in sorted({*tables} - OF_NOBODY):
            if next(ask(f'SELECT 1 FROM "{table}" LIMIT 1'), None):  # noqa: S608 - a table's name
                raise BackupError("has_rows", table=table)
    with store_errors():
        if folder := storage.first_folder():
            raise BackupError("has_files", what=folder)


# Files --------------------------------------------------------------------------------------------


def _put_files(path: Path, sums: IO[bytes], made: Manifest, advance: Advance) -> None:
    """Store each file, read it from there again, and compare it with its sum."""
    count = size = 0
    sums.seek(0)
    with archive.opened(path) as members:
        for member, line in zip(members, sums, strict=False):
            if not member.name.startswith(archive.FILES):
                continue
            key = member.name.removeprefix(archive.FILES)
            storage.save_key(key, Content(member.content))
            if not line.startswith(_digest(key)):
                raise BackupError("differs", why=f"{member.name} is not what its sum says.")
            count, size = count + 1, size + member.size
            advance()
    _require_same("files", made.files.count, count)
    _require_same("bytes of files", made.files.bytes, size)


def _digest(key: str) -> bytes:
    digest = hashlib.sha256()
    try:
        with storage.reading(key) as opened:
            while block := opened.read(storage.BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return b"missing"
    return digest.hexdigest().encode()


def _remove_files(sums: IO[bytes]) -> None:
    """Remove what was stored of the files that an archive has."""
    sums.seek(0)
    for line in sums:
        name = line.decode().split()[1]
        if name.startswith(archive.FILES):
            storage.delete(name.split("/")[2])


# Rows ---------------------------------------------------------------------------------------------


def _put_rows(path: Path, made: Manifest, database: Engine) -> str:
    """Put the rows into the database, and make them this release's. Return the history's new name."""
    with archive.opened(path) as members:
        dump = next(member for member in members if member.name == made.database["member"])
        with _database_errors(), database.restored(dump.content):
            _compare_rows(made.rows)
            call_command("migrate", interactive=False, verbosity=0)
            # Their pieces are not in the backup: whoever sent them begins again.
            files.discard(File.objects.filter(ready_at=None))
            return identity.rename(None).history


def _compare_rows(said: Mapping[str, int]) -> None:
    def ask(query: str) -> Iterator[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            yield from cursor.fetchall()

    for table, count in counts(ask, tuple(said)).items():
        _require_same(f"rows of {table}", said[table], count)


def _require_same(what: str, said: int, found: int) -> None:
    if said != found:
        raise BackupError("differs", why=f"{found} {what} instead of {said}.")


@contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise BackupError("not_restored", why=f"{error}.") from error


# Keys ---------------------------------------------------------------------------------------------


def _put_keys(path: Path) -> list[str]:
    with archive.opened(path) as members:
        data = next(archive.small(each) for each in members if each.name == archive.SECRETS)
    with writing("the data directory"):
        return keys.put_back(data)
