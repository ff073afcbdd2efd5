"""The rows of a site on SQLite: a copy of its file, by SQLite's own backup."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import connection

from history import storage
from rooms.backup import folder
from rooms.backup.errors import BackupError, writing
from rooms.backup.snapshot import Ask, Snapshot

# Seconds for which a copy waits for a commit, as the site does.
_PATIENCE = 20
_TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
_VIRTUAL = "CREATE VIRTUAL TABLE"


class Sqlite:
    name, title = "sqlite", "SQLite"

    def __init__(self) -> None:
        self._path = Path(connection.settings_dict["NAME"])

    @contextmanager
    def snapshot(self, folder: Path) -> Iterator[Snapshot]:
        if not self._path.exists():
            raise BackupError("no_site")
        copy = folder / "rows.sqlite3"
        _create(copy)
        with (
            closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as source,
            closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            try:
                # In one go: what is written meanwhile would make a copy in parts begin again. Writers do
                # not wait for it (WAL).
                source.backup(target)
                # One file, which needs no others beside it.
                target.execute("PRAGMA journal_mode=DELETE")
                # A page that the disk has spoilt is copied like any other. Better to hear of it tonight.
                [(found,)] = target.execute("PRAGMA quick_check(1)").fetchall()
            except sqlite3.Error as error:
                raise _refusal(error, copy) from error
            if found != "ok":
                raise BackupError("not_dumped", why=f"the database is damaged: {found}.")
            version = sqlite3.sqlite_version
            yield Snapshot(version, version, copy, _tables(target), _ask(target))

    def require_unused(self) -> None:
        if not self._path.exists():
            return
        with closing(sqlite3.connect(self._path, timeout=0)) as only:
            try:
                # WAL is left only by a connection that is the only one.
                only.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                    raise BackupError("in_use") from error
                raise BackupError("database_away", why=error) from error
            except sqlite3.DatabaseError as error:
                raise BackupError("database_away", why=error) from error

    @contextmanager
    def asked(self) -> Iterator[tuple[tuple[str, ...], Ask]]:
        if not self._path.exists():
            yield (), _nothing
            return
        with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
            yield _tables(database), _ask(database)

    @contextmanager
    def restored(self, dump: IO[bytes]) -> Iterator[None]:
        """Put the dump beside the database's file, and in its place when the body is through."""
        with writing(self._path), folder.draft(self._path.parent) as drafts:
            copy = drafts / self._path.name
            _create(copy)
            with copy.open("wb") as target:
                shutil.copyfileobj(dump, target, storage.BLOCK)
            with _instead_of_the_sites(copy):
                yield
            with closing(sqlite3.connect(copy, isolation_level=None)) as last:
                last.execute("PRAGMA journal_mode=DELETE")
            folder.sync(copy)
            for end in ("-wal", "-shm"):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)
            folder.publish(copy, self._path)


@contextmanager
def _instead_of_the_sites(path: Path) -> Iterator[None]:
    """Have Django use another file."""
    connection.close()
    own = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _create(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _tables(database: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the tables, but for those of search indexes, which say how they are packed."""
    found = database.execute(_TABLES).fetchall()
    virtual = tuple(name for name, sql in found if sql.startswith(_VIRTUAL))
    return tuple(sorted(name for name, _ in found if not name.startswith(virtual or ("\0",))))


def _ask(database: sqlite3.Connection) -> Ask:
    return lambda query: iter(database.execute(query))


def _nothing(query: str) -> Iterator[tuple[Any, ...]]:
    return iter(())


def _refusal(error: sqlite3.Error, copy: Path) -> BackupError:
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
        return BackupError("no_space", what=copy.parent)
    return BackupError("not_dumped", why=error)
