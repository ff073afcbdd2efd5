"""Write and read the archive, member by member: neither keeps a list of them, nor more than a block."""

import hashlib
import re
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple

from history import storage
from rooms.backup.errors import BackupError, writing

MANIFEST, SECRETS, SUMS = "manifest.json", "secrets.json", "SHA256SUMS"
ROWS = {"postgresql": "rows.dump", "sqlite": "rows.sqlite3"}
FILES = "files/"
_MODE = 0o600
# A manifest has a line for each table.
_SMALL_MAX = 2**24
_NAME = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(SECRETS)}|rows\.(?:dump|sqlite3)"
    r"|files/[0-9a-z]{2}/f_[0-9a-z]{1,32}/(?:whole|thumb\.webp|view\.webp)"
)


class Hashed:
    """Reads on and keeps the SHA-256 of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        block = self._source.read(size)
        self._digest.update(block)
        return block

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


class _Forward:
    """What tarfile asks of a target, for one that is only written to. (Its own streams write once more when
    they are collected after an error.)"""

    def __init__(self, target: IO[bytes], name: str) -> None:
        self._target, self._name = target, name
        self._written = 0

    def write(self, data: bytes) -> int:
        with writing(self._name):  # or it would be taken for an error of what is read
            self._target.write(data)
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written


class Writer:
    """Writes an archive to whatever has `write`: it is never gone back in. To be closed by `finish`."""

    def __init__(self, target: IO[bytes], sums: IO[bytes], *, name: str = "the backup") -> None:
        """`sums`: a file of this machine, for the list of sums until it is written. `name`: the target's."""
        self._sums = sums
        self._tar: Any = tarfile.open(  # type: ignore[call-overload]  # noqa: SIM115 - `finish` closes it
            fileobj=_Forward(target, name),
            mode="w:",
            format=tarfile.GNU_FORMAT,
        )
        self._tar.copybufsize = storage.BLOCK

    def add(self, name: str, size: int, source: IO[bytes]) -> None:
        """Write a member. Raises BackupError; and OSError if the source fails, or ends before its size."""
        hashed = Hashed(source)
        self._add(name, size, hashed)
        with writing("the list of sums"):
            self._sums.write(f"{hashed.hexdigest()}  {name}\n".encode())

    def add_bytes(self, name: str, data: bytes) -> None:
        self.add(name, len(data), BytesIO(data))

    def finish(self) -> None:
        """Write the sums, and the end."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._add(SUMS, size, self._sums)
        self._tar.close()

    def _add(self, name: str, size: int, source: Any) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, _MODE, int(time.time())
        self._tar.addfile(info, source)
        self._tar.members.clear()  # tarfile keeps what it wrote


class Member(NamedTuple):
    """A member that is being read. It has to be read before the next one is asked for."""

    name: str
    size: int
    content: IO[bytes]


@contextmanager
def opened(path: Path) -> Iterator[Iterator[Member]]:
    """Open an archive and give its members in order. Raises BackupError("damaged" or "not_read")."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError("not_read", what=path, why=error.strerror) from error
    with file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                yield _members(tar)
        except (tarfile.TarError, EOFError) as error:
            raise BackupError("damaged", what=path, why=error) from error


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    while (info := tar.next()) is not None:
        tar.members.clear()  # type: ignore[attr-defined]  # tarfile keeps what it read
        if info.name != SUMS and not _NAME.fullmatch(info.name):
            raise tarfile.ReadError(f"{info.name!r} is no part of a backup")
        content = tar.extractfile(info) if info.type == tarfile.REGTYPE else None
        if content is None:
            raise tarfile.ReadError(f"{info.name!r} is no file")
        yield Member(info.name, info.size, content)


def small(member: Member) -> bytes:
    """Return a member that fits into memory."""
    if member.size > _SMALL_MAX:
        raise tarfile.ReadError(f"{member.name!r} is too large")
    return member.content.read()


def verify(path: Path, found: IO[bytes]) -> bytes:
    """Read an archive to its end and compare it with its sums. Return its manifest.

    `found`: an empty file of this machine. It gets a line for each member, as in SHA256SUMS.
    Raises BackupError("damaged" or "not_read").
    """
    manifest: bytes | None = None
    with opened(path) as members:
        for member in members:
            if member.name == SUMS:
                if manifest is None:
                    raise tarfile.ReadError(f"it has no {MANIFEST}")
                _compare(member.content, found)
                return manifest
            if member.name == MANIFEST:
                manifest = small(member)
                digest = hashlib.sha256(manifest).hexdigest()
            else:
                digest = hashlib.file_digest(member.content, "sha256").hexdigest()  # type: ignore[arg-type]
            found.write(f"{digest}  {member.name}\n".encode())
        raise tarfile.ReadError(f"it ends before {SUMS}")
    raise AssertionError("unreachable")


def _compare(said: IO[bytes], found: IO[bytes]) -> None:
    """Raise ReadError with the first member that differs from its sum."""
    found.seek(0)
    for line in found:
        if said.readline() != line:
            raise tarfile.ReadError(f"{line.split()[1].decode()} is not what its sum says")
    if said.readline():
        raise tarfile.ReadError("a member is missing")
