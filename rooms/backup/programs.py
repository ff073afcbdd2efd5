"""PostgreSQL's own programs: which of those that are installed fits a server, and running one."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from history import storage
from rooms.backup.errors import BackupError

# Debian has one for each version here; the one on the PATH chooses among them by rules of its own.
_DEBIAN = Path("/usr/lib/postgresql")
# Characters of what a program says that are passed on: it repeats itself for each table.
_SAID_MAX = 500
_NO_SPACE = "No space left on device"


def find(program: str, *, server: int) -> Path:
    """Return a program of the server's version, or else of the next one after it.

    Raises BackupError("no_program" or "old_program").
    """
    paths = [*_DEBIAN.glob(f"*/bin/{program}")]
    if on_path := shutil.which(program):
        paths.append(Path(on_path))
    if not paths:
        raise BackupError("no_program", program=program, server=server)
    versions = [(version(path), path) for path in paths]
    fitting = [each for each in versions if each[0] >= server]
    if not fitting:
        raise BackupError("old_program", program=program, found=max(versions)[0], server=server)
    return min(fitting, key=lambda each: each[0])[1]


def version(path: Path) -> int:
    """Return a program's version, without what is behind the dot."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.|\s|$|devel|beta|rc)", said)
    return int(found[1]) if found else 0


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    output: IO[bytes] | None = None,
    feed: IO[bytes] | None = None,
    failed: str,
) -> None:
    """Run a program that writes into `output`, or reads what `feed` has.

    Raises BackupError with the code `failed` and what the program said, or "no_space".
    """
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
            stdout=subprocess.DEVNULL if output is None else output,
            stderr=said,
            env={**os.environ, **env, "LC_ALL": "C"},
        ) as process:
            if feed is not None and process.stdin is not None:
                _pour(feed, process.stdin)
        if process.returncode == 0:
            return
        said.seek(0)
        text = said.read(_SAID_MAX).decode(errors="replace").strip()
    if _NO_SPACE in text:
        raise BackupError("no_space", what="the dump of the rows")
    raise BackupError(
        failed, why=text or f"{Path(command[0]).name} ended with {process.returncode}."
    )


def _pour(feed: IO[bytes], stdin: IO[bytes]) -> None:
    """Feed a program until it takes no more: then it failed, and says why."""
    try:
        with stdin:
            shutil.copyfileobj(feed, stdin, storage.BLOCK)
    except BrokenPipeError:
        return
