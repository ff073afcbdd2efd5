"""Backups as files: what is refused, what is kept, and how little memory it takes."""

import errno
import fcntl
import os
import tarfile
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, RawIOBase
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from history import storage
from rooms.backup import BackupError, archive, folder, manifest, programs
from rooms.backup.errors import SENTENCES, writing
from tests.support import backups, documents
from tests.support.programs import ROOT


def verified(path: Path) -> bytes:
    with TemporaryFile() as sums:
        return archive.verify(path, sums)


def refused(code: str) -> "pytest.RaisesExc[BackupError]":
    return pytest.raises(BackupError, check=lambda error: error.code == code)


# Archives -----------------------------------------------------------------------------------------


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = backups.made(tmp_path / "b.tar")
    assert manifest.of_json(verified(path)) == backups.MADE
    found = backups.members(path)
    assert list(found) == ["rows.sqlite3", f"files/{backups.KEY}", "manifest.json", "SHA256SUMS"]
    assert found.items() >= backups.MEMBERS.items()


def _flip(name: bytes) -> Callable[[bytes], bytes]:
    return lambda data: backups.with_a_byte_flipped(data, data.index(name))


@pytest.mark.parametrize(
    "damage",
    [
        _flip(b"hello"),
        _flip(b'"django_session": 0'),
        _flip(backups.KEY.encode()),
        lambda data: backups.with_a_byte_flipped(data, data.index(b"SHA256SUMS") + 512),
        lambda data: data[: data.index(b"hello")],
        lambda data: data[: data.index(b"manifest.json")],
        lambda data: data[: data.index(b"SHA256SUMS")],
        lambda data: data[:100],
        lambda data: b"",
        lambda data: b"no archive at all" * 100,
    ],
    ids=[
        "a file", "the manifest", "a name", "the sums", "cut in a file", "cut before the manifest",
        "cut before the sums", "cut in the first head", "empty", "something else",
    ],
)  # fmt: skip
def test_an_archive_that_is_damaged_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = backups.made(tmp_path / "b.tar")
    path.write_bytes(damage(path.read_bytes()))
    with refused("damaged"):
        verified(path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "files/../x", "/etc/passwd", "other"])
def test_a_member_that_is_no_part_of_a_backup_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "b.tar"
    backups.write(path, {name: b""}, backups.MADE.to_json())
    with refused("damaged"):
        verified(path)


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.tar"
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo(f"files/{backups.KEY}")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with refused("damaged"):
        verified(path)


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    with refused("not_read"):
        verified(tmp_path / "none.tar")


def test_a_backup_of_a_newer_release_is_refused() -> None:
    with refused("newer"):
        manifest.of_json(replace(backups.MADE, format=manifest.FORMAT + 1).to_json())
    manifest.require_known(backups.MADE.migrations)
    with refused("newer"):
        manifest.require_known({"rooms": "9999_of_next_year"})


class Zeros(RawIOBase):
    """A source of zeros, of which nobody reads more than a block at a time."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        assert 0 <= size <= storage.BLOCK
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


def test_memory_is_the_same_whatever_the_size(tmp_path: Path) -> None:
    """Of a file as of their number: neither side keeps a list."""
    size, count = 48 * 2**20, 3000
    path = tmp_path / "b.tar"
    with TemporaryFile() as sums, path.open("wb") as target:
        tracemalloc.start()
        try:
            writer = archive.Writer(target, sums)
            writer.add("rows.dump", size, Zeros(size))  # type: ignore[arg-type]
            for number in range(count):
                writer.add_bytes(f"files/0a/f_{number:032x}/whole", b"")
            writer.add_bytes(archive.MANIFEST, backups.MADE.to_json())
            writer.finish()
            verified(path)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # A few blocks of 256 KiB; tarfile alone keeps 3 KiB of each member.
    assert peak < 8 * storage.BLOCK


# Folders ------------------------------------------------------------------------------------------


def test_the_newest_are_kept_and_files_of_others_too(tmp_path: Path) -> None:
    names = [folder.name(datetime(2026, 12, day, 3, tzinfo=UTC)) for day in range(1, 6)]
    for name in [*names, "chat.tar", "chat-20261201T030000Z.tar.age"]:
        (tmp_path / name).touch()
    gone = folder.keep(tmp_path, 2)
    assert [path.name for path in gone] == names[:3]
    assert {path.name for path in tmp_path.iterdir()} == {
        *names[3:],
        "chat.tar",
        "chat-20261201T030000Z.tar.age",
    }


def test_what_a_killed_backup_left_goes_with_the_next_and_one_under_way_stays(
    tmp_path: Path,
) -> None:
    with folder.draft(tmp_path) as under_way:
        abandoned = tmp_path / ".chat-backup-x.partial"
        abandoned.mkdir()
        (abandoned / "rows.dump").touch()
        # Somebody else's trap, which is neither followed nor stumbled over.
        trap = tmp_path / ".chat-backup-trap.partial"
        trap.symlink_to(under_way)
        with folder.draft(tmp_path) as mine:
            assert {*tmp_path.iterdir()} == {under_way, mine, trap}
            assert mine.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == [trap]
    # Nobody holds the folder any more.
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)


# Refusals -----------------------------------------------------------------------------------------


def test_a_full_disk_is_named() -> None:
    with (
        refused("no_space"),
        writing("b.tar"),
        open("/dev/full", "wb", buffering=0) as full,
        TemporaryFile() as sums,
    ):
        writer = archive.Writer(full, sums)
        writer.add_bytes("rows.dump", bytes(2 * storage.BLOCK))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with refused("not_written") as found, writing("b.tar"), folder.draft(tmp_path / "none"):
        pass
    assert os.strerror(errno.ENOENT) in str(found.value)


def _program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any of PostgreSQL's programs, and where Debian would have them."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(programs, "_DEBIAN", tmp_path / "postgresql")
    return tmp_path


def test_a_missing_program_is_named_with_what_brings_it(no_programs: Path) -> None:
    with refused("no_program") as found:
        programs.find("pg_dump", server=17)
    assert "apt install postgresql-client" in str(found.value)


def test_a_program_that_is_older_than_the_server_is_refused(no_programs: Path) -> None:
    _program(no_programs / "bin" / "pg_dump", "echo 'pg_dump (PostgreSQL) 15.18 (Debian 15.18-0)'")
    with refused("old_program"):
        programs.find("pg_dump", server=17)


def test_of_several_programs_the_server_s_own_is_taken(no_programs: Path) -> None:
    for version in (15, 17, 18):
        path = no_programs / "postgresql" / str(version) / "bin" / "pg_dump"
        _program(path, f"echo 'pg_dump (PostgreSQL) {version}.1'")
    _program(no_programs / "bin" / "pg_dump", "echo 'pg_dump (PostgreSQL) 18beta1'")
    found = {server: programs.find("pg_dump", server=server).parts[-3] for server in (14, 15, 17)}
    assert found == {14: "15", 15: "15", 17: "17"}


@pytest.mark.parametrize(
    ("said", "code"),
    [("pg_restore: error: no such role", "not_restored"), ("No space left on device", "no_space")],
)
def test_what_a_program_says_when_it_fails_is_passed_on(
    tmp_path: Path, said: str, code: str
) -> None:
    program = _program(tmp_path / "pg_restore", f"echo '{said}' >&2; exit 1")
    # It takes nothing of its input, which is longer than a pipe.
    with refused(code) as found:
        programs.run([program], env={}, feed=BytesIO(bytes(2**20)), failed="not_restored")
    if code != "no_space":
        assert said in str(found.value)


def test_each_refusal_is_in_deployment_and_in_a_test() -> None:
    rows = documents.read("DEPLOYMENT.md").table("When it says no")
    assert {documents.plain(code) for code, *_ in rows} == SENTENCES.keys()
    tests = [ROOT / "tests" / name for name in ("unit", "actions")]
    text = "".join((path / "test_backup.py").read_text() for path in tests)
    assert [code for code in SENTENCES if f'"{code}"' not in text] == []
