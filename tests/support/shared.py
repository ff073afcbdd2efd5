"""What all jobs of one bin/test need, made by the first that needs it.

tools.check makes the directory and the PostgreSQL, and names them in the environment. In a pytest
of one's own there is neither, and each run makes its own.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

DIRECTORY = "CHAT_TESTS_SHARED"
POSTGRES_PORT = "CHAT_TESTS_POSTGRES_PORT"


def made_once(name: str, make: Callable[[Path], object], *, otherwise: Path) -> Path:
    """The directory `name`, which `make` has filled: among what is shared, or in `otherwise`.

    Raises what `make` raises; whoever needs it next tries again.
    """
    parent = Path(os.environ.get(DIRECTORY, otherwise))
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
