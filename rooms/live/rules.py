"""Who may be in the rooms that this worker serves, and as what: looked at again when that changes."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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
from rooms.live.client import Client
from rooms.live.look import Look, look_again, who_is_signed_in
from rooms.live.room import LiveRoom
from rooms.live.rounds import Round
from rooms.live.threads import DatabaseThreads
from rooms.protocol import Close

if TYPE_CHECKING:
    from rooms.live.hub import Hub

logger = logging.getLogger(__name__)


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


class Rules:
    """Holds the sockets of one worker to what the database says of their people."""

    def __init__(self, *, hub: "Hub", threads: DatabaseThreads) -> None:
        self._hub = hub
        self._threads = threads
        self._round = Round()

    def refresh(self, room: LiveRoom) -> None:
        """Look again at who may be in a room, and as what."""
        if room.refreshing:
            room.refreshing_again = True
            return
        room.refreshing = True
        self._hub.spawn(self._refresh(room))

    async def _refresh(self, room: LiveRoom) -> None:
        known = room.epoch
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
                # First of all: who must go is shown nothing of what comes after.
                last = self._enforce(room, clients, look)
                room.update(look)
                self._hub.take_early(room)
                await self._hub.follow_code(room)
                # What was read knows the log at least as far: a name from an older join in it must
                # not come after the newer one.
                if look.head > room.cursor:
                    await self._hub.catch_up(room)
                room.update_people(look.people.roster, look.people.roles)
                for client in last:
                    turn_out(client, RoomClosed())
                    self._hub.detach(room, client)
                if not room.refreshing_again:
                    break
        except Exception as error:  # noqa: BLE001 - the epoch is behind: the next poll tries again
            room.epoch = known
            logger.warning("members of room %s could not be read: %r", room.stream_id, error)
        finally:
            room.refreshing = False

    def _enforce(self, room: LiveRoom, clients: Sequence[Client], look: Look) -> list[Client]:
        """Hold the clients who were there when the look was taken to what it saw.

        Those whose room has closed are given back: all that was said in it is theirs to see first.
        """
        last = []
        room.send_acks()  # before anybody is told to go
        for client in clients:
            if client.socket_id not in room.clients:
                continue
            if client.session_key in look.ended:
                self._sign_out(room, client, look.ended)
                continue
            refusal = look.refused.get(client.user_id)
            if isinstance(refusal, RoomClosed):
                last.append(client)
                continue
            if refusal is not None:
                if not client.leaving:  # by itself; it is told so first, and closed then
                    turn_out(client, refusal)
                self._hub.detach(room, client)
                continue
            member = look.members[client.user_id]
            if not member.present:  # has left and come in again, or was taken for gone
                client.sender.close(Close.BUSY)
                self._hub.detach(room, client)
                continue
            if client.stand(member, epoch=look.epoch, now=look.now):
                room.tell_standing(client)
        # Who came while it was taken is not in it. What waits for the epoch waits for them too.
        rest = set(room.clients.values()) - set(last)
        if any(client.epoch < look.epoch for client in rest):
            room.refreshing_again = True
        else:
            room.epoch = max(room.epoch, look.epoch)
        return last

    async def look_at(self, room: LiveRoom, client: Client) -> None:
        """Look again whether a client may come in that is on its way.

        Raises what keeps it out, and what the database raises.
        """
        look: Look = await self._threads.read(
            look_again, room.room_id, room.stream_id, {client.user_id}, {client.session_key}
        )
        if client.session_key in look.ended:
            raise Unavailable if look.ended[client.session_key] else SignedOut
        if refusal := look.refused.get(client.user_id):
            raise refusal
        member = look.members[client.user_id]
        if not member.present:
            raise Unavailable
        client.stand(member, epoch=look.epoch, now=look.now)

    async def recheck(self) -> None:
        """Ask of some sockets, all of them in half a minute, whether their sessions still hold.

        For what nobody announced: a session that expired, a password changed from a command line.
        Raises what the database raises.
        """
        some = self._round.portion(self._hub.rooms.values())
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
        self._hub.detach(room, client)
