"""One room, as one worker serves it: its cursor in the log, its sockets, who is there."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Q

from history import log
from history.log import Change
from history.models import Message
from history.wire import WireMessage, timestamp
from rooms import protocol
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.sockets import DirectSender, Sender
from rooms.live.tail import Tail
from rooms.models import Membership, Room
from rooms.protocol import WirePerson

_COMINGS = {Message.Kind.JOIN.value, Message.Kind.LEAVE.value}


class RoomInfo(TypedDict):
    id: str
    code: str
    title: str
    grace: int
    created_at: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A room as the database has it: at least at `change.through`."""

    info: RoomInfo
    change: Change
    floor: int
    roster: dict[str, WirePerson]
    roles: dict[str, str]


def load(*, room_id: int, stream_id: int) -> Snapshot:
    """Read a room for the first time. Runs on a database thread.

    The log is read before the roster: a join that the roster knows and the log does not is told
    again by the log, which does no harm, while the other way round it would be missing.
    """
    head, _ = log.heads([stream_id])[stream_id]
    floor = max(0, head - log.RESUME_LIMIT)
    change = log.changed_since(stream_id, floor, limit=2 * log.RESUME_LIMIT)
    room = Room.objects.get(pk=room_id)
    info: RoomInfo = {
        "id": room.public_id,
        "code": room.code,
        "title": room.title,
        "grace": room.grace,
        "created_at": timestamp(room.created_at),
    }
    return Snapshot(info, change, floor, *people(room_id=room_id))


def people(*, room_id: int) -> tuple[dict[str, WirePerson], dict[str, str]]:
    """Who is in a room now, and the role of everyone who has one, there or not; by public id.

    Runs on a database thread.
    """
    rows = (
        Membership.objects.filter(room_id=room_id)
        .filter(Q(present=True) | ~Q(role=Membership.Role.MEMBER))
        .order_by("pk")
        .values_list("user__public_id", "user__display_name", "role", "present")
    )
    roster: dict[str, WirePerson] = {}
    roles: dict[str, str] = {}
    for public_id, name, role, present in rows:
        if present:
            roster[public_id] = {"id": public_id, "name": name, "role": role}
        if role != Membership.Role.MEMBER:
            roles[public_id] = role
    return roster, roles


class LiveRoom:
    """State of a room on this worker. Every socket in `clients` has seen all up to `cursor`."""

    def __init__(self, *, room_id: int, stream_id: int, code: str) -> None:
        self.room_id = room_id
        self.stream_id = stream_id
        self.code = code
        self.info: RoomInfo | None = None
        self.cursor = 0
        self.epoch = 0
        self.tail = Tail(floor=0, messages=())
        self.roster: dict[str, WirePerson] = {}
        self.roles: dict[str, str] = {}
        self.clients: dict[str, Client] = {}
        self.entering = 0  # sockets that will be among the clients in a moment
        # The same, by the way a frame takes to them.
        self._writers: dict[Client, Callable[[bytes], None]] = {}
        self._senders: dict[Client, Sender] = {}
        self._frame: Callable[[bytes], bytes] = bytes
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Changes heard ahead of their turn, by the number they start after.
        self.early: dict[int, Change] = {}
        self.repair: asyncio.TimerHandle | asyncio.Task[None] | None = None
        self.refreshing = self.refreshing_again = False

    def start(self, snapshot: Snapshot) -> None:
        self.info = snapshot.info
        self.cursor = snapshot.change.through
        self.epoch = snapshot.change.epoch
        self.tail = Tail(floor=snapshot.floor, messages=snapshot.change.messages)
        self.roster, self.roles = snapshot.roster, snapshot.roles

    def add(self, client: Client) -> None:
        self.clients[client.socket_id] = client
        if isinstance(client.sender, DirectSender):
            self._writers[client] = client.sender.write
            self._frame = client.sender.frame
        else:
            self._senders[client] = client.sender

    def remove(self, client: Client) -> bool:
        """Whether the client was here."""
        self._writers.pop(client, None)
        self._senders.pop(client, None)
        return self.clients.pop(client.socket_id, None) is not None

    # Fan-out --------------------------------------------------------------------------------------

    def apply(
        self, change: Change, *, acks: Mapping[Client, Sequence[bytes]] | None = None
    ) -> None:
        """Advance by a change that starts at the cursor or before it, and show it to everyone.

        `acks` are frames for some of the clients, sent in the same write.
        """
        frames = protocol.events(change, after=self.cursor)
        # A repair may have read a part of it already.
        new = [message for message in change.messages if message["changed"] > self.cursor]
        self.cursor = change.through
        self.tail.add(new)
        frames += self._presence(new)
        self.show(frames, acks=acks)

    def show(
        self, payloads: Sequence[bytes], *, acks: Mapping[Client, Sequence[bytes]] | None = None
    ) -> None:
        """Write frames to every socket; built once for all that take them built."""
        if self._writers:
            frame = b"".join([self._frame(payload) for payload in payloads])
            if acks:
                for client, write in self._writers.items():
                    own = acks.get(client, ())
                    write(b"".join([*map(self._frame, own), frame]) if own else frame)
            else:
                for write in self._writers.values():
                    write(frame)
        for client, sender in self._senders.items():
            sender.send([*acks.get(client, ()), *payloads] if acks else payloads)
        metrics.deliveries.inc(len(self.clients))

    def _presence(self, messages: Iterable[WireMessage]) -> list[bytes]:
        """Fold joins and leaves into the roster; the `members` frames if it changed."""
        before: dict[str, WirePerson | None] = {}
        for message in messages:
            author, kind = message["author"], message["kind"]
            if author is None or kind not in _COMINGS or message["seq"] != message["changed"]:
                continue
            who = author["id"]
            before.setdefault(who, self.roster.get(who))
            if kind == Message.Kind.JOIN:
                role = self.roles.get(who, Membership.Role.MEMBER.value)
                self.roster[who] = {"id": who, "name": author["name"], "role": role}
            else:
                self.roster.pop(who, None)
        return self._members(before)

    def update_people(self, people: Mapping[str, WirePerson], roles: dict[str, str]) -> None:
        """Take over names and roles read from the database, and show what is different.

        Who is there is the log's to say: what was read may be older or newer than the cursor.
        """
        self.roles = roles
        before: dict[str, WirePerson | None] = {}
        for who, person in people.items():
            if who in self.roster and self.roster[who] != person:
                before[who], self.roster[who] = self.roster[who], person
        if frames := self._members(before):
            self.show(frames)

    def _members(self, before: Mapping[str, WirePerson | None]) -> list[bytes]:
        """What has become of the people in `before`, who were there like that or not at all."""
        now = {who: self.roster.get(who) for who in before}
        return protocol.members(
            joined=[person for who, person in now.items() if person and person != before[who]],
            left=[who for who, was in before.items() if was and now[who] is None],
            count=len(self.roster),
            known=[who for who, was in before.items() if was],
        )
