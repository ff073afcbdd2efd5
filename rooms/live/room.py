"""One room, as one worker serves it: its cursor in the log, its sockets, who is there."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

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


class Member(TypedDict):
    id: str
    name: str
    role: str


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
    roster: dict[str, Member]


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
    return Snapshot(info, change, floor, roster(room_id=room_id))


def roster(*, room_id: int) -> dict[str, Member]:
    """Who is in a room now, by public id. Runs on a database thread."""
    rows = (
        Membership.objects.filter(room_id=room_id, present=True)
        .order_by("pk")
        .values_list("user__public_id", "user__display_name", "role")
    )
    return {public: {"id": public, "name": name, "role": role} for public, name, role in rows}


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
        self.roster: dict[str, Member] = {}
        self.roles: dict[str, str] = {}
        self.clients: dict[str, Client] = {}
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
        self.roster = snapshot.roster

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

    def apply(self, change: Change, *, acks: Mapping[Client, Sequence[bytes]] | None = None) -> None:
        """Advance by a change that starts at the cursor or before it, and show it to everyone.

        `acks` are frames for some of the clients, sent in the same write.
        """
        messages: Sequence[WireMessage] = change.messages
        if change.after < self.cursor:  # a repair has read a part of it already
            messages = [message for message in messages if message["changed"] > self.cursor]
        frames = protocol.events(after=self.cursor, through=change.through, messages=messages)
        self.cursor = change.through
        self.tail.add(messages)
        if presence := self._presence(messages):
            frames.append(presence)
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

    def _presence(self, messages: Iterable[WireMessage]) -> bytes | None:
        """Fold joins and leaves into the roster; the `members` frame if it changed."""
        joined: dict[str, Member] = {}
        left: dict[str, None] = {}
        for message in messages:
            author = message["author"]
            if author is None or message["seq"] != message["changed"]:
                continue
            if message["kind"] == Message.Kind.JOIN:
                role = self.roles.get(author["id"], Membership.Role.MEMBER.value)
                member: Member = {"id": author["id"], "name": author["name"], "role": role}
                joined[author["id"]] = self.roster[author["id"]] = member
                left.pop(author["id"], None)
            elif message["kind"] == Message.Kind.LEAVE:
                self.roster.pop(author["id"], None)
                joined.pop(author["id"], None)
                left[author["id"]] = None
        return self._members_frame(list(joined.values()), left)

    def replace_roster(self, roster: dict[str, Member]) -> None:
        """Take over a roster read from the database, and show what is different."""
        changed = [member for key, member in roster.items() if self.roster.get(key) != member]
        left = [key for key in self.roster if key not in roster]
        self.roster = roster
        if frame := self._members_frame(changed, left):
            self.show([frame])

    def _members_frame(self, joined: Sequence[Member], left: Iterable[str]) -> bytes | None:
        gone = [{"id": key} for key in left]
        if not joined and not gone:
            return None
        return protocol.encode("members", count=len(self.roster), joined=joined, left=gone)
