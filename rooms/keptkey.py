"""A key that is made once and kept in a file of the data directory, for its owner's eyes only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def read(path: Path, make: Callable[[], str]) -> str:
    """Return what a file keeps, without blanks around it. `make` returns a key if there is no file yet.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write(path, make())
    _clean_up(path)
    kept = path.stat()
    if kept.st_mode & 0o077 and kept.st_uid == os.geteuid():
        path.chmod(0o600)  # the file was copied from elsewhere
    # A file whose disk was lost is of zeros.
    return path.read_text(errors="replace").strip(" \t\r\n\0")


def replace(path: Path, key: str) -> None:
    """Keep a key in place of whatever is there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _draft(path, key).replace(path)


def _write(path: Path, key: str) -> None:
    """Keep a key. Of several workers started at once one keeps its key, and the others read it."""
    draft = _draft(path, key)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except FileNotFoundError:  # another worker has kept its key, and removed all drafts
        if not path.exists():
            raise
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path, key: str) -> Path:
    """Write a key to a draft, so that no worker reads half of it. Return the draft.

    Its name is random: in a container every start has the same process id, and an earlier one may have been
    killed.
    """
    draft = path.with_name(_drafts(path) + secrets.token_hex(8))
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())  # or a power failure leaves a file without a key
    return draft


def _clean_up(path: Path) -> None:
    """Remove the drafts of starts that were killed."""
    for draft in path.parent.glob(_drafts(path) + "*"):
        draft.unlink(missing_ok=True)


def _drafts(path: Path) -> str:
    """Return what the names of a key's drafts begin with."""
    return f".{path.name}-draft."
