"""Reading rooms for the first time, many at once.

After a restart all rooms of a worker are asked for within a moment. Making the queries takes longer
than anything else in reading a small room, and is the same work for twenty as for one.
"""

import asyncio
from typing import Any

from django.db import InterfaceError, OperationalError

from rooms.errors import Unavailable
from rooms.live import look
from rooms.live.look import Snapshot
from rooms.live.threads import DatabaseThreads

BATCH = 20
# Batches under way at once, so that a read that hangs does not keep all other rooms waiting.
AT_ONCE = 2

# A room's stream and its own id.
Wanted = tuple[int, int]


class Loader:
    """Reads what is wanted in batches; what is asked for meanwhile makes up the next one."""

    def __init__(self, *, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._wanted: list[tuple[Wanted, asyncio.Future[Snapshot]]] = []
        self._tasks: set[asyncio.Task[Any] | None] = set()

    async def load(self, *, stream_id: int, room_id: int) -> Snapshot:
        """Raises Unavailable if there is no such room any more, and what the database raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Snapshot] = loop.create_future()
        self._wanted.append(((stream_id, room_id), answer))
        if len(self._tasks) < AT_ONCE:
            self._tasks.add(loop.create_task(self._run()))
        return await answer

    async def _run(self) -> None:
        try:
            while self._wanted:
                batch, self._wanted = self._wanted[:BATCH], self._wanted[BATCH:]
                outcomes = await self._read([wanted for wanted, _ in batch])
                for (_, answer), outcome in zip(batch, outcomes, strict=True):
                    if answer.done():
                        continue  # nobody waits for it any more
                    if isinstance(outcome, Snapshot):
                        answer.set_result(outcome)
                    else:
                        answer.set_exception(outcome)
        finally:
            # In this very step: whoever asks in the next one must find that there is a place.
            self._tasks.remove(asyncio.current_task())

    async def _read(self, wanted: list[Wanted]) -> list[Snapshot | Exception]:
        try:
            found = await self._threads.read(look.load, wanted)
        except (OperationalError, InterfaceError) as error:
            return [error for _ in wanted]
        except Exception as error:  # noqa: BLE001 - handed to who asked
            if len(wanted) == 1:
                return [error]
            # One of them is at fault, and the others need not suffer.
            return [(await self._read([one]))[0] for one in wanted]
        return [found.get(stream_id) or Unavailable() for stream_id, _ in wanted]
