"""One room, as one worker serves it: its cursor in the log, its sockets, who is there."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from history.log.entry import Change
from history.wire import WireMessage
from rooms import protocol
from rooms.live import metrics
from rooms.live.audience import Audience, Own
from rooms.live.client import Client
from rooms.live.crowds import Told, in_short
from rooms.live.gathering import Gathering
from rooms.live.recent import Recent
from rooms.live.roster import Roster
from rooms.live.snapshot import Recheck, RoomInfo, Snapshot, Waiting
from rooms.models import Membership
from rooms.protocol import WirePerson


def visible(messages: Iterable[WireMessage], hidden_through: int) -> list[WireMessage]:
    """Return the messages that a member may see from whom everything up to a number is hidden."""
    return [message for message in messages if message["seq"] > hidden_through]


class LiveRoom(Roster):
    """State of a room on this worker.

    Every socket in `clients` has seen all up to `cursor`, but for the joins and leaves that are gathered.
    """

    def __init__(self, *, room_id: int, stream_id: int, code: str, history: str = "") -> None:
        super().__init__()
        self.room_id = room_id
        self.stream_id = stream_id
        self.code = code
        self.history = history  # the name of the history that the room is read from
        self.info: RoomInfo | None = None
        self.cursor = 0
        self.epoch = 0
        self.recent = Recent(floor=0, messages=())
        self.waiting: list[Waiting] = []  # people who ask to be let in
        self.reads: dict[str, int] = {}  # how far people have read, by public id
        self.clients: dict[str, Client] = {}
        self.entering = 0  # sockets that will be among the clients in a moment
        self._audience = Audience()
        self._gathering = Gathering(members=self._members, show=self.show_gathered)
        # Clients from whom what was said before they joined is hidden.
        self._newcomers: set[Client] = set()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Changes received ahead of their turn, by the number they start after.
        self.early: dict[int, Change] = {}
        # The acks of such changes: they go out with what is shown next.
        self._acks: dict[Client, list[bytes]] = {}
        self.repair: asyncio.TimerHandle | asyncio.Task[None] | None = None
        # Ends the pause in which posts gather until another worker's next change. Called once.
        self.on_gathered: Callable[[], None] | None = None
        self._others = self._own = 0  # the last number that other workers took, and this worker
        self.rechecking = self.recheck_again = False

    def start(self, snapshot: Snapshot) -> None:
        self.info = snapshot.info
        self.cursor = snapshot.change.through
        self.epoch = snapshot.change.epoch
        self.recent = Recent(
            floor=snapshot.floor, messages=snapshot.change.messages, pinned=snapshot.pinned
        )
        people, self._listed = snapshot.people, None
        self.roster, self.roles, self.reads = people.roster, people.roles, people.reads
        self.waiting = snapshot.waiting

    def add(self, client: Client) -> None:
        self.clients[client.socket_id] = client
        self._gathering.came(client)
        if client.hidden_through:
            self._newcomers.add(client)
        self._audience.add(client)

    def remove(self, client: Client) -> bool:
        """Forget a client. Return True if it was here."""
        self._audience.remove(client)
        self._newcomers.discard(client)
        self._gathering.went(client)
        if acks := self._acks.pop(client, None):
            client.sender.send(acks)  # it may be leaving, and its socket still open
        return self.clients.pop(client.socket_id, None) is not None

    # Who may be here ------------------------------------------------------------------------------------------

    def update(self, found: Recheck) -> None:
        """Take over the room's settings and the requests to be let in. Show what is different."""
        if found.info != self.info:
            self.info = found.info
            self.show([protocol.encode("room", room=found.info)])
        if found.waiting != self.waiting:
            self.waiting = found.waiting
            for client in self.clients.values():
                if client.role != Membership.Role.MEMBER:
                    client.sender.send([protocol.encode("requests", waiting=self.waiting)])

    def tell_standing(self, client: Client) -> None:
        """Tell a client what its user is now, and the requests to be let in if they may decide them."""
        client.sender.send([protocol.encode("you", you=client.told()), *self.requests(client)])

    def requests(self, client: Client) -> list[bytes]:
        """Return the `requests` frame for a client that may decide them; else nothing."""
        if not self.waiting or client.role == Membership.Role.MEMBER:
            return []
        return [protocol.encode("requests", waiting=self.waiting)]

    # Taking turns with other workers --------------------------------------------------------------

    def committed(self, change: Change) -> bool:
        """Note a commit of this worker, not delivered yet.

        Return True if it is worth waiting for another worker's next change: others write here too, and
        none of their changes after this one has been received.
        """
        took_turns = self._others > self._own or change.after > self.cursor
        self._own = change.through
        return took_turns and self._others <= change.after

    def heard(self, through: int) -> None:
        """Note another worker's change, not delivered yet."""
        self._others = max(self._others, through)
        if through > self._own:  # else it is late: of a turn before ours
            self.stop_gathering()

    def stop_gathering(self) -> None:
        """Have the posts that gather here written now."""
        if self.on_gathered is not None:
            on_gathered, self.on_gathered = self.on_gathered, None
            on_gathered()

    # Fan-out --------------------------------------------------------------------------------------

    def hold_acks(self, acks: Own) -> None:
        """Keep frames for some clients until anything is shown to all, or `send_acks`."""
        for client, frames in acks.items():
            if client.socket_id in self.clients:
                self._acks.setdefault(client, []).extend(frames)
            else:  # no longer shown anything, but perhaps not closed yet
                client.sender.send(frames)

    def send_acks(self) -> None:
        """Send the acks that were held, by themselves."""
        acks, self._acks = self._acks, {}
        for client, frames in acks.items():
            client.sender.send(frames)

    def apply(self, changes: Sequence[Change], *, acks: Own | None = None) -> None:
        """Advance by changes, and show them to everyone in one write.

        Each starts at the cursor, as those before it leave it, or before it. `acks` are frames for
        some of the clients, sent in the same write, after those held.
        """
        if acks:
            self.hold_acks(acks)
        if not self._acks and all(
            self._gathering.takes(change, sockets=len(self.clients)) for change in changes
        ):
            self._gather(changes)
            return
        self._gathering.settle()
        frames: list[bytes] = []
        short = frames  # the same list until something is told in short
        try:
            for change in changes:
                before = self.cursor
                events = protocol.events(change, after=before)
                new = self._advance(change)
                presence = self._members(self._fold(new))
                if self._newcomers and (parted := self._parted(change, new, before)):
                    own = {client: [*frames, *seen, *presence] for client, seen in parted.items()}
                    self.show([*frames, *events, *presence], own)
                    frames = short = []
                    continue
                if (brief := in_short(new)) is not new and short is frames:
                    short = [*frames]
                frames += events + presence
                if short is not frames:
                    runs = protocol.split(brief, after=before, through=change.through)
                    short += protocol.events_of(runs) + presence
        finally:
            # Also if one cannot be understood: those before it are shown, and nobody's ack is lost.
            self.show(frames, short=short)
        metrics.deliveries.inc(len(self.clients) * len(changes))

    def _advance(self, change: Change) -> list[WireMessage]:
        """Go on to a change. Return what is new in it: a repair may have read a part of it already."""
        new = [message for message in change.messages if message["changed"] > self.cursor]
        self.cursor = change.through
        self.recent.add(new)
        return new

    def _gather(self, changes: Sequence[Change]) -> None:
        """Advance by joins and leaves, which are shown a little later, together."""
        for change in changes:
            after = self.cursor
            new = self._advance(change)
            self._gathering.add(
                after=after, through=change.through, messages=new, before=self._fold(new)
            )
        metrics.deliveries.inc(len(self.clients) * len(changes))

    def show_gathered(self) -> None:
        """Show the joins and leaves that were gathered, now."""
        self.show([])

    def _parted(
        self, change: Change, new: Sequence[WireMessage], after: int
    ) -> dict[Client, list[bytes]]:
        """Return the change for each client that may not see all of it.

        There are none unless the change is of older messages.
        """
        first = min((message["seq"] for message in new), default=self.cursor)
        return {
            client: protocol.events_of(
                protocol.split(
                    visible(new, client.hidden_through), after=after, through=change.through
                )
            )
            for client in self._newcomers
            if first <= client.hidden_through
        }

    def show(
        self,
        payloads: Sequence[bytes],
        own: Own | None = None,
        *,
        short: Sequence[bytes] | None = None,
    ) -> None:
        """Write frames to every socket, after the acks that are held and the joins that are gathered.

        `own` are the frames of clients that are shown others instead, and `short` those of clients that
        take crowds in short, if there are any.
        """
        acks, self._acks = self._acks, {}
        own = own or {}
        told = Told(payloads, payloads if short is None else short)
        first, apart = self._gathering.take()
        if first.frames or apart:
            own = {
                client: [
                    *apart.get(client, first)[client.takes_crowds],
                    *own.get(client, told[client.takes_crowds]),
                ]
                for client in own.keys() | apart.keys()
            }
            told = Told([*first.frames, *told.frames], [*first.short, *told.short])
        self._audience.show(told, acks=acks, own=own)

    def update_people(self, people: Mapping[str, WirePerson], roles: dict[str, str]) -> None:
        """Take over names and roles read from the database, and show what is different.

        Only the log says who is there: what was read may be older or newer than the cursor.
        """
        self.show_gathered()  # as it was told of them
        self.roles = roles
        before: dict[str, WirePerson | None] = {}
        for who, person in people.items():
            if who in self.roster and self.roster[who] != person:
                before[who], self.roster[who] = self.roster[who], person
                self._listed = None
                self.recent.follow(person)
        if frames := self._members(before):
            self.show(frames)

    def note_reads(self, reads: Mapping[str, int]) -> dict[str, int]:
        """Take over how far people have read. Return the positions that are farther than was known."""
        news = {who: seq for who, seq in reads.items() if seq > self.reads.get(who, 0)}
        self.reads |= news
        return news

    def readers(self) -> dict[str, int]:
        """Return how far those who are here have read; nothing where they are many."""
        if len(self.roster) > protocol.READERS_MAX:
            return {}
        return {who: seq for who, seq in self.reads.items() if who in self.roster}

    def show_reads(self, reads: Mapping[str, int]) -> None:
        """Show how far some have read, where so few are that it says something."""
        if len(self.roster) <= protocol.READERS_MAX:
            self.show([protocol.read(reads)])

    def tell_person(self, user: int, frame: bytes) -> None:
        """Send a frame to all sockets of one person."""
        for client in self.clients.values():
            if client.user_id == user:
                client.sender.send([frame])

    def show_typing(self, frame: bytes, *, except_user: int) -> None:
        for client in self.clients.values():
            if client.user_id != except_user:
                client.sender.send([frame])
