"""Cursors, gap repair and fan-out of all rooms that this worker serves. Writes nothing.

Changes come from three sides: from this worker's own commits at once, from other workers through
the bell, and from the log itself when one of these was missed. Wherever they come from, a room's
cursor only moves forward, and each change passes it once.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from history import log
from history.log import Change
from rooms import protocol, publish
from rooms.errors import ChatError, NameTaken, NotMember, Removed, RoomClosed, RoomFull, SignedOut
from rooms.live import metrics
from rooms.live.bell import Bell
from rooms.live.client import Client
from rooms.live.look import Look, load, look_again, who_is_signed_in
from rooms.live.room import LiveRoom
from rooms.live.rounds import Round
from rooms.live.threads import DatabaseThreads
from rooms.models import Membership
from rooms.protocol import Close
from rooms.publish import Doorbell

logger = logging.getLogger(__name__)

# Seconds a change that came ahead of its turn waits for the ones before it.
HOLD = 0.05
# Seconds between two looks at the heads of the rooms served here.
POLL = 1.0


def close_code(error: ChatError) -> Close:
    """How a socket is closed that must not be in its room."""
    if isinstance(error, SignedOut):
        return Close.SIGNED_OUT
    if isinstance(error, Removed):
        return Close.REMOVED
    if isinstance(error, RoomClosed):
        return Close.ROOM_CLOSED
    # Who has lost the name or the place meanwhile is told so by the form.
    if isinstance(error, NotMember | NameTaken | RoomFull):
        return Close.NOT_MEMBER
    return Close.BUSY


def turn_out(client: Client, refusal: ChatError) -> None:
    """Close a socket that must not be in its room; who was removed is told why."""
    if isinstance(refusal, Removed):  # a close code has no words
        client.sender.send([protocol.error(refusal)])
    client.sender.close(close_code(refusal))


class Hub:
    """All live rooms of one worker, by stream."""

    def __init__(self, *, name: str, threads: DatabaseThreads) -> None:
        self.name = name
        self._threads = threads
        self.rooms: dict[int, LiveRoom] = {}
        self.bell = Bell(heard=self.hear)
        self._tasks: set[asyncio.Task[None]] = set()
        self._round = Round()

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
                room_id=membership.room_id, stream_id=stream_id, code=membership.room.code
            )
            metrics.rooms.set(len(self.rooms))
            self._spawn(self._load(room))
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
            await self.bell.join(publish.group(room.code, room.stream_id))
            room.start(
                await self._threads.read(load, room_id=room.room_id, stream_id=room.stream_id)
            )
            await self._follow_code(room)
        except Exception as error:  # noqa: BLE001 - handed to everyone who waits for the room
            room.ready.set_exception(error)
            room.ready.exception()  # whoever waits gets it; nobody may be waiting any more
            self._forget(room)
            if not isinstance(error, ChatError):
                logger.warning("room %s could not be loaded: %r", room.stream_id, error)
            return
        room.ready.set_result(None)
        self._take_early(room)
        if room.early:
            self._hold(room)
        self._forget_if_empty(room)  # whoever it was for may have gone meanwhile

    def attach(self, room: LiveRoom, client: Client) -> None:
        """Show the room's changes to a client from now on. It must have all up to the cursor."""
        room.add(client)
        metrics.sockets.inc()
        if client.epoch < room.epoch:  # it may have lost its place while it was on its way in
            self.refresh(room)

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
            if isinstance(room.repair, asyncio.TimerHandle):
                room.repair.cancel()
            self._spawn(self.bell.leave(publish.group(room.code, room.stream_id)))

    def turn_away(self, socket_ids: Collection[str]) -> None:
        """Have clients ask at the door again, to be let in or told why not."""
        for room in self.rooms.values() if socket_ids else ():
            for socket_id in room.clients.keys() & socket_ids:
                room.clients[socket_id].sender.close(Close.BUSY)

    # Changes --------------------------------------------------------------------------------------

    def hear(self, bell: Doorbell) -> None:
        """A doorbell from the channel layer; one of our own comes back too and changes nothing."""
        room = self.rooms.get(bell["stream"])
        if room is None:
            return
        match bell["type"]:
            case "room.changed":
                if bell["through"] > room.cursor:
                    self.deliver(
                        Change.from_json(
                            stream_id=bell["stream"],
                            after=bell["after"],
                            through=bell["through"],
                            epoch=bell["epoch"],
                            encoded=bell["messages"],
                        )
                    )
            case "room.rules":
                self.refresh(room)
            case "room.read":
                if news := room.note_reads(bell["reads"]):
                    self.show_reads(room, news)
            case "room.typing":
                if bell["origin"] != self.name:
                    self.show_typing(room, bell["frame"], except_user=bell["user"])

    def deliver(
        self, change: Change, *, acks: Mapping[Client, Sequence[bytes]] | None = None
    ) -> None:
        """Take a change in, at its turn. `acks` go out with it or, if it has to wait, before it."""
        room = self.rooms.get(change.stream_id)
        ready = room is not None and room.ready.done()
        if room is None or not ready or not change.after <= room.cursor < change.through:
            for client, frames in (acks or {}).items():
                client.sender.send(frames)
            if room is not None and (not ready or change.through > room.cursor):
                room.early[change.after] = change
                if ready:
                    self._hold(room)
            return
        room.apply(change, acks=acks)
        self._take_early(room)
        if change.epoch > room.epoch:
            self.refresh(room)

    def _take_early(self, room: LiveRoom) -> None:
        """Apply what came early and is now at its turn."""
        while room.early and (start := min(room.early)) <= room.cursor:
            change = room.early.pop(start)
            if change.through > room.cursor:
                room.apply(change)

    def _hold(self, room: LiveRoom) -> None:
        if room.repair is None:
            room.repair = asyncio.get_running_loop().call_later(HOLD, self._start_repair, room)

    def _start_repair(self, room: LiveRoom) -> None:
        """Read from the log what is missing before a change that came early."""
        room.repair = None
        if room.early and self.rooms.get(room.stream_id) is room:
            metrics.gap_repairs.inc()
            room.repair = self._spawn(self._repair(room))

    async def _repair(self, room: LiveRoom) -> None:
        heard = list(room.early)
        try:
            await self.catch_up(room)
        except Exception as error:  # noqa: BLE001 - the next poll tries again, and says so too
            logger.warning("log of room %s could not be read: %r", room.stream_id, error)
            room.repair = None
            return
        for start in heard:  # shown by now, or nothing that the log knows of
            room.early.pop(start, None)
        self._repaired(room)

    def _repaired(self, room: LiveRoom) -> None:
        room.repair = None
        self._take_early(room)
        if room.early:  # it came while the log was read, and nothing else waits for it
            self._hold(room)

    async def catch_up(self, room: LiveRoom) -> None:
        """Read from the log whatever the room has not shown yet.

        Raises what the database raises.
        """
        while self.rooms.get(room.stream_id) is room:
            change = await self._threads.read(log.changed_since, room.stream_id, room.cursor)
            if change.through > room.cursor:
                self.deliver(change)
            if len(change.messages) < log.RESUME_LIMIT:
                break

    async def poll(self) -> None:
        """Compare the cursors with the log once: the way without the bell, and behind its back.

        Raises what the database raises.
        """
        rooms = [room for room in self.rooms.values() if room.ready.done()]
        if not rooms:
            return
        heads = await self._threads.read(log.heads, [room.stream_id for room in rooms])
        for room in rooms:
            head, epoch = heads.get(room.stream_id, (0, 0))
            if head > room.cursor and room.repair is None:
                # It may be on its way this very moment: only what is late has been lost.
                room.repair = self._spawn(self._find(room, head))
            if epoch > room.epoch:
                self.refresh(room)

    async def _find(self, room: LiveRoom, head: int) -> None:
        await asyncio.sleep(HOLD)
        if head <= room.cursor:
            self._repaired(room)
            return
        metrics.head_poll_finds.inc()
        await self._repair(room)

    # Rules ----------------------------------------------------------------------------------------

    def refresh(self, room: LiveRoom) -> None:
        """Look again at who may be in a room, and as what."""
        if room.refreshing:
            room.refreshing_again = True
            return
        room.refreshing = True
        self._spawn(self._refresh(room))

    async def _refresh(self, room: LiveRoom) -> None:
        try:
            while True:
                room.refreshing_again = False
                clients = list(room.clients.values())
                look: Look = await self._threads.read(
                    look_again,
                    room.room_id,
                    room.stream_id,
                    {c.user_id for c in clients},
                    {c.session_key for c in clients},
                )
                # What was read knows the log at least as far: a name from an older join in it must
                # not come after the newer one.
                if look.head > room.cursor:
                    await self.catch_up(room)
                room.update(look)
                await self._follow_code(room)
                self._enforce(room, clients, look)
                room.update_people(look.roster, look.roles)
                if not room.refreshing_again:
                    break
        except Exception as error:  # noqa: BLE001 - the epoch stays behind: the next poll tries again
            logger.warning("members of room %s could not be read: %r", room.stream_id, error)
        finally:
            room.refreshing = False

    def _enforce(self, room: LiveRoom, clients: Sequence[Client], look: Look) -> None:
        """Hold the clients who were there when the look was taken to what it saw."""
        room.epoch = max(room.epoch, look.epoch)
        for client in clients:
            if client.socket_id not in room.clients:
                continue
            if client.session_key in look.ended:
                self._sign_out(room, client, look.ended)
                continue
            refusal = look.refused.get(client.user_id)
            if refusal is not None:
                if client.leaving:  # by itself, and is told so first
                    continue
                turn_out(client, refusal)
                self.detach(room, client)
                continue
            member = look.members[client.user_id]
            if not member.present:  # has left and come in again, or was taken for gone
                client.sender.close(Close.BUSY)
                self.detach(room, client)
                continue
            if client.stand(member, epoch=look.epoch, now=look.now):
                room.tell_standing(client)
        # Who came while it was taken is not in it.
        behind = (c for c in room.clients.values() if c.epoch < room.epoch)
        if any(not client.leaving for client in behind):
            room.refreshing_again = True

    async def _follow_code(self, room: LiveRoom) -> None:
        """Hear a room under the code that it has now."""
        if room.info is not None and (code := room.info["code"]) != room.code:
            former, room.code = room.code, code
            await self.bell.join(publish.group(code, room.stream_id))
            await self.bell.leave(publish.group(former, room.stream_id))

    async def recheck(self) -> None:
        """Ask of some sockets, all of them in half a minute, whether their sessions still hold.

        For what nobody announced: a session that expired, a password changed from a command line.
        Raises what the database raises.
        """
        some = self._round.portion(self.rooms.values())
        if not some:
            return
        people, ended = await self._threads.read(
            who_is_signed_in, {client.session_key for _, client in some}
        )
        for room, client in some:
            if client.socket_id not in room.clients:
                continue
            if people.get(client.session_key, client.user_id) != client.user_id:
                ended[client.session_key] = False  # the browser is somebody else's by now
            if client.session_key in ended:
                self._sign_out(room, client, ended)

    def _sign_out(self, room: LiveRoom, client: Client, ended: Mapping[str, bool]) -> None:
        """Close a socket whose session has ended; if it only has another key, for a moment."""
        comes_back = ended[client.session_key]
        client.sender.close(Close.BUSY if comes_back else Close.SIGNED_OUT)
        self.detach(room, client)

    # Passing things -------------------------------------------------------------------------------

    def show_typing(self, room: LiveRoom, frame: bytes, *, except_user: int) -> None:
        for client in room.clients.values():
            if client.user_id != except_user:
                client.sender.send([frame])

    def show_reads(self, room: LiveRoom, reads: Mapping[str, int]) -> None:
        """Show how far some have read, where so few are that it says something."""
        if len(room.roster) <= protocol.READERS_MAX:
            room.show([protocol.read(reads)])

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
