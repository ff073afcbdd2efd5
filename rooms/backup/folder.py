"""Folders of backups: their names, which of them are kept, and what is under way."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

_BEGINS, _ENDS = ".chat-backup-", ".partial"
_NAME = re.compile(r"chat-\d{8}T\d{6}Z\.tar")


def name(at: datetime) -> str:
    """Return the name of a backup that was taken at this time, in UTC. Names sort by time."""
    return f"chat-{at:%Y%m%dT%H%M%SZ}.tar"


def keep(folder: Path, count: int) -> list[Path]:
    """Remove all but the newest backups that have a name of `name`. Return those that went."""
    found = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    gone = found[:-count]
    for path in gone:
        path.unlink()
    return gone


@contextmanager
def draft(parent: Path) -> Iterator[Path]:
    """Yield a folder for what is not whole yet, for this user's eyes only. What others left goes.

    A backup that is under way holds a lock on its folder, which ends with its process, however that ends.
    """
    held = os.open(parent, os.O_RDONLY)
    try:
        # So that no other command takes the new folder for an abandoned one.
        fcntl.flock(held, fcntl.LOCK_EX)
        _remove_abandoned(parent)
        path = Path(tempfile.mkdtemp(prefix=_BEGINS, suffix=_ENDS, dir=parent))
        lock = os.open(path, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        os.close(held)
    try:
        yield path
    finally:
        shutil.rmtree(path)
        os.close(lock)


def publish(path: Path, target: Path) -> None:
    """Give a whole file its name, so that it is there after a power failure."""
    path.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    for path in parent.glob(f"{_BEGINS}*{_ENDS}"):
        try:
            # In a folder that others write to, a link of theirs leads nowhere.
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # gone by now, or somebody else's
            continue
        try:
            if os.fstat(lock).st_uid == os.geteuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path)
        except BlockingIOError:
            continue  # it is under way
        finally:
            os.close(lock)
