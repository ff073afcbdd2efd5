"""Load one chat server from raw sockets and print its figures as one line of JSON.

One thread, epoll, standard library: cheap enough that the server is what is measured. Pin the two to
different cores. Each ``--rate`` is one phase on the same sockets, in messages a second over all rooms; each
``--rate-of-mentions`` is one in which every text has an @, so that it may speak to somebody. After those each
``--in-flight`` is a closed loop that keeps so many messages a worker under way. One that would have them under
way for seconds, at the speed of the one before, is left out: fewer saturate the server.

Latency is read on the first, middle and last member of each room and runs from just before the
sender's write to the member's read. Every member is held to every message, in the one order of its room.

    python -m benchmarks.load --dialect chat --port 8000 --pid PID --members 200 --rate 50 --in-flight 32
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.costs import cpu_seconds, resident_kib
from benchmarks.delivery import Member, Order, Stream, mark_text
from benchmarks.dialects import DIALECTS, Dialect
from benchmarks.websocket import open_socket

# Seconds. A closed loop posts anew in place of a message not seen for so long, or twice as long as it
# should take if that is more; and none is run in which messages should take longer than _SLOWEST.
_LOST_AFTER = 2.0
_SLOWEST = 4.0
_MENTION = " @nobody here, "  # a name that nobody has must be looked for all the same
_DRAIN = 5.0  # seconds a message may still be under way once posting has stopped


@dataclass(frozen=True)
class Phase:
    """Figures of one rate. Times in ms; CPU in microseconds, of all server (or store) processes."""

    rate: float  # 0: a closed loop
    mentions: bool  # every text has an @
    in_flight: int  # messages it keeps under way in each room
    sent_per_s: float
    delivered_per_s: float
    cpu_us_per_delivery: float
    cpu_us_per_message: float
    stores_us_per_message: float
    server_cores: float
    load_cores: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    lost: int  # message × member pairs never seen, closed sockets' included
    disorder: int  # messages that came twice, late, or in another place than for someone else
    closed: int  # sockets the server closed


@dataclass(frozen=True)
class Load:
    rooms: int
    members: int
    joined_per_s: float
    kib_per_socket: float
    phases: list[Phase]


@dataclass(eq=False)
class Room:
    order: Order = field(default_factory=Order)
    streams: dict[int, Stream] = field(default_factory=dict)  # by port
    members: list[Member] = field(default_factory=list)
    open: list[socket.socket] = field(default_factory=list)
    awaited: dict[int, int] = field(default_factory=dict)  # mark → watchers who have yet to see it
    posted: int = 0

    @property
    def missing(self) -> int:
        return self.posted * len(self.members) - sum(member.count for member in self.members)


class Generator:
    def __init__(
        self,
        dialect: Dialect,
        *,
        ports: Sequence[int],
        server_pids: Sequence[int],
        store_pids: Sequence[int],
        rooms: int,
        members: int,
        size: int,
    ) -> None:
        self.dialect = dialect
        self.server_pids = server_pids
        self.store_pids = store_pids
        self.workers = len(ports)
        self.lost_after = _LOST_AFTER
        self.size = size
        self.lead = ""  # what each text has after its mark
        self.poll = select.epoll()
        self.seats: dict[int, tuple[socket.socket, Member, Room]] = {}
        self.watching = {0, members // 2, members - 1}
        self.watchers: set[Member] = set()
        self.rooms = [Room() for _ in range(rooms)]
        self.completed: list[Room] = []  # once for each message all watchers have seen
        self.latencies: list[int] = []
        self.turn = self.closed = 0
        resident = resident_kib(server_pids)
        began = time.perf_counter()
        for number, room in enumerate(self.rooms):
            for member in range(members):
                self._join(room, number, member, ports[member % len(ports)])
                self._read(0)
        self.joined_per_s = rooms * members / (time.perf_counter() - began)
        self._settle()
        self.kib_per_socket = (resident_kib(server_pids) - resident) / (rooms * members)

    def _join(self, room: Room, number: int, index: int, port: int) -> None:
        opening = self.dialect.opening(port, number, index)
        sock = open_socket(port, opening)
        sock.setblocking(False)

        def other(opcode: int, payload: bytes) -> None:
            if answer := self.dialect.answer(opcode, payload):
                sock.send(answer)

        stream = room.streams.setdefault(port, Stream(room.order, self.dialect.mark))
        member = Member(stream, other)
        member.receive(opening.rest)
        room.open.append(sock)
        room.members.append(member)
        if index in self.watching:
            self.watchers.add(member)
        self.seats[sock.fileno()] = (sock, member, room)
        self.poll.register(sock.fileno(), select.EPOLLIN)

    def _settle(self) -> None:
        """Read until all welcomes and joins have come, which is when half a second passes in quiet."""
        quiet_since = time.perf_counter()
        give_up = quiet_since + 30
        while time.perf_counter() < min(quiet_since + 0.5, give_up):
            if self._read(0.1):
                quiet_since = time.perf_counter()

    def _read(self, wait: float) -> int:
        """Read what comes within ``wait`` seconds; return from how many sockets it came."""
        ready = self.poll.poll(wait, 256)
        for fd, _ in ready:
            sock, member, room = self.seats[fd]
            try:
                data = sock.recv(1 << 18)
            except BlockingIOError:
                continue
            except ConnectionError:
                data = b""
            if not data:
                self.poll.unregister(fd)
                room.open.remove(sock)
                self.closed += 1
                continue
            member.receive(data)
            if member in self.watchers:
                self._watch(member, room)
        return len(ready)

    def _watch(self, member: Member, room: Room) -> None:
        now = time.perf_counter_ns()
        for mark in member.take():
            self.latencies.append(now - mark)
            left = room.awaited.get(mark, 0)
            if left > 1:
                room.awaited[mark] = left - 1
            elif left:
                del room.awaited[mark]
                self.completed.append(room)

    def _post(self, room: Room) -> None:
        self.turn += 1
        if not room.open:
            return
        sock = room.open[self.turn % len(room.open)]
        mark = time.perf_counter_ns()
        try:
            text = (mark_text(mark) + self.lead).ljust(self.size, "x")
            sock.send(self.dialect.post(text))
        except (BlockingIOError, ConnectionError):
            return  # a server that no longer reads: not sent, so not counted as lost
        room.awaited[mark] = len(self.watching)
        room.posted += 1

    def _give_up_lost(self) -> None:
        oldest = time.perf_counter_ns() - int(self.lost_after * 1e9)
        for room in self.rooms:
            for mark in [mark for mark in room.awaited if mark < oldest]:
                del room.awaited[mark]
                self.completed.append(room)

    def run(
        self,
        *,
        rate: float = 0,
        mentions: bool = False,
        in_flight: int = 0,
        should_take: float = 0,
        seconds: float,
        warm: float,
    ) -> Phase:
        """Post for ``warm`` seconds and then for ``seconds``, which are measured: at ``rate``, or, if
        that is 0, keeping ``in_flight`` messages a worker under way over all rooms, at least one a room.
        """
        self.lead = _MENTION if mentions else ""
        missing, disorder, closed = self._missing(), self._disorder(), self.closed
        self.lost_after = max(_LOST_AFTER, 2 * should_take)
        in_each = 0 if rate else max(1, in_flight * self.workers // len(self.rooms))
        self.completed = self.rooms * in_each
        self._post_for(warm, rate)
        self.latencies.clear()
        posted, seen, server, stores, load = self._reading()
        began = time.perf_counter()
        self._post_for(seconds, rate)
        took = time.perf_counter() - began
        posted_then, seen_then, server_then, stores_then, load_then = self._reading()
        sent, delivered = posted_then - posted, seen_then - seen
        server_us = (server_then - server) * 1e6
        latencies = sorted(self.latencies) or [0]
        self._drain()
        return Phase(
            rate=rate,
            mentions=mentions,
            in_flight=in_each,
            sent_per_s=round(sent / took, 1),
            delivered_per_s=round(delivered / took),
            cpu_us_per_delivery=round(server_us / max(1, delivered), 3),
            cpu_us_per_message=round(server_us / max(1, sent), 1),
            stores_us_per_message=round((stores_then - stores) * 1e6 / max(1, sent), 1),
            server_cores=round((server_then - server) / took, 3),
            load_cores=round((load_then - load) / took, 3),
            p50_ms=_percentile(latencies, 0.5),
            p99_ms=_percentile(latencies, 0.99),
            max_ms=_percentile(latencies, 1),
            lost=self._missing() - missing,
            disorder=self._disorder() - disorder,
            closed=self.closed - closed,
        )

    def _post_for(self, seconds: float, rate: float) -> None:
        due = next_check = time.perf_counter()
        end = due + seconds
        while (now := time.perf_counter()) < end:
            if now >= next_check:
                self._give_up_lost()
                next_check = now + 0.25
            if rate:
                while due <= now:
                    self._post(self.rooms[self.turn % len(self.rooms)])
                    due += 1 / rate
                self.completed.clear()
                self._read(max(0, min(due, end) - time.perf_counter()))
            else:
                ready, self.completed = self.completed, []
                for room in ready:
                    self._post(room)
                self._read(min(0.05, end - now))

    def _reading(self) -> tuple[int, int, float, float, float]:
        """Posts, deliveries, and CPU seconds of servers, stores and this program, so far."""
        return (
            sum(room.posted for room in self.rooms),
            sum(member.count for room in self.rooms for member in room.members),
            cpu_seconds(self.server_pids),
            cpu_seconds(self.store_pids),
            time.process_time(),
        )

    def _drain(self) -> None:
        deadline = time.perf_counter() + _DRAIN
        while self._missing() and time.perf_counter() < deadline:
            self._read(0.1)
        for room in self.rooms:
            room.awaited.clear()

    def _missing(self) -> int:
        return sum(room.missing for room in self.rooms)

    def _disorder(self) -> int:
        return sum(room.order.disorder for room in self.rooms)


def _percentile(ordered: Sequence[int], share: float) -> float:
    """Of nanoseconds in ascending order, in milliseconds."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e6, 2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dialect", choices=DIALECTS, default="chat")
    parser.add_argument("--port", type=int, action="append", required=True, help="each worker's")
    parser.add_argument("--pid", type=int, action="append", required=True, help="each worker's")
    parser.add_argument("--store-pid", type=int, action="append", default=[])
    parser.add_argument("--rooms", type=int, default=1)
    parser.add_argument("--members", type=int, default=200, help="sockets in each room")
    parser.add_argument("--rate", type=float, action="append", default=[], help="over all rooms")
    parser.add_argument("--rate-of-mentions", type=float, action="append", default=[])
    parser.add_argument(
        "--in-flight",
        type=int,
        action="append",
        default=[],
        help="a worker, over all rooms; at least 1 a room",
    )
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm", type=float, default=1)
    parser.add_argument("--size", type=int, default=80, help="characters of each message")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    generator = Generator(
        DIALECTS[arguments.dialect](),
        ports=arguments.port,
        server_pids=arguments.pid,
        store_pids=arguments.store_pid,
        rooms=arguments.rooms,
        members=arguments.members,
        size=arguments.size,
    )
    spans = {"seconds": arguments.seconds, "warm": arguments.warm}
    phases = [generator.run(rate=rate, **spans) for rate in arguments.rate]
    phases += [
        generator.run(rate=rate, mentions=True, **spans) for rate in arguments.rate_of_mentions
    ]
    should_take = 0.0
    for count in arguments.in_flight:
        if phases and not phases[-1].rate:
            should_take = count * len(arguments.port) / max(1, phases[-1].sent_per_s)
        if should_take < _SLOWEST:
            phases.append(generator.run(in_flight=count, should_take=should_take, **spans))
    load = Load(
        rooms=arguments.rooms,
        members=arguments.members,
        joined_per_s=round(generator.joined_per_s, 1),
        kib_per_socket=round(generator.kib_per_socket, 1),
        phases=phases,
    )
    print(json.dumps(asdict(load)))


if __name__ == "__main__":
    main()
