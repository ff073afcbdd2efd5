"""Threads for the database work of sockets.

Not the framework's one thread-sensitive thread: there, a query of one socket would wait for the
pages of others. The number of threads bounds the number of connections, so each thread keeps its
own open.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import Error

from history import database
from rooms.live.outage import outage

P = ParamSpec("P")
T = TypeVar("T")

_thread = threading.local()


class DatabaseThreads:
    """Runs functions that use the ORM on `size` threads of their own."""

    def __init__(self, *, name: str, size: int = 1) -> None:
        self._executor = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises what the work raises. A connection that broke is replaced for the next work."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(_guarded, work, *args, **kwargs))

    async def read(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run work that may be done twice: it is done again if the connection turns out to be broken.

        A thread that has been idle finds out with its next query that the database restarted.
        """
        try:
            return await self.run(work, *args, **kwargs)
        except Error as error:
            if not database.is_away(error):
                raise
            return await self.run(work, *args, **kwargs)

    async def close(self) -> None:
        """Wait for the work under way and give the connections back."""
        await asyncio.to_thread(self._executor.shutdown, wait=True)


def _guarded(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    if getattr(_thread, "generation", 0) != outage.generation:
        # Another thread has found the database away. This one's connection need not find out too.
        _thread.generation = outage.generation
        database.discard()
    try:
        return work(*args, **kwargs)
    except Error as error:
        if database.is_away(error):
            outage.noticed(error)
        raise


def impatiently(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do work that locks rooms. Raises RoomHeld soon rather than wait for one of them."""
    with database.impatience():
        return work(*args, **kwargs)
