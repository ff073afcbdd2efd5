"""Bring a crowd into one room, then let one of them speak, and then many; print one line of JSON.

    python -m benchmarks.crowd --dialect chat --port 8000 --pid PID --members 2000

The crowd comes in 50 at a time, and everybody who is in reads what the others' coming makes the server
say: bytes and frames are counted on each socket, its welcome among them. Everybody is in when the last
welcome has come, and told when a second has passed in which nothing more was said. Latency is read on
the first, middle and last socket, and every socket is held to every message, in the one order.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import mean

from benchmarks.costs import cpu_seconds, resident_kib
from benchmarks.delivery import Member, Order, Stream, mark_text
from benchmarks.dialects import DIALECTS, Chat, Dialect
from benchmarks.websocket import HOST, Opening, Refused

_AT_A_TIME = 50
_TEXT = 1
_GIVE_UP = 120.0  # seconds until a crowd that does not get in is given up
_QUIET = 1.0  # seconds in which nothing comes, after which nothing more is on its way
_DRAIN = 10.0  # seconds a message may still be under way once posting has stopped


@dataclass(frozen=True)
class Coming:
    sockets: int
    failed: int
    seconds: float  # until the last one was in
    cpu_us_per_socket: float  # until everybody was told
    bytes_per_socket: float  # the mean of what a socket was sent until then
    frames_per_socket: float
    bytes_of_first: int  # what the one was sent who saw all others come
    frames_of_first: int
    p50_ms: float  # from connect() to the end of the welcome
    p99_ms: float
    kib_per_socket: float  # of the server's memory, everybody in and told


@dataclass(frozen=True)
class Talk:
    speakers: int
    rate: float  # messages a second, of all speakers
    delivered_per_s: float
    server_cores: float
    cpu_us_per_delivery: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    lost: int
    disorder: int
    closed: int


class Seat:
    """One socket, on its way in and then in the room."""

    def __init__(self, sock: socket.socket, opening: Opening) -> None:
        self.sock = sock
        self.opening = opening
        self.since = time.perf_counter()
        self.bytes = self.frames = 0
        self.member: Member | None = None  # once it is in


class Crowd:
    def __init__(self, dialect: Dialect, *, port: int, pids: list[int], size: int) -> None:
        self.dialect, self.port, self.pids = dialect, port, pids
        self.pad = "x" * max(0, size - len(mark_text(0)))
        self.order = Order()
        self.stream = Stream(self.order, dialect.mark)
        self.poll = select.epoll()
        self.seats: dict[int, Seat] = {}
        self.inside: list[Seat] = []
        self.took: list[float] = []
        self.watched: set[Seat] = set()
        self.latencies: list[int] = []
        self.failed = self.closed = self.posted = 0

    # Coming in ------------------------------------------------------------------------------------

    def come(self, members: int) -> Coming:
        waiting = [self.dialect.opening(self.port, 0, member) for member in range(members)][::-1]
        resident, cpu = resident_kib(self.pids), cpu_seconds(self.pids)
        began = time.perf_counter()
        while len(self.inside) + self.failed < members and time.perf_counter() < began + _GIVE_UP:
            while waiting and len(self.seats) - len(self.inside) < _AT_A_TIME:
                self._connect(waiting.pop())
            self._read(0.1)
        seconds = time.perf_counter() - began
        quiet_since = time.perf_counter()
        while time.perf_counter() < quiet_since + _QUIET:
            if self._read(0.1):
                quiet_since = time.perf_counter()
        cpu = cpu_seconds(self.pids) - cpu
        first, took = self.inside[0], sorted(self.took)
        arrived = len(self.inside)
        self.watched = {self.inside[0], self.inside[arrived // 2], self.inside[-1]}
        return Coming(
            sockets=arrived,
            failed=members - arrived,
            seconds=round(seconds, 2),
            cpu_us_per_socket=round(cpu * 1e6 / arrived, 1),
            bytes_per_socket=round(mean(seat.bytes for seat in self.inside)),
            frames_per_socket=round(mean(seat.frames for seat in self.inside), 1),
            bytes_of_first=first.bytes,
            frames_of_first=first.frames,
            p50_ms=round(took[arrived // 2] * 1e3, 1),
            p99_ms=round(took[int(arrived * 0.99)] * 1e3, 1),
            kib_per_socket=round((resident_kib(self.pids) - resident) / arrived, 1),
        )

    def _connect(self, opening: Opening) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.seats[sock.fileno()] = Seat(sock, opening)
        sock.connect_ex((HOST, self.port))
        self.poll.register(sock.fileno(), select.EPOLLOUT)

    def _let_in(self, seat: Seat) -> None:
        """Take a socket into the room whose opening is done."""
        opening = seat.opening
        self.took.append(time.perf_counter() - seat.since)
        seat.bytes = len(opening.answer) + len(opening.rest)
        seat.frames = 1

        def other(opcode: int, payload: bytes) -> None:
            seat.frames += opcode == _TEXT
            if answer := self.dialect.answer(opcode, payload):
                seat.sock.send(answer)

        seat.member = Member(self.stream, other)
        seat.member.receive(opening.rest)
        self.inside.append(seat)

    # Reading --------------------------------------------------------------------------------------

    def _read(self, wait: float) -> int:
        """Read what comes within ``wait`` seconds; return from how many sockets it came."""
        ready = self.poll.poll(wait, 256)
        for fd, event in ready:
            seat = self.seats[fd]
            try:
                if event & select.EPOLLOUT:
                    seat.sock.sendall(seat.opening.request)
                    self.poll.modify(fd, select.EPOLLIN)
                    continue
                self._receive(seat, seat.sock.recv(1 << 18))
            except BlockingIOError:
                continue
            except (OSError, Refused):
                self._lose(fd)
        return len(ready)

    def _receive(self, seat: Seat, data: bytes) -> None:
        if not data:
            raise Refused("closed")
        if seat.member is None:
            seat.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if answer := seat.opening.feed(data):
                seat.sock.sendall(answer)
            if seat.opening.done:
                self._let_in(seat)
            return
        seat.bytes += len(data)
        seat.member.receive(data)
        if seat in self.watched:
            now = time.perf_counter_ns()
            self.latencies += [now - mark for mark in seat.member.take()]

    def _lose(self, fd: int) -> None:
        self.poll.unregister(fd)
        seat = self.seats.pop(fd)
        seat.sock.close()
        if seat.member is None:
            self.failed += 1
        else:
            self.closed += 1

    # Talking --------------------------------------------------------------------------------------

    def talk(self, *, speakers: int, rate: float, warm: float, seconds: float) -> Talk:
        """Have this number of the crowd, evenly spread over it, post in turn."""
        closed, disorder = self.closed, self.order.disorder
        speaking = self.inside[:: max(1, len(self.inside) // speakers)][:speakers]
        self._post_for(warm, rate, speaking)
        self._until(_DRAIN, lambda: not self._missing())
        self.latencies.clear()
        missing, seen, cpu = self._missing(), self._seen(), cpu_seconds(self.pids)
        began = time.perf_counter()
        self._post_for(seconds, rate, speaking)
        took = time.perf_counter() - began
        delivered, cpu = self._seen() - seen, cpu_seconds(self.pids) - cpu
        self._until(_DRAIN, lambda: not self._missing())
        latencies = sorted(self.latencies) or [0]
        return Talk(
            speakers=speakers,
            rate=rate,
            delivered_per_s=round(delivered / took),
            server_cores=round(cpu / took, 3),
            cpu_us_per_delivery=round(cpu * 1e6 / max(1, delivered), 3),
            p50_ms=_percentile(latencies, 0.5),
            p99_ms=_percentile(latencies, 0.99),
            max_ms=_percentile(latencies, 1),
            lost=self._missing() - missing,
            disorder=self.order.disorder - disorder,
            closed=self.closed - closed,
        )

    def _post_for(self, seconds: float, rate: float, speaking: list[Seat]) -> None:
        due = time.perf_counter()
        end, turn = due + seconds, 0
        while (now := time.perf_counter()) < end:
            while due <= now:
                text = mark_text(time.perf_counter_ns()) + self.pad
                speaking[turn % len(speaking)].sock.send(self.dialect.post(text))
                turn += 1
                self.posted += 1
                due += 1 / rate
            self._read(max(0, min(due, end) - time.perf_counter()))

    def _until(self, seconds: float, done: Callable[[], bool]) -> None:
        deadline = time.perf_counter() + seconds
        while not done() and time.perf_counter() < deadline:
            self._read(0.1)

    def _seen(self) -> int:
        return sum(seat.member.count for seat in self.inside if seat.member)

    def _missing(self) -> int:
        return self.posted * len(self.inside) - self._seen()


def _percentile(ordered: list[int], share: float) -> float:
    """Of nanoseconds in ascending order, in milliseconds."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e6, 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dialect", choices=DIALECTS, default="chat")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--members", type=int, default=2000)
    parser.add_argument("--speakers", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20, help="messages a second of all speakers")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm", type=float, default=1)
    parser.add_argument("--size", type=int, default=80, help="characters of each message")
    parser.add_argument(
        "--visitors",
        action="store_true",
        help="read what benchmarks.visitors printed, of this project",
    )
    arguments = parser.parse_args()

    dialect = DIALECTS[arguments.dialect]()
    if arguments.visitors and isinstance(dialect, Chat):
        dialect.know(**json.load(sys.stdin))
    crowd = Crowd(
        dialect,
        port=arguments.port,
        pids=[arguments.pid],
        size=arguments.size,
    )
    came = crowd.come(arguments.members)
    spans = {"warm": arguments.warm, "seconds": arguments.seconds}
    talks = [
        crowd.talk(speakers=1, rate=2, **spans),
        crowd.talk(speakers=arguments.speakers, rate=arguments.rate, **spans),
    ]
    print(json.dumps({"came": asdict(came), "talks": [asdict(talk) for talk in talks]}))


if __name__ == "__main__":
    main()
