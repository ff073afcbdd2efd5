"""Read changes that a room has missed from the log: their notification was lost or is late."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from history.log import read
from history.log.entry import Change
from rooms.live import metrics
from rooms.live.eviction import Eviction
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads

logger = logging.getLogger(__name__)

# Seconds a change that came ahead of its turn waits for the ones before it.
HOLD = 0.05
# Seconds between two comparisons of the cursors with the log.
POLL = 1.0


class Rooms(Protocol):
    """The part of the hub that repair needs."""

    rooms: dict[int, LiveRoom]
    eviction: Eviction

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]: ...

    def deliver(self, change: Change) -> None: ...

    def take_early(self, room: LiveRoom) -> None: ...


class Repair:
    """Fills the gaps before changes that came early, and finds changes that nobody told of."""

    def __init__(self, *, hub: Rooms, threads: DatabaseThreads) -> None:
        self._hub = hub
        self._threads = threads

    def hold(self, room: LiveRoom) -> None:
        """Have what is missing before a change read from the log, unless it comes."""
        if room.repair is None and room.early and min(room.early) > room.cursor:
            room.repair = asyncio.get_running_loop().call_later(HOLD, self._start, room)

    def begin(self, room: LiveRoom) -> None:
        """Read from the log what a room has not shown, unless that is about to be done."""
        if room.repair is None:
            room.repair = self._hub.spawn(self._repair(room))

    def forget(self, room: LiveRoom) -> None:
        """Read nothing for a room that is not served any more."""
        if room.repair is not None and is_held(room):
            room.repair.cancel()

    async def catch_up(self, room: LiveRoom) -> None:
        """Read from the log whatever the room has not shown yet.

        Raises what the database raises.
        """
        while self._hub.rooms.get(room.stream_id) is room:
            start = room.cursor
            change = await self._threads.read(read.changed_since, room.stream_id, start)
            if change.through > room.cursor:
                self._hub.deliver(change)
            if len(change.messages) < read.RESUME_LIMIT or room.cursor == start:
                break

    async def poll(self) -> bool:
        """Compare every cursor with the log. Finds changes whose notification was lost; the only
        delivery path while Redis is down.

        Return True if a log does not go as far as it has been shown here: it was set back. Raises
        what the database raises.
        """
        rooms = [room for room in self._hub.rooms.values() if room.ready.done()]
        if not rooms:
            return False
        shown = {room.stream_id: room.cursor for room in rooms}
        heads = await self._threads.read(read.heads, list(shown))
        for room in rooms:
            head, epoch = heads.get(room.stream_id, (0, 0))
            if head < shown[room.stream_id]:
                return True
            if head > room.cursor:
                # It may be on its way this very moment: only what is late has been lost. The sockets
                # are not checked before it has come, or a banned member would not be told why.
                if room.repair is None:
                    room.repair = self._hub.spawn(self._find(room, head, epoch))
            elif epoch > room.epoch:
                self._hub.eviction.recheck(room)
        return False

    def _start(self, room: LiveRoom) -> None:
        """Read from the log what is missing before a change that came early."""
        room.repair = None
        if room.early and self._hub.rooms.get(room.stream_id) is room:
            metrics.gap_repairs.inc()
            self.begin(room)

    async def _find(self, room: LiveRoom, head: int, epoch: int) -> None:
        await asyncio.sleep(HOLD)
        if head <= room.cursor:
            self._end(room)
            if epoch > room.epoch:
                self._hub.eviction.recheck(room)
            return
        metrics.head_poll_finds.inc()
        await self._repair(room)

    async def _repair(self, room: LiveRoom) -> None:
        early = list(room.early)
        room.send_acks()
        try:
            await self.catch_up(room)
        except Exception as error:  # noqa: BLE001 - the next poll tries again, and says so too
            logger.warning("log of room %s could not be read: %r", room.stream_id, error)
            room.repair = None
            return
        for start in early:  # shown by now, or nothing that the log knows of
            change = room.early.get(start)
            if change is not None and change.epoch <= room.epoch:  # else it waits for the recheck
                del room.early[start]
        self._end(room)

    def _end(self, room: LiveRoom) -> None:
        room.repair = None
        self._hub.take_early(room)
        self.hold(room)  # what came while the log was read, and nothing else waits for


def is_held(room: LiveRoom) -> bool:
    """Return True if what a room misses is read in a moment, and is not being read yet."""
    # uvloop's timers are no asyncio.TimerHandle.
    return room.repair is not None and not isinstance(room.repair, asyncio.Task)
