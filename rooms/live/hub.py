"""Cursors, gap repair and fan-out of all rooms that this worker serves. Writes nothing.

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
from history.log import read
from history.log.entry import Change
from rooms import protocol, publish
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.loader import Loader
from rooms.live.room import LiveRoom
from rooms.live.rules import Rules
from rooms.live.subscription import Subscription
from rooms.live.threads import DatabaseThreads
from rooms.models import Membership
from rooms.protocol import Close
from rooms.publish import Doorbell

logger = logging.getLogger(__name__)

# Seconds a change that came ahead of its turn waits for the ones before it.
HOLD = 0.05
# Seconds between two looks at the heads of the rooms served here.
POLL = 1.0


class Hub:
    """All live rooms of one worker, by stream."""

    def __init__(self, *, name: str, threads: DatabaseThreads) -> None:
        self.name = name
        self._threads = threads
        self._loader = Loader(threads=threads)
        self.rooms: dict[int, LiveRoom] = {}
        self.subscription = Subscription(received=self.received, hinted=self.look_for)
        self.history = ""  # the name that clients know it by
        self._tasks: set[asyncio.Task[None]] = set()
        self.rules = Rules(hub=self, threads=threads)

    # Sockets --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def entering(self, membership: Membership) -> AsyncIterator[LiveRoom]:
        """The live room of a membership, loaded, and kept while somebody is on the way in.

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
            # Heard from before it is read, so that nothing falls between the two.
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
        self._hold(room)
        self._forget_if_empty(room)  # whoever it was for may have gone meanwhile

    def attach(self, room: LiveRoom, client: Client) -> None:
        """Show the room's changes to a client from now on.

        It must have all up to the cursor, and be known to be allowed at the room's epoch. Raises
        Unavailable if it has come into a room of a history that is no longer this one.
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
            if room.repair is not None and _is_timer(room.repair):
                room.repair.cancel()
            self.spawn(self.subscription.leave(publish.group(room.code, room.stream_id)))

    def turn_away(self, socket_ids: Collection[str]) -> None:
        """Have clients ask at the door again, to be let in or told why not."""
        for room in self.rooms.values() if socket_ids else ():
            for socket_id in room.clients.keys() & socket_ids:
                room.clients[socket_id].sender.close(Close.BUSY)

    # The history ----------------------------------------------------------------------------------

    def follow_history(self, found: Identity) -> None:
        """Go by what the database is now."""
        self.history, self.subscription.site = found.history, found.site

    def start_over(self) -> None:
        """Let go of all rooms: what was shown of them is not in the log. The sockets come back."""
        for room in list(self.rooms.values()):
            room.send_acks()
            for client in list(room.clients.values()):
                client.sender.close(Close.BUSY)
                self.detach(room, client)
            self._forget(room)  # also one that is being loaded, or that somebody is on the way into

    def _require_served(self, room: LiveRoom) -> None:
        if self.rooms.get(room.stream_id) is not room:
            raise Unavailable

    # Changes --------------------------------------------------------------------------------------

    def received(self, notification: Doorbell) -> None:
        """Take a notification from the channel layer. One of our own comes back too and changes nothing."""
        room = self.rooms.get(notification["stream"])
        if room is None:
            return
        match notification["type"]:
            case "room.changed":
                if notification["through"] > room.cursor:
                    room.heard(notification["through"])
                    self.deliver(
                        Change.from_json(
                            stream_id=notification["stream"],
                            after=notification["after"],
                            through=notification["through"],
                            epoch=notification["epoch"],
                            encoded=notification["messages"],
                            # Missing: none was raised, or a worker of the release before says so
                            # in a `room.rules`.
                            evicts_from=notification.get("evicts_from"),
                        )
                    )
            case "room.rules":
                # Missing: of the release before, which did not say what the epoch is now.
                if notification.get("epoch", room.epoch + 1) > room.epoch:
                    self.rules.refresh(room)
            case "room.read":
                if news := room.note_reads(notification["reads"]):
                    self.show_reads(room, news)
            case "room.typing":
                if notification["origin"] != self.name:
                    self.show_typing(room, notification["frame"], except_user=notification["user"])

    def look_for(self, notification: Doorbell) -> None:
        """Take a notification that may be another site's: look in this one's log whether it is true.

        Commands without a worker of their own publish such, and workers of an earlier release.
        """
        room = self.rooms.get(notification["stream"])
        if room is None or not room.ready.done():
            return
        match notification["type"]:
            case "room.changed":
                if notification["through"] > room.cursor and room.repair is None:
                    room.repair = self.spawn(self._repair(room))
            case "room.rules":
                self.rules.refresh(room)

    def deliver(
        self, change: Change, *, acks: Mapping[Client, Sequence[bytes]] | None = None
    ) -> None:
        """Take a change in, at its turn. `acks` go out with it or with what it waits for, and do not
        wait for the log to be read.

        What was said under rules that this worker has not looked at yet is not for everybody who is
        still here: it waits until they have been.
        """
        room = self.rooms.get(change.stream_id)
        ready = room is not None and room.ready.done()
        is_next = ready and room is not None and change.after <= room.cursor < change.through
        if room is None or not is_next or change.epoch > room.epoch:
            if room is not None and (not ready or change.through > room.cursor):
                self._keep(room, change)
                # With many writers a worker's own commit often comes before the doorbell of the one
                # before: a write for each ack would double what the change costs.
                if acks and _is_timer(room.repair):
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
            self.rules.refresh(room)

    def _keep(self, room: LiveRoom, change: Change) -> None:
        """Until it is a change's turn."""
        kept = room.early.get(change.after)
        if kept is None or kept.through < change.through:
            room.early[change.after] = change
        if room.ready.done():
            if change.epoch > room.epoch:
                self.rules.refresh(room)
            self._hold(room)

    def take_early(self, room: LiveRoom) -> None:
        """Apply what came early and is now at its turn."""
        if changes := self._at_turn(room, room.cursor):
            self._show(room, changes)

    def _at_turn(self, room: LiveRoom, cursor: int) -> list[Change]:
        """What came early and is at its turn where the cursor is, taken out of what is kept.

        Only the last of them may be one that evicts.
        """
        changes: list[Change] = []
        while room.early and (start := min(room.early)) <= cursor:
            change = room.early[start]
            if change.through > cursor and change.epoch > room.epoch:
                self.rules.refresh(room)
                break
            del room.early[start]
            if change.through > cursor:
                changes.append(change)
                cursor = change.through
                if _evicts(room, change):
                    break
        return changes

    def _hold(self, room: LiveRoom) -> None:
        """Have what is missing before a change read from the log, unless it comes."""
        if room.repair is None and room.early and min(room.early) > room.cursor:
            room.repair = asyncio.get_running_loop().call_later(HOLD, self._start_repair, room)

    def _start_repair(self, room: LiveRoom) -> None:
        """Read from the log what is missing before a change that came early."""
        room.repair = None
        if room.early and self.rooms.get(room.stream_id) is room:
            metrics.gap_repairs.inc()
            room.repair = self.spawn(self._repair(room))

    async def _repair(self, room: LiveRoom) -> None:
        heard = list(room.early)
        room.send_acks()
        try:
            await self.catch_up(room)
        except Exception as error:  # noqa: BLE001 - the next poll tries again, and says so too
            logger.warning("log of room %s could not be read: %r", room.stream_id, error)
            room.repair = None
            return
        for start in heard:  # shown by now, or nothing that the log knows of
            change = room.early.get(start)
            if change is not None and change.epoch <= room.epoch:  # else it waits for the rules
                del room.early[start]
        self._repaired(room)

    def _repaired(self, room: LiveRoom) -> None:
        room.repair = None
        self.take_early(room)
        self._hold(room)  # what came while the log was read, and nothing else waits for

    async def catch_up(self, room: LiveRoom) -> None:
        """Read from the log whatever the room has not shown yet.

        Raises what the database raises.
        """
        while self.rooms.get(room.stream_id) is room:
            start = room.cursor
            change = await self._threads.read(read.changed_since, room.stream_id, start)
            if change.through > room.cursor:
                self.deliver(change)
            if len(change.messages) < read.RESUME_LIMIT or room.cursor == start:
                break

    async def poll(self) -> bool:
        """Compare every cursor with the log. Finds changes whose notification was lost; the only
        delivery path while Redis is down.

        Return True if a log does not go as far as it has been shown here: it was set back. Raises
        what the database raises.
        """
        rooms = [room for room in self.rooms.values() if room.ready.done()]
        if not rooms:
            return False
        shown = {room.stream_id: room.cursor for room in rooms}
        heads = await self._threads.read(read.heads, list(shown))
        for room in rooms:
            head, epoch = heads.get(room.stream_id, (0, 0))
            if head < shown[room.stream_id]:
                return True
            if head > room.cursor and room.repair is None:
                # It may be on its way this very moment: only what is late has been lost.
                room.repair = self.spawn(self._find(room, head))
            if epoch > room.epoch:
                self.rules.refresh(room)
        return False

    async def _find(self, room: LiveRoom, head: int) -> None:
        await asyncio.sleep(HOLD)
        if head <= room.cursor:
            self._repaired(room)
            return
        metrics.head_poll_finds.inc()
        await self._repair(room)

    async def follow_code(self, room: LiveRoom) -> None:
        """Hear a room under the code that it has now."""
        if room.info is not None and (code := room.info["code"]) != room.code:
            former, room.code = room.code, code
            await self.subscription.join(publish.group(code, room.stream_id))
            await self.subscription.leave(publish.group(former, room.stream_id))

    # Passing things -------------------------------------------------------------------------------

    def show_typing(self, room: LiveRoom, frame: bytes, *, except_user: int) -> None:
        for client in room.clients.values():
            if client.user_id != except_user:
                client.sender.send([frame])

    def show_reads(self, room: LiveRoom, reads: Mapping[str, int]) -> None:
        """Show how far some have read, where so few are that it says something."""
        if len(room.roster) <= protocol.READERS_MAX:
            room.show([protocol.read(reads)])

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _evicts(room: LiveRoom, change: Change) -> bool:
    """Return True if the sockets of the room must be checked again once the change is shown."""
    return change.evicts_from is not None and change.evicts_from > room.epoch


def _is_timer(repair: asyncio.TimerHandle | asyncio.Task[None] | None) -> bool:
    """Whether what is missing will be asked for in a moment, and is not being read yet."""
    # uvloop's timers are no asyncio.TimerHandle.
    return repair is not None and not isinstance(repair, asyncio.Task)
