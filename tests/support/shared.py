"""What all jobs of one bin/test need, made by the first that needs it.

tools.check makes the directory and the PostgreSQL, and names them in the environment. In a pytest
of one's own there is neither, and each run makes its own.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.support.programs import ROOT

DIRECTORY = "CHAT_TESTS_SHARED"
POSTGRES_PORT = "CHAT_TESTS_POSTGRES_PORT"
# Where tests use the database of their own process. The others have real workers.
WITH_DATABASE = ("tests/actions", "tests/http", "tests/security", "tests/unit")


_CACHE = ROOT / "var" / "test-cache"
# Seconds since its last use.
_KEPT_FOR = 24 * 3600


def kept(name: str, make: Callable[[Path], object], *, sources: Iterable[Path]) -> Path:
    """The directory `name`, which `make` has filled, kept from run to run in this checkout.

    Made again when the contents of `sources` have changed. Raises what `make` raises.
    """
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(f"{source.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    _CACHE.mkdir(parents=True, exist_ok=True)
    latest = f"{name}-{digest.hexdigest()[:16]}"
    directory = _made(latest, make, _CACHE)
    os.utime(directory)
    for former in _CACHE.glob(f"{name}-*"):
        # Not the one that a run beside this one may be copying just now.
        if time.time() - former.stat().st_mtime > _KEPT_FOR:
            shutil.rmtree(former) if former.is_dir() else former.unlink()
    return directory


def made_once(name: str, make: Callable[[Path], object], *, otherwise: Path) -> Path:
    """The directory `name`, which `make` has filled: among what is shared, or in `otherwise`.

    Raises what `make` raises; whoever needs it next tries again.
    """
    return _made(name, make, Path(os.environ.get(DIRECTORY, otherwise)))


def _made(name: str, make: Callable[[Path], object], parent: Path) -> Path:
    directory = parent / name
    with (parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            draft = parent / f"{name}.draft"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft)
            draft.rename(directory)
    return directory
