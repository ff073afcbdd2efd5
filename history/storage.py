"""Where the bytes of files are: a folder of this machine, or a store such as S3. Knows no rows.

The setting STORAGES["files"] names the storage, one of Django's (chatsite/settings.py). Every file has
a folder of its own there, with its pieces while it arrives.
"""

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Any
from urllib.parse import urlsplit

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from history.errors import FilesAway

logger = logging.getLogger(__name__)

# The parts of a file that is whole: as it was sent, and the images that the site made of it.
WHOLE, THUMB, VIEW = "whole", "thumb.webp", "view.webp"
# Bytes that are read at a time.
BLOCK = 256 * 1024
# Where files are put together, and the age in seconds at which a folder there is abandoned.
_TEMPORARY, _ABANDONED = "temporary", 3600
# The folders of files: see `part_key`.
_FOLDER = re.compile(r"[0-9a-z]{2}")
# Names of the machines whose workers use the folder.
_HOSTS = "hosts"
# Seconds for which an address in the store can be used.
ADDRESS_LASTS = 60


class LocalFile(File):  # type: ignore[type-arg]
    """A file of this machine, which a storage on the same disk takes over by renaming it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


class DurableStorage(FileSystemStorage):
    """A folder in which a file that was saved is still there after a power failure."""

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(saved))
        _sync(path)
        # The entries of its folders: that of the file, and where these are new their own.
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            _sync(folder)
        return str(saved)


def files() -> Storage:
    """Return the storage of this site's files."""
    return storages["files"]


def is_local() -> bool:
    """Return True where files are in a folder of this machine."""
    return isinstance(files(), FileSystemStorage)


def save(public_id: str, part: str, content: File) -> str:  # type: ignore[type-arg]
    """Store a part of a file, and replace an earlier one. Return its key."""
    key = part_key(public_id, part)
    with _store_errors():
        files().delete(key)
        return files().save(key, content)


def save_piece(public_id: str, start: int, content: File) -> str:  # type: ignore[type-arg]
    """Store a piece under a new key, since the same piece may come twice at once. Return the key."""
    with _store_errors():
        return files().save(part_key(public_id, f"pieces/{start}-{token_hex(4)}"), content)


def open_part(public_id: str, part: str) -> Any:
    """Open a part of a file, to be read. Raises FileNotFoundError."""
    with _store_errors():
        return files().open(part_key(public_id, part), "rb")


def part_blocks(public_id: str, part: str) -> Generator[bytes, None, None]:
    """Yield a part of a file, block by block. Raises FileNotFoundError, or FilesAway also in the middle."""
    with _store_errors(), open_part(public_id, part) as opened:
        while block := opened.read(BLOCK):
            yield block


@contextmanager
def reading(key: str) -> Iterator[Any]:
    """Open what is stored under a key, to be read from its beginning. Raises FileNotFoundError or FilesAway."""
    with _store_errors(), files().open(key, "rb") as opened:
        try:
            opened.seek(0)  # a store's object is fetched now, and may have gone since it was opened
        except Exception as error:
            if _is_missing(error):
                raise FileNotFoundError(key) from error
            raise
        yield opened


def save_key(key: str, content: File) -> None:  # type: ignore[type-arg]
    """Store something under a key that `part_key` returned."""
    with _store_errors():
        files().save(key, content)


def first_folder() -> str | None:
    """Return the name of a folder in the storage in which files are, or None if there are no files."""
    store = files()
    with _store_errors():
        try:
            folders, _ = store.listdir("")
        except FileNotFoundError:  # no file was ever sent
            return None
        for folder in filter(_FOLDER.fullmatch, sorted(folders)):
            if any(store.listdir(folder)):
                return folder
    return None


def path(public_id: str, part: str) -> Path:
    """Return where a part of a file is in the folder of this machine."""
    return Path(files().path(part_key(public_id, part)))


def address(public_id: str, *, name: str, media_type: str) -> str:
    """Return an address in the store from which a file can be downloaded for ADDRESS_LASTS seconds."""
    store: Any = files()
    return str(
        store.url(
            part_key(public_id, WHOLE),
            expire=ADDRESS_LASTS,
            parameters={
                "ResponseContentDisposition": name,
                "ResponseContentType": media_type,
                "ResponseCacheControl": "private, no-store",
            },
        )
    )


def blocks(key: str) -> Iterator[bytes]:
    """Yield the contents of a key, block by block."""
    with _store_errors(), files().open(key, "rb") as opened:
        while block := opened.read(BLOCK):
            yield block


def delete_key(key: str) -> None:
    """Delete a key, if it is there."""
    with _store_errors():
        files().delete(key)


def delete(public_id: str) -> None:
    """Delete all parts and pieces of a file that are there."""
    store, folder = files(), part_key(public_id, "").rstrip("/")
    with _store_errors():
        for inner in (f"{folder}/pieces", folder):
            try:
                _, names = store.listdir(inner)
            except FileNotFoundError:
                continue
            for name in names:
                store.delete(f"{inner}/{name}")
            if is_local():
                store.delete(inner)  # a folder, empty now


def free() -> int | None:
    """Return how many bytes the disk has left; None for a store of another machine."""
    if not is_local():
        return None
    folder = _folder()
    return shutil.disk_usage(folder).free


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder for files while they are put together: on the storage's disk, if that is local."""
    where = None
    if is_local():
        where = _folder() / _TEMPORARY
        where.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


def delete_abandoned_folders() -> None:
    """Delete the temporary folders of workers that were killed."""
    if not is_local() or not (where := _folder() / _TEMPORARY).exists():
        return
    for folder in where.iterdir():
        if folder.stat().st_mtime < time() - _ABANDONED:
            shutil.rmtree(folder, ignore_errors=True)


def note_host(host: str) -> None:
    """Note in the folder of files that workers of this machine use it."""
    if is_local():
        where = _folder() / _HOSTS
        where.mkdir(mode=0o700, exist_ok=True)
        (where / host).touch()


def is_used_by(host: str) -> bool:
    """Return True if workers of that machine store files in the same place as this machine's."""
    return not is_local() or (_folder() / _HOSTS / host).exists()


def origin() -> str:
    """Return the origin of the addresses that `address` gives out; "" for a folder of this machine."""
    if is_local():
        return ""
    try:
        with _store_errors():
            parts = urlsplit(address("f_00", name="attachment", media_type="text/plain"))
    except FilesAway:  # it has no keys: the log says so, and nothing is downloaded either
        return ""
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def _store_errors() -> Iterator[None]:
    """Raise FilesAway for the errors of a store that does not answer, or refuses."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        # botocore's errors have no other base. It is not loaded unless there is such a store.
        if not type(error).__module__.startswith(("botocore.", "boto3.", "s3transfer.")):
            raise
        logger.error("the store of files: %s", error)
        raise FilesAway(retry_after=5) from error


def _is_missing(error: Exception) -> bool:
    """Return True if a store says that it has no such object."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code")
    return code in {"404", "NoSuchKey"}


def _folder() -> Path:
    """Return the folder of this machine in which files are; it is made if it is not there."""
    folder = Path(files().path(""))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def part_key(public_id: str, part: str) -> str:
    """Return the name of a part of a file in the storage."""
    # 256 folders, so that none has too many entries.
    return f"{public_id[2:4]}/{public_id}/{part}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
