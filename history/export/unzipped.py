"""Read a room's archive: a ZIP with `room.json`, and the files of its messages. docs/ROOM-FILE.md says how.

Anybody may have written it. Nothing is unpacked under a name of the archive's; a member is read into memory,
or into a file that is named here, and no further than the size that was agreed to.
"""

import hashlib
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from history import storage
from history.export.archive import Attached
from history.export.strict import BadArchive

ROOM = "room.json"
MEMBERS_MAX = 300_000
# A room.json is read as a whole: at most so large, and so many times as large as it is packed. What people
# write packs to a twentieth; a bomb to a thousandth.
ROOM_MAX, _RATIO_MAX, _SMALL = 2**30, 200, 2**20
_BEGINS = b"PK"
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1
_OF_FILE = re.compile(r"files/(f_[0-9a-z]{1,32})/[^/]+")


def is_archive(path: Path) -> bool:
    """Return True for a ZIP, False for anything else. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS


class Unzipped:
    """An archive that is open. Raises BadArchive, with the name of the member that is wrong."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        members = archive.infolist()
        if len(members) > MEMBERS_MAX:
            raise BadArchive(f"has more than {MEMBERS_MAX} members")
        self._members: dict[str, ZipInfo] = {}
        self._files: dict[str, ZipInfo] = {}
        for member in members:
            _check(member)
            name = member.filename
            if name in self._members:
                raise BadArchive(f"{name!r} is there twice")
            self._members[name] = member
            if found := _OF_FILE.fullmatch(name):
                if found[1] in self._files:
                    raise BadArchive(f"{name!r} is a second file in its folder")
                self._files[found[1]] = member

    @property
    def count(self) -> int:
        """How many files of messages it may have."""
        return len(self._files)

    def room(self) -> bytes:
        """Return the room's JSON."""
        member = self._members.get(ROOM)
        if member is None:
            raise BadArchive(f"has no {ROOM}")
        size, packed = member.file_size, member.compress_size
        if size > ROOM_MAX or size > max(_SMALL, _RATIO_MAX * packed):
            raise BadArchive(f"{ROOM!r} is too large: {size} bytes of {packed}")
        with self._reading(member) as opened:
            return opened.read(size)

    def has(self, file: Attached) -> bool:
        """Return True if the file is there, and as large as its message says."""
        member = self._files.get(file.id)
        if member is not None and member.file_size != file.size:
            says = f"{ROOM} says {file.size}"
            raise BadArchive(f"{member.filename!r} has {member.file_size} bytes, and {says}")
        return member is not None

    def copy(self, file: Attached, target: IO[bytes]) -> str:
        """Write a file that is there into `target`. Return its SHA-256."""
        member, digest, size = self._files[file.id], hashlib.sha256(), 0
        with self._reading(member) as opened:
            while block := opened.read(storage.BLOCK):
                size += len(block)
                digest.update(block)
                target.write(block)
        if size != file.size:
            raise BadArchive(f"{member.filename!r} ends after {size} bytes")
        return digest.hexdigest()

    @contextmanager
    def _reading(self, member: ZipInfo) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(member) as opened:
                yield opened
        except (BadZipFile, EOFError, zlib.error) as error:
            raise BadArchive(f"{member.filename!r} is damaged: {error}") from error


@contextmanager
def unzipped(path: Path) -> Iterator[Unzipped]:
    """Open an archive. Raises OSError, and BadArchive."""
    try:
        archive = ZipFile(path)
    except (BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise BadArchive(f"is a damaged ZIP archive: {error}") from error
    with archive:
        yield Unzipped(archive)


def _check(member: ZipInfo) -> None:
    """Refuse a member that somebody has made to harm whoever unpacks it, or that cannot be read here."""
    name = member.orig_filename
    if "\\" in name or "\0" in name or name.startswith("/") or _DRIVE.match(name):
        raise BadArchive(f"{name!r} is no name for a file of an archive")
    if ".." in name.split("/"):
        raise BadArchive(f"{name!r} leads out of the archive")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadArchive(f"{name!r} is a link")
    if member.flag_bits & _ENCRYPTED:
        raise BadArchive(f"{name!r} is encrypted")
    if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise BadArchive(f"{name!r} is packed in a way that is not understood here")
