"""Backups as files: what is in one, and ones that were made by hand."""

import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from rooms.backup import archive, manifest
from rooms.backup.manifest import Files, Manifest

MADE = Manifest(
    taken_at="2026-12-01T03:00:00.000+00:00",
    code={"commit": "unknown", "django": "5.2"},
    migrations={"sessions": "0001_initial"},
    database={
        "engine": "sqlite",
        "server": "3",
        "program": "3",
        "member": "rows.sqlite3",
        "bytes": 4,
    },
    rows={"django_session": 0},
    files=Files(count=1, bytes=5),
    secrets=False,
)
KEY = "0a/f_0a000000000000000000000000000001/whole"
MEMBERS = {"rows.sqlite3": b"rows", f"files/{KEY}": b"hello"}


def manifest_of(path: Path) -> Manifest:
    return manifest.of_json(members(path)[archive.MANIFEST])


def members(path: Path) -> dict[str, bytes]:
    """Return all of a small archive."""
    with tarfile.open(path) as tar:
        found = {each.name: tar.extractfile(each) for each in tar.getmembers()}
        return {name: content.read() for name, content in found.items() if content is not None}


def write(path: Path, parts: Mapping[str, bytes], made: bytes) -> None:
    """Write an archive with right sums, whatever is in it."""
    with path.open("wb") as target, TemporaryFile() as sums:
        writer = archive.Writer(target, sums)
        for name, data in parts.items():
            writer.add_bytes(name, data)
        writer.add_bytes(archive.MANIFEST, made)
        writer.finish()


def made(path: Path, **changes: object) -> Path:
    """Write an archive of two members, with a manifest that has these changes."""
    write(path, MEMBERS, replace(MADE, **changes).to_json())  # type: ignore[arg-type]
    return path


def changed(path: Path, target: Path, change: Callable[[Path], Manifest]) -> None:
    """Write a backup of SQLite once more. `change` changes the database's file and returns the manifest."""
    parts = members(path)
    database = target.with_suffix(".sqlite3")
    database.write_bytes(parts["rows.sqlite3"])
    found = change(database)
    del parts[archive.MANIFEST], parts[archive.SUMS]
    parts["rows.sqlite3"] = database.read_bytes()
    write(target, parts, found.to_json())


def with_a_byte_flipped(data: bytes, at: int) -> bytes:
    found = io.BytesIO(data)
    found.seek(at)
    byte = found.read(1)[0]
    found.seek(at)
    found.write(bytes([byte ^ 1]))
    return found.getvalue()
