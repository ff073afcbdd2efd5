"""Check the people in this worker's rooms again when their permissions may have changed."""

import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Protocol

from rooms import protocol
from rooms.errors import (
    ChatError,
    NameTaken,
    NotMember,
    Removed,
    RoomClosed,
    RoomFull,
    SignedOut,
    Unavailable,
)
from rooms.live import snapshot
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.live.rounds import Round
from rooms.live.snapshot import Recheck
from rooms.live.threads import DatabaseThreads
from rooms.protocol import Close

logger = logging.getLogger(__name__)


class Rooms(Protocol):
    """The part of the hub that eviction needs."""

    rooms: dict[int, LiveRoom]

    def spawn(self, work: Coroutine[Any, Any, None]) -> object: ...

    def detach(self, room: LiveRoom, client: Client) -> None: ...

    def take_early(self, room: LiveRoom) -> None: ...

    async def catch_up(self, room: LiveRoom) -> None: ...

    async def follow_code(self, room: LiveRoom) -> None: ...


def close_code(error: ChatError) -> Close:
    """Return the code that closes a socket which must not be in its room."""
    if isinstance(error, SignedOut):
        return Close.SIGNED_OUT
    if isinstance(error, Removed):
        return Close.REMOVED
    if isinstance(error, RoomClosed):
        return Close.ROOM_CLOSED
    # People who have lost their name or place meanwhile are told so by the form.
    if isinstance(error, NotMember | NameTaken | RoomFull):
        return Close.NOT_MEMBER
    return Close.BUSY


def evict(client: Client, refusal: ChatError) -> None:
    """Close a socket that must not be in its room. A removed member is told why."""
    if isinstance(refusal, Removed):  # a close code has no words
        client.sender.send([protocol.error(refusal)])
    client.sender.close(close_code(refusal))


class Eviction:
    """Holds the sockets of one worker to what the database says of their people."""

    def __init__(self, *, hub: Rooms, threads: DatabaseThreads) -> None:
        self._hub = hub
        self._threads = threads
        self._round = Round()

    def recheck(self, room: LiveRoom) -> None:
        """Check again, soon, who may be in a room, and as what."""
        if room.rechecking:
            room.recheck_again = True
            return
        room.rechecking = True
        self._hub.spawn(self._recheck(room))

    async def _recheck(self, room: LiveRoom) -> None:
        known = room.epoch
        try:
            while True:
                room.recheck_again = False
                clients = list(room.clients.values())
                found: Recheck = await self._threads.read(
                    snapshot.recheck,
                    room.room_id,
                    room.stream_id,
                    {client.user_id for client in clients},
                    {client.session_key for client in clients},
                )
                # First of all: those who must go are shown nothing of what comes after.
                last = self._enforce(room, clients, found)
                room.update(found)
                self._hub.take_early(room)
                await self._hub.follow_code(room)
                # What was read knows the log at least as far: a name from an older join in it must
                # not come after the newer one.
                if found.head > room.cursor:
                    await self._hub.catch_up(room)
                room.update_people(found.people.roster, found.people.roles)
                for client in last:
                    evict(client, RoomClosed())
                    self._hub.detach(room, client)
                if not room.recheck_again:
                    break
        except Exception as error:  # noqa: BLE001 - the epoch is behind: the next poll tries again
            room.epoch = known
            logger.warning("members of room %s could not be read: %r", room.stream_id, error)
        finally:
            room.rechecking = False

    def _enforce(self, room: LiveRoom, clients: Sequence[Client], found: Recheck) -> list[Client]:
        """Hold the clients that the recheck was about to what it found.

        Returns those whose room has closed: all that was said in it is theirs to see first.
        """
        last = []
        room.show_gathered()  # before anybody is told to go
        for client in clients:
            if client.socket_id not in room.clients:
                continue
            if client.session_key in found.ended:
                self._sign_out(room, client, found.ended)
                continue
            refusal = found.refused.get(client.user_id)
            if isinstance(refusal, RoomClosed):
                last.append(client)
                continue
            if refusal is not None:
                if not client.leaving:  # by itself; it is told so first, and closed then
                    evict(client, refusal)
                self._hub.detach(room, client)
                continue
            member = found.members[client.user_id]
            if (
                client.is_connected and not member.present
            ):  # has left and come in again, or was taken for gone
                client.sender.close(Close.BUSY)
                self._hub.detach(room, client)
                continue
            if client.stand(member, epoch=found.epoch, now=found.now):
                room.tell_standing(client)
        # Clients that joined during the read are not covered by it: check again before advancing the
        # epoch. Changes that wait for the epoch wait for them too.
        rest = set(room.clients.values()) - set(last)
        if any(client.epoch < found.epoch for client in rest):
            room.recheck_again = True
        else:
            room.epoch = max(room.epoch, found.epoch)
        return last

    async def recheck_client(self, room: LiveRoom, client: Client) -> None:
        """Check again whether a client that is on its way in may come in.

        Raises what keeps it out, and what the database raises.
        """
        found: Recheck = await self._threads.read(
            snapshot.recheck, room.room_id, room.stream_id, {client.user_id}, {client.session_key}
        )
        if client.session_key in found.ended:
            raise Unavailable if found.ended[client.session_key] else SignedOut
        if refusal := found.refused.get(client.user_id):
            raise refusal
        member = found.members[client.user_id]
        if client.is_connected and not member.present:
            raise Unavailable
        client.stand(member, epoch=found.epoch, now=found.now)

    async def recheck_sessions(self) -> None:
        """Check the sessions of some sockets; of all of them in half a minute.

        For what nobody announced: a session that expired, a password changed from a command line.
        Raises what the database raises.
        """
        some = self._round.portion(self._hub.rooms.values())
        if not some:
            return
        people, ended = await self._threads.read(
            snapshot.who_is_signed_in, {client.session_key for _, client in some}
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
        self._hub.detach(room, client)
