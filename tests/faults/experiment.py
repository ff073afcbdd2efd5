"""One run: visitors in rooms post at a rate, something breaks, and all is compared afterwards."""

import asyncio
import itertools
import os
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.faults.checker import History, Sent, Verdict, check
from tests.faults.member import Member, message
from tests.faults.rig import Rig
from tests.support.client import RoomSocket, Visitor
from tests.support.view import RoomView

_ENTERING_AT_ONCE = 8
_SETTLE_WITHIN = 60.0  # seconds, from the last post on


@dataclass(frozen=True, slots=True)
class Scale:
    """`rate`: posts a second over all rooms; the fault begins when 40 % of `sends` are made."""

    clients: int
    rooms: int
    rate: float
    sends: int


# FAULT_SENDS: fewer, for a quick look while working on a fault; the table shows how many it was.
FULL = Scale(clients=200, rooms=20, rate=50, sends=int(os.environ.get("FAULT_SENDS", "10000")))
SHORT = Scale(clients=40, rooms=4, rate=40, sends=320)

Fault = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one post, on the clock of the event loop; `seen_at` by the last of its room."""

    room: str
    sent_at: float
    acked_at: float
    seen_at: float


@dataclass(slots=True)
class Experiment:
    """async with Experiment(rig, scale) as run: verdict = await run.run(fault)"""

    rig: Rig
    scale: Scale
    members: list[Member] = field(default_factory=list)
    authors: Sequence[Member] = ()  # whom the load has post: all members, unless a test says less
    verdict: Verdict = field(default_factory=Verdict)
    timings: list[Timing] = field(default_factory=list)
    # Of a backup that was restored meanwhile, by room: what was acked beyond them was lost with it.
    restored: dict[str, int] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _chance: random.Random = field(default_factory=lambda: random.Random(20261122))

    async def __aenter__(self) -> Self:
        gate = asyncio.Semaphore(_ENTERING_AT_ONCE)
        owners = await asyncio.gather(
            *(self._enter(gate, number, None) for number in range(self.scale.rooms))
        )
        others = await asyncio.gather(
            *(
                self._enter(gate, number, owners[number % len(owners)].code)
                for number in range(self.scale.rooms, self.scale.clients)
            )
        )
        self.authors = self.members = [*owners, *others]
        for member in self.members:
            await member.until(lambda view, me=member: me.user_id in view.members)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(member.stop() for member in self.members), return_exceptions=True)

    async def _enter(self, gate: asyncio.Semaphore, number: int, code: str | None) -> Member:
        async with gate:
            visitor = Visitor(self.rig.base_url, f"Visitor {number}")
            code = await visitor.join(code) if code else await visitor.create()
            # Ours come back with jitter. Somebody else's clients are half of them, and do not.
            member = Member(visitor, code, every=1.0 if number % 2 else None)
            await member.start()
        return member

    async def run(self, fault: Fault) -> Verdict:
        """Post all sends with the fault in their midst, let it settle, and judge."""
        broken = asyncio.Event()
        load = asyncio.create_task(self._post_all(broken))
        begun = asyncio.create_task(broken.wait())
        await asyncio.wait({load, begun}, return_when=asyncio.FIRST_COMPLETED)
        breaking = asyncio.ensure_future(fault())
        await asyncio.gather(load, breaking)
        await self._settle()
        self.verdict = check(await self._history())
        self.timings = list(self._time())
        return self.verdict

    async def _post_all(self, broken: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number in range(self.scale.sends):
            await asyncio.sleep(max(0.0, start + number / self.scale.rate - loop.time()))
            if number == self.scale.sends * 2 // 5:
                broken.set()
            self.post(self._chance.choice(self.authors))

    def post(self, member: Member, body: str | None = None) -> str:
        """Have somebody post; returns the client_id."""
        client_id = f"{next(self._numbers)}-{secrets.token_hex(4)}"
        member.write(client_id, body or f"message {client_id}")
        return client_id

    async def _settle(self) -> None:
        """Until every post is acked, and every member has what a newcomer would be given."""
        async with asyncio.timeout(_SETTLE_WITHIN):
            await asyncio.gather(*(member.outbox.join() for member in self.members))

    async def _history(self) -> History:
        heads = self.heads()
        fresh: dict[str, RoomView] = {}
        for member in self.members:
            head = heads[member.code]
            await member.until(lambda view, head=head: view.cursor >= head)
            await member.load_all()
            if member.code not in fresh:
                fresh[member.code] = await self._newcomers_view(member, head)
        logs = {code: [message(m) for m in view.transcript] for code, view in fresh.items()}
        given_up = self._given_up({m.client_id for log in logs.values() for m in log})
        return History(
            sent=[sent for sent in self.sent() if sent.client_id not in given_up],
            acks=[
                ack
                for member in self.members
                for ack in member.recording.acks
                if ack.client_id not in given_up
            ],
            views=[member.recording.present() for member in self.members],
            logs=logs,
        )

    def _given_up(self, there: set[str]) -> set[str]:
        """The posts that a restored backup did not have, by client_id: acked before it was restored."""
        return {
            ack.client_id
            for member in self.members
            for ack in member.recording.acks
            if self.restored
            and ack.seq > self.restored[member.code]
            and member.recording.acked_in[ack.client_id] != member.view.history
            and ack.client_id not in there
        }

    def heads(self) -> dict[str, int]:
        """The number of each room's latest change, from the database."""
        query = (
            "SELECT r.code, s.head FROM rooms_room r JOIN history_stream s ON s.id = r.stream_id"
        )
        return {str(code): int(head) for code, head in self.rig.site.rows(query)}

    async def _newcomers_view(self, member: Member, head: int) -> RoomView:
        """What a client gets that knows nothing. Its worker, too, may hear of the last late."""
        async with RoomSocket(member.visitor, member.code, reconnect=True) as socket:
            await socket.until(lambda view: view.cursor >= head)
            await socket.load_all()
            return socket.view

    # Figures --------------------------------------------------------------------------------------

    def sent(self) -> list[Sent]:
        return [sent for member in self.members for sent in member.sent]

    def in_room(self, code: str) -> list[Member]:
        return [member for member in self.members if member.code == code]

    def closes(self) -> Counter[int]:
        return Counter(code for member in self.members for _, code in member.closed_at)

    def refusals(self) -> Counter[str]:
        return sum((member.refusals for member in self.members), Counter())

    def back_after(self) -> float:
        """Seconds the slowest took to be back after it lost its connection."""
        return max((after for m in self.members for after in m.came_back_after()), default=0.0)

    def _time(self) -> Iterable[Timing]:
        rooms: dict[str, Sequence[Member]] = {m.code: self.in_room(m.code) for m in self.members}
        for member in self.members:
            for sent in member.sent:
                yield Timing(
                    room=member.code,
                    sent_at=member.sent_at[sent.client_id],
                    acked_at=member.acked_at.get(sent.client_id, float("inf")),
                    seen_at=max(
                        other.recording.seen_at.get(sent.client_id, float("inf"))
                        for other in rooms[member.code]
                    ),
                )


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed; 0.0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
