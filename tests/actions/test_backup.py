"""Backups of a database: what is in one, and where none is taken or restored."""

import json
import pty
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now

from chatsite import filestore
from history import storage
from history.models import File, Stream
from rooms import backup, counts, keptkey, refusal_counts
from rooms.backup import BackupError, engines, keys, postgres, programs, restoring, sqlite
from rooms.backup.manifest import Files, Manifest
from rooms.errors import Empty
from rooms.models import HourlyCount
from tests.support import backups
from tests.support.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)


def refused(code: str) -> "pytest.RaisesExc[BackupError]":
    return pytest.raises(BackupError, check=lambda error: error.code == code)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {"files": filestore.storage("", tmp_path / "files")}


def a_file(text: bytes, *, images: bool = False) -> File:
    """Make a file that is in no message, with what is stored of it."""
    row = File.objects.create(
        stream=Stream.objects.create(),
        name="a",
        type="text/plain",
        size=len(text),
        ready_at=Now(),
        thumb_width=1 if images else None,
    )
    parts = (storage.WHOLE, storage.THUMB, storage.VIEW) if images else (storage.WHOLE,)
    for part in parts:
        storage.save(row.public_id, part, ContentFile(text))
    return row


def taken(
    tmp_path: Path, *, with_keys: bool = False, advance: Callable[[], object] = lambda: None
) -> tuple[Manifest, dict[str, bytes]]:
    scratch = Path(tempfile.mkdtemp(dir=tmp_path))
    path = scratch / "b.tar"
    with path.open("wb") as target:
        made = backup.take(
            target, name="b.tar", scratch=scratch, with_keys=with_keys, advance=advance
        )
    return made, backups.members(path)


# What is in one -----------------------------------------------------------------------------------


def test_files_that_rows_name_are_in_it_and_what_is_missing_is_said(tmp_path: Path) -> None:
    kept, lost, deleted = (a_file(text) for text in (b"kept", b"lost", b"deleted"))
    pictured = a_file(b"picture", images=True)
    under_way = File.objects.create(
        stream=Stream.objects.create(), name="b", type="text/plain", size=9
    )
    for row in (lost, deleted):
        storage.delete(row.public_id)

    def delete() -> None:
        """Between the dump and the time when the file is read."""
        File.objects.filter(pk=deleted.pk).update(gone_at=Now())

    made, members = taken(tmp_path, advance=delete)
    stored = {name: data for name, data in members.items() if name.startswith("files/")}
    parts = [(kept, "whole"), *((pictured, part) for part in ("whole", "thumb.webp", "view.webp"))]
    names = {f"files/{row.public_id[2:4]}/{row.public_id}/{part}" for row, part in parts}
    assert {*stored} == names
    assert (made.files.count, made.files.bytes) == (4, 4 + 3 * 7)
    assert made.files.deleted_meanwhile == [deleted.public_id]
    assert made.files.lost == [lost.public_id]
    assert under_way.public_id not in str(names)
    assert made.rows["history_file"] == 5
    assert made.taken_at.endswith("+00:00")


def test_keys_are_in_it_only_if_asked_for(tmp_path: Path, settings: Any) -> None:
    _, members = taken(tmp_path)
    assert settings.SECRET_KEY.encode() not in b"".join(
        data for name, data in members.items() if not name.startswith("rows")
    )
    settings.CHAT_VAPID_KEY = "a-key"
    made, members = taken(tmp_path, with_keys=True)
    assert made.secrets
    assert json.loads(members["secrets.json"]) == {
        "SECRET_KEY": settings.SECRET_KEY,
        "CHAT_VAPID_KEY": "a-key",
    }


def test_keys_are_put_back_where_the_environment_has_none(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    keptkey.read(tmp_path / "secret_key", lambda: "made on the first start")
    data = json.dumps({"SECRET_KEY": "the site's", "CHAT_VAPID_KEY": "its other"}).encode()
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("CHAT_VAPID_KEY", "another")
    assert keys.put_back(data) == ["CHAT_VAPID_KEY"]
    assert (tmp_path / "secret_key").read_text() == "the site's"
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    row = a_file(b"mine")
    path = storage.path(row.public_id, storage.WHOLE)
    path.unlink()
    path.mkdir()
    with refused("not_read") as found:
        taken(tmp_path)
    assert row.public_id in str(found.value)


# Taking one ---------------------------------------------------------------------------------------


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "b.tar"
    path.write_text("precious")
    with pytest.raises(CommandError, match=r"\[exists\]"):  # "exists"
        call_command("backup", str(path))
    assert path.read_text() == "precious"


def test_a_folder_gets_files_named_by_the_time_and_keeps_some(tmp_path: Path) -> None:
    (tmp_path / "chat-20200101T000000Z.tar").touch()
    call_command("backup", str(tmp_path), "--keep", "1", "--verbosity", "0", stdout=Mock())
    [path] = tmp_path.glob("chat-*.tar")
    assert backups.manifest_of(path).rows
    assert path.name > "chat-2026"
    with pytest.raises(CommandError, match="a folder"):
        call_command("backup", str(path), "--keep", "1")


def test_a_terminal_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, its = pty.openpty()
    with open(ours, "rb", buffering=0), open(its, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        with pytest.raises(CommandError, match=r"\[terminal\]"):  # "terminal"
            call_command("backup", "-")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Another database than the tests', which is empty: on SQLite a path."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "other.sqlite3"))
    return tmp_path / "other.sqlite3"


def test_a_database_without_tables_is_no_site(tmp_path: Path, elsewhere: Path) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA nothing")
        options = connection.settings_dict["OPTIONS"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(options, "options", "-c search_path=nothing")
            with refused("no_site"):
                taken(tmp_path)
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA nothing")
        return
    with refused("no_site"):
        taken(tmp_path)
    elsewhere.touch()
    with refused("no_site"):
        taken(tmp_path)
    elsewhere.write_bytes(b"no database, but as long as one" * 100)
    with refused("not_dumped"):
        taken(tmp_path)


def test_a_dump_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "postgresql":
        monkeypatch.setattr(programs, "find", lambda *_, **__: Path("/bin/false"))
        monkeypatch.setattr(programs, "version", lambda path: 15)
        with refused("not_dumped") as found:
            taken(tmp_path)
        assert "false ended with 1" in str(found.value)
        return
    # A database of which a page is spoilt, as disks do.
    path = tmp_path / "spoilt.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE a (text)")
        database.execute("INSERT INTO a VALUES (?)", ["spoilt" * 10_000])
        database.commit()
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(4096) + data[8192:])
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    with refused("not_dumped") as found:
        taken(tmp_path)
    assert "damaged" in str(found.value)


def test_a_database_that_is_away_is_named(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict, "PORT", str(free_port()))
    else:
        elsewhere.write_bytes(b"no database, but as long as one" * 100)
    with refused("database_away"):
        engines.engine().require_unused()


def test_a_store_that_is_away_is_named(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file(b"in the store")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    address = f"s3://chat/sent?endpoint=http://127.0.0.1:{free_port()}&region=us-east-1"
    settings.STORAGES = settings.STORAGES | {"files": filestore.storage(address, tmp_path)}
    with refused("files_away"):
        taken(tmp_path)


# Restoring one ------------------------------------------------------------------------------------


def restored(path: Path) -> None:
    restoring.restore(path, advance=Mock())


def test_what_does_not_fit_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    about = backups.MADE.database | {"engine": other}
    with refused("other_engine") as found:
        restored(backups.made(tmp_path / "b.tar", database=about))
    assert "importroom" in str(found.value)
    with refused("newer"):
        restored(backups.made(tmp_path / "c.tar", migrations={"rooms": "9999_later"}))
    backups.write(tmp_path / "d.tar", {}, b"{}")
    with refused("damaged"):
        restored(tmp_path / "d.tar")


def test_a_database_that_is_used_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Stream.objects.create()  # this connection uses it
    monkeypatch.setattr(postgres, "_ENDING", 0.0)
    with refused("in_use"):
        engines.engine().require_unused()


def test_a_site_with_rows_or_files_is_refused() -> None:
    refusal_counts.note(Empty())  # somebody's wrong try at the new site, which a worker counts
    counts.step()
    assert HourlyCount.objects.exists()
    restoring.require_empty(engines.engine())
    storage.save("f_00", storage.WHOLE, ContentFile(b"a"))
    with refused("has_files"):
        restoring.require_empty(engines.engine())
    Stream.objects.create()
    with refused("has_rows"):
        restoring.require_empty(engines.engine())


@pytest.fixture
def empty(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty site on SQLite, to restore into; on PostgreSQL nobody is let near the tests' database."""
    monkeypatch.setattr("rooms.backup.restoring.engine", sqlite.Sqlite)
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict, "NAME", str(elsewhere))
    return elsewhere


def test_what_differs_from_its_manifest_is_taken_out_again(tmp_path: Path, empty: Path) -> None:
    with refused("differs"):
        restored(backups.made(tmp_path / "b.tar", files=Files(count=2, bytes=5)))
    assert storage.first_folder() is None
    assert not empty.exists()


def test_rows_that_cannot_be_restored_leave_the_site_empty(tmp_path: Path, empty: Path) -> None:
    if connection.vendor == "postgresql":
        return  # the dump is a program's business: tests/unit/test_backup.py has its failure
    with refused("not_restored"):
        restored(backups.made(tmp_path / "b.tar"))  # whose rows are no database
    assert storage.first_folder() is None
    assert not empty.exists()
