"""Threads for the database work of sockets.

Not the framework's one thread-sensitive thread: there, a query of one socket would wait for the
pages of others. The number of threads bounds the number of connections, so each thread keeps its
own open.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """Runs functions that use the ORM on `size` threads of their own."""

    def __init__(self, *, name: str, size: int = 1) -> None:
        self._executor = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises what the work raises. A connection that broke is replaced for the next work."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(_guarded, work, *args, **kwargs))

    async def read(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for work that only reads: once more, if the connection turns out to be broken.

        A thread that has been idle finds out with its next query that the database restarted.
        """
        try:
            return await self.run(work, *args, **kwargs)
        except (OperationalError, InterfaceError):
            return await self.run(work, *args, **kwargs)

    async def close(self) -> None:
        """Wait for what is under way and give the connections back."""
        await asyncio.to_thread(self._executor.shutdown, wait=True)


def _guarded(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError):
        connection.close()
        raise
