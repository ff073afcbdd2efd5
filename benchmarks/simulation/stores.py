"""PostgreSQL, which commits and is read from, and Redis, which tells workers of each other's changes."""

import math
import random
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from benchmarks.simulation.clock import Clock, Core, Event
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.rooms import Change, Room


class Postgres:
    """A server with cores, connections, and a disk that a commit waits for.

    Commits of different connections wait for the disk together. Those of one room wait for each other:
    each holds the room's row until it is done.
    """

    def __init__(
        self, clock: Clock, costs: Costs, dice: random.Random, *, core: Core, connections: int
    ) -> None:
        self.core = core
        self._clock, self._costs, self._dice = clock, costs, dice
        self._free = connections
        self._waiting: deque[Event] = deque()
        self._held: dict[Room, deque[Event]] = {}
        self.commits = 0
        self.connections = connections
        self.most_used = 0

    def commit(self, rooms: Sequence[Room], posts: int, then: Event) -> None:
        """Commit posts of some rooms. `then` is called when they are in the log and free again."""

        def run() -> None:
            cpu = (self._costs.transaction_us + posts * self._costs.row_us) / 1e6
            self.core.run(cpu, lambda: self._clock.after(self._flush(), committed))

        def committed() -> None:
            self.commits += 1
            then()
            for room in rooms:
                self._let_go(room)
            self._give_back()

        locks = iter(sorted(rooms, key=lambda room: room.number))
        self._connect(lambda: self._lock(locks, run))

    def read(self, cpu_us: float, then: Event) -> None:
        """Answer a query, which waits for no lock."""

        def answered() -> None:
            self._give_back()
            then()

        self._connect(lambda: self.core.run(cpu_us / 1e6, answered))

    def write(self, cpu_us: float, then: Event) -> None:
        """Commit something of no room that others write in: sockets at the door."""

        def committed() -> None:
            self._give_back()
            then()

        self._connect(
            lambda: self.core.run(cpu_us / 1e6, lambda: self._clock.after(self._flush(), committed))
        )

    def _flush(self) -> float:
        median = self._costs.commit_ms / 1e3
        return median * math.exp(self._dice.gauss(0.0, self._costs.commit_spread))

    def _connect(self, then: Event) -> None:
        if self._free:
            self._free -= 1
            self.most_used = max(self.most_used, self.connections - self._free)
            then()
        else:
            self._waiting.append(then)

    def _give_back(self) -> None:
        if self._waiting:
            self._waiting.popleft()()
        else:
            self._free += 1

    def _lock(self, rooms: Iterable[Room], then: Event) -> None:
        """Lock one room after the other, in one order for all, so that none wait for each other in a ring."""
        rooms = iter(rooms)
        for room in rooms:
            if room in self._held:
                self._held[room].append(lambda: self._lock(rooms, then))
                return
            self._held[room] = deque()
        then()

    def _let_go(self, room: Room) -> None:
        if waiting := self._held[room]:
            waiting.popleft()()  # it holds the room now
        else:
            del self._held[room]


class Subscriber(Protocol):
    """A worker, as Redis knows it."""

    def heard(self, change: Change) -> None: ...


class Redis:
    """Servers of one core each. A room's notifications go through one of them, by the name of its group."""

    def __init__(self, clock: Clock, costs: Costs, *, shards: Sequence[Core]) -> None:
        self.shards = shards
        self._clock, self._costs = clock, costs
        self.is_away = False
        self.published = self.lost = self.copies = 0

    def publish(self, change: Change, subscribers: Callable[[], Sequence[Subscriber]]) -> None:
        """Copy a notification to all who are subscribed. While Redis is away it is lost."""
        if self.is_away:
            self.lost += 1
            return
        self.published += 1
        to = subscribers()
        self.copies += len(to)
        shard = self.shards[zlib.crc32(b"room.%d" % change.room.number) % len(self.shards)]
        cpu = self._costs.publish_us + len(to) * self._costs.copy_us
        shard.run(cpu / 1e6, lambda: self._clock.after(2 * self._network, lambda: tell(to)))

        def tell(subscribers: Sequence[Subscriber]) -> None:
            for subscriber in subscribers:
                subscriber.heard(change)

    @property
    def _network(self) -> float:
        return self._costs.network_ms / 1e3
