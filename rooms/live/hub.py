"""Cursors and fan-out of all rooms that this worker serves. Writes nothing.

Changes come from three sides: from this worker's own commits at once, from other workers through
the channel layer, and from the log itself when one of these was missed. Wherever they come from, a room's
cursor only moves forward, and each change passes it once.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from history.identity import Identity
from history.log.entry import Change
from rooms import publish
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.eviction import Eviction
from rooms.live.loader import Loader
from rooms.live.repair import Repair, is_held
from rooms.live.room import LiveRoom
from rooms.live.subscription import Subscription
from rooms.live.threads import DatabaseThreads
from rooms.models import Membership
from rooms.protocol import Close

logger = logging.getLogger(__name__)


class Hub:
    """All live rooms of one worker, by stream."""

    def __init__(self, *, name: str, threads: DatabaseThreads) -> None:
        self.name = name
        self._loader = Loader(threads=threads)
        self.rooms: dict[int, LiveRoom] = {}
        self.subscription = Subscription()
        self.history = ""  # the name that clients know it by
        self._tasks: set[asyncio.Task[None]] = set()
        self.repair = Repair(hub=self, threads=threads)
        self.eviction = Eviction(hub=self, threads=threads)

    # Sockets --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def entering(self, membership: Membership) -> AsyncIterator[LiveRoom]:
        """Yield the live room of a membership, loaded, and kept while the member is on the way in.

        Raises what the database raises.
        """
        stream_id = membership.room.stream_id
        room = self.rooms.get(stream_id)
        if room is None:
            room = self.rooms[stream_id] = LiveRoom(
                room_id=membership.room_id,
                stream_id=stream_id,
                code=membership.room.code,
                history=self.history,
            )
            metrics.rooms.set(len(self.rooms))
            self.spawn(self._load(room))
        room.entering += 1
        try:
            await asyncio.shield(room.ready)
            yield room
        finally:
            room.entering -= 1
            self._forget_if_empty(room)

    async def _load(self, room: LiveRoom) -> None:
        try:
            # Subscribed to before it is read, so that nothing falls between the two.
            await self.subscription.join(publish.group(room.code, room.stream_id))
            room.start(await self._loader.load(stream_id=room.stream_id, room_id=room.room_id))
            await self.follow_code(room)
            self._require_served(room)
        except Exception as error:  # noqa: BLE001 - handed to everyone who waits for the room
            room.ready.set_exception(error)
            room.ready.exception()  # whoever waits gets it; nobody may be waiting any more
            self._forget(room)
            if not isinstance(error, ChatError):
                logger.warning("room %s could not be loaded: %r", room.stream_id, error)
            return
        room.ready.set_result(None)
        self.take_early(room)
        self.repair.hold(room)
        self._forget_if_empty(room)  # whoever it was for may have gone meanwhile

    def attach(self, room: LiveRoom, client: Client) -> None:
        """Show the room's changes to a client from now on.

        The client must have everything up to the cursor, and its member must have been checked at the
        room's epoch. Raises Unavailable if the room is of a history that is no longer this one.
        """
        self._require_served(room)
        assert client.epoch >= room.epoch
        room.add(client)
        metrics.sockets.inc()

    def detach(self, room: LiveRoom, client: Client) -> None:
        """Forget a client, and with the last one the room."""
        if room.remove(client):
            metrics.sockets.dec()
        self._forget_if_empty(room)

    def _forget_if_empty(self, room: LiveRoom) -> None:
        if not room.clients and not room.entering and room.ready.done():
            self._forget(room)

    def _forget(self, room: LiveRoom) -> None:
        if self.rooms.get(room.stream_id) is room:
            del self.rooms[room.stream_id]
            metrics.rooms.set(len(self.rooms))
            self.repair.forget(room)
            self.spawn(self.subscription.leave(publish.group(room.code, room.stream_id)))

    def turn_away(self, socket_ids: Collection[str]) -> None:
        """Have sockets come back, to be let in again or told why not."""
        for room in self.rooms.values() if socket_ids else ():
            for socket_id in room.clients.keys() & socket_ids:
                room.clients[socket_id].sender.close(Close.BUSY)

    # The history ----------------------------------------------------------------------------------

    def follow_history(self, found: Identity) -> None:
        """Take over which history the database has, and its site's mark."""
        self.history, self.subscription.site = found.history, found.site

    def start_over(self) -> None:
        """Let go of all rooms, since the log does not have what was shown of them. The sockets come back."""
        for room in list(self.rooms.values()):
            room.show_gathered()
            for client in list(room.clients.values()):
                client.sender.close(Close.BUSY)
                self.detach(room, client)
            self._forget(room)  # also one that is being loaded, or that somebody is on the way into

    def _require_served(self, room: LiveRoom) -> None:
        if self.rooms.get(room.stream_id) is not room:
            raise Unavailable

    # Changes --------------------------------------------------------------------------------------

    def deliver(
        self, change: Change, *, acks: Mapping[Client, Sequence[bytes]] | None = None
    ) -> None:
        """Show a change at its turn.

        `acks` go out with it or with the change that it waits for; they do not wait for the log to be
        read. What was said at an epoch at which the sockets here were not checked yet is not for all of
        them: it waits for that check.
        """
        room = self.rooms.get(change.stream_id)
        ready = room is not None and room.ready.done()
        is_next = ready and room is not None and change.after <= room.cursor < change.through
        if room is None or not is_next or change.epoch > room.epoch:
            if room is not None and (not ready or change.through > room.cursor):
                self._keep(room, change)
                # With many writers a worker's own commit often comes before the notification of the one
                # before: a write for each ack would double what the change costs.
                if acks and is_held(room):
                    room.hold_acks(acks)
                    return
            for client, frames in (acks or {}).items():
                client.sender.send(frames)
            return
        # What comes after a raised epoch waits until the sockets were checked.
        later = [] if _evicts(room, change) else self._at_turn(room, change.through)
        self._show(room, [change, *later], acks=acks)

    def _show(
        self,
        room: LiveRoom,
        changes: list[Change],
        *,
        acks: Mapping[Client, Sequence[bytes]] | None = None,
    ) -> None:
        """Show changes that are at their turn. After a last one that evicts, check the sockets."""
        room.apply(changes, acks=acks)
        if _evicts(room, changes[-1]):
            self.eviction.recheck(room)

    def _keep(self, room: LiveRoom, change: Change) -> None:
        """Keep a change until it is its turn."""
        kept = room.early.get(change.after)
        if kept is None or kept.through < change.through:
            room.early[change.after] = change
        if room.ready.done():
            if change.epoch > room.epoch:
                self.eviction.recheck(room)
            self.repair.hold(room)

    def take_early(self, room: LiveRoom) -> None:
        """Show the changes that came early and are now at their turn."""
        if changes := self._at_turn(room, room.cursor):
            self._show(room, changes)

    def _at_turn(self, room: LiveRoom, cursor: int) -> list[Change]:
        """Take the changes that came early and are at their turn at a cursor out of those that are kept.

        Only the last of them may be one that evicts.
        """
        changes: list[Change] = []
        while room.early and (start := min(room.early)) <= cursor:
            change = room.early[start]
            if change.through > cursor and change.epoch > room.epoch:
                self.eviction.recheck(room)
                break
            del room.early[start]
            if change.through > cursor:
                changes.append(change)
                cursor = change.through
                if _evicts(room, change):
                    break
        return changes

    async def catch_up(self, room: LiveRoom) -> None:
        """Read from the log whatever the room has not shown yet.

        Raises what the database raises.
        """
        await self.repair.catch_up(room)

    async def follow_code(self, room: LiveRoom) -> None:
        """Receive a room's notifications under the code that it has now."""
        if room.info is not None and (code := room.info["code"]) != room.code:
            former, room.code = room.code, code
            await self.subscription.join(publish.group(code, room.stream_id))
            await self.subscription.leave(publish.group(former, room.stream_id))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _evicts(room: LiveRoom, change: Change) -> bool:
    """Return True if the sockets of the room must be checked again once the change is shown."""
    return change.evicts_from is not None and change.evicts_from > room.epoch
