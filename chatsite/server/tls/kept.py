"""The site's keys and certificates in the data directory, for all workers that use it."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from chatsite.server.tls.problem import TLSProblem
from rooms import keptkey

# Seconds between two tries of the lock. Its file tells nobody that it is free again.
_TRY = 1.0

Stamp = tuple[int, int]


class Kept:
    """Files that only their owner may read. All methods raise TLSProblem if the directory cannot be used."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def account_key(self, make: Callable[[], str]) -> str:
        """Return the key by which authorities know this site, which is made if there is none."""
        self._make()
        try:
            return keptkey.read(self._directory / "account.pem", make)
        except OSError as error:
            raise self._unusable(error) from error

    def read(self, name: str) -> tuple[str, Stamp] | None:
        """Return what is kept under a name, and a stamp that is another one after each change."""
        path = self._path(name)
        try:
            with path.open() as file:
                found = os.fstat(file.fileno())
                return file.read(), (found.st_ino, found.st_mtime_ns)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(error) from error

    def stamp(self, name: str) -> Stamp | None:
        try:
            found = self._path(name).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def keep(self, name: str, text: str) -> None:
        """Replace what is kept under a name, in one step."""
        self._make()
        try:
            keptkey.replace(self._path(name), text)
        except OSError as error:
            raise self._unusable(error) from error

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until no other worker is in here. A worker that dies is not in here any more."""
        self._make()
        try:
            file = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(_TRY)
            yield
        finally:
            os.close(file)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.pem"

    def _make(self) -> None:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> TLSProblem:
        reason = getattr(error, "strerror", None) or str(error)
        return TLSProblem(
            "not_kept",
            f"Keys and certificates cannot be kept in {self._directory}: {reason}. Make the "
            "directory usable for the server's user, or set CHAT_DATA_DIR to another one.",
        )
