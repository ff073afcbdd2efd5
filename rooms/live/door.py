"""The door: sockets that come and go, many at a time.

After a restart of a worker all its sockets come to the others at once. Each of them needs a
session, a membership and a row of its own; asked for together, that is a few queries a batch.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from django.db import Error

from rooms.actions import attendance
from rooms.actions.attendance import Arrival, Entrance, Outcome
from rooms.errors import Unavailable
from rooms.live.threads import DatabaseThreads

logger = logging.getLogger(__name__)

BATCH = 200
# Seconds.
RETRY = 1.0
STOP = 5.0


class Door:
    """Lets sockets in and notes that they are gone, in batches and in order."""

    def __init__(self) -> None:
        self._threads = DatabaseThreads(name="door")
        self._arriving: list[tuple[Arrival, asyncio.Future[Outcome]]] = []
        self._vanished: list[str] = []
        self._task: asyncio.Task[None] | None = None
        # The lease under which sockets are noted. Without one (no database) nobody gets in.
        self.worker_id: int | None = None

    async def enter(self, arrival: Arrival) -> Entrance:
        """Raises NotMember, Removed, RoomClosed, NameTaken or Unavailable."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._arriving.append((arrival, answer))
        self._start()
        outcome = await asyncio.shield(answer)
        if isinstance(outcome, Entrance):
            return outcome
        raise outcome

    def vanished(self, socket_id: str) -> None:
        """Note that a socket which entered, or tried to, is gone."""
        self._vanished.append(socket_id)
        self._start()

    async def stop(self) -> None:
        """Note what is still to be noted, unless the database is away: the lease runs out."""
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP):
                    await self._task
        await self._threads.close()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._arriving or self._vanished:
                batch, self._arriving = self._arriving[:BATCH], self._arriving[BATCH:]
                # Who vanished is noted after all who came before: a socket that came and went
                # has come before it went, and a reload never looks like a leave.
                gone, self._vanished = (
                    ([], self._vanished) if self._arriving else (self._vanished, [])
                )
                if batch:
                    outcomes = await self._arrive([arrival for arrival, _ in batch])
                    for (_, answer), outcome in zip(batch, outcomes, strict=True):
                        answer.set_result(outcome)
                if gone and not await self._vanish(gone):
                    # Forgotten rows would be ghosts for as long as this worker lives: try again.
                    self._vanished[:0] = gone
                    await asyncio.sleep(RETRY)
        finally:
            self._task = None

    async def _arrive(self, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        if self.worker_id is None:
            return [Unavailable() for _ in arrivals]
        try:
            return await self._threads.run(
                attendance.arrive, worker_id=self.worker_id, arrivals=arrivals
            )
        except Error as error:
            logger.warning("%d sockets could not be let in: %s", len(arrivals), error)
            return [Unavailable() for _ in arrivals]

    async def _vanish(self, socket_ids: list[str]) -> bool:
        try:
            await self._threads.run(attendance.vanish, socket_ids=socket_ids)
        except Error as error:
            logger.warning("%d sockets could not be forgotten: %s", len(socket_ids), error)
            return False
        return True
