"""Bring many sockets in, drop them all, and let them all come back at once; print one line of JSON.

    python -m benchmarks.storm --dialect chat --port 8000 --pid PID --rooms 100 --members 20

Coming in goes by 50 at a time, which tells what one socket costs. Coming back is every socket at the
same moment, as after a restart of a load balancer; for this project each then resumes after messages
it has missed. A socket is in when its room has been joined (``welcome`` has come).
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from benchmarks.costs import cpu_seconds, resident_kib
from benchmarks.dialects import DIALECTS, Chat, Dialect
from benchmarks.websocket import HOST, Opening, Refused, open_socket

_AT_A_TIME = 50
_MISSED = 10  # messages each room says while its members are away
_GIVE_UP = 30.0  # seconds


@dataclass(frozen=True)
class Wave:
    """Sockets that came in: how fast over all, and how long each took from its connect()."""

    sockets: int
    failed: int
    seconds: float
    per_s: float
    cpu_us_per_socket: float
    stores_us_per_socket: float  # of Redis and PostgreSQL, if they are named
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Storm:
    kib_per_socket: float
    joined: Wave
    came_back: Wave


class Crowd:
    def __init__(
        self, dialect: Dialect, *, ports: list[int], pids: list[int], stores: list[int]
    ) -> None:
        """`stores`: processes of Redis and PostgreSQL."""
        self.dialect = dialect
        self.ports = ports
        self.pids = pids
        self.stores = stores
        self.sockets: list[socket.socket] = []

    def come(self, seats: Iterable[tuple[int, int]], *, at_a_time: int) -> Wave:
        """Open a socket for each (room, member), at most ``at_a_time`` on their way."""
        poll = select.epoll()
        waiting = list(reversed(list(seats)))
        total = len(waiting)
        ports = {seat: self.port_of(seat) for seat in waiting}
        openings = {seat: self.dialect.opening(ports[seat], *seat) for seat in waiting}
        under_way: dict[int, tuple[socket.socket, Opening, float]] = {}
        took: list[float] = []
        failed = 0
        cpu, stores = cpu_seconds(self.pids), cpu_seconds(self.stores)
        began = time.perf_counter()
        while (waiting or under_way) and time.perf_counter() < began + _GIVE_UP:
            while waiting and len(under_way) < at_a_time:
                seat = waiting.pop()
                opening = openings[seat]
                sock = socket.socket()
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                under_way[sock.fileno()] = (sock, opening, time.perf_counter())
                sock.connect_ex((HOST, ports[seat]))
                poll.register(sock.fileno(), select.EPOLLOUT)
            for fd, event in poll.poll(0.1, 256):
                sock, opening, since = under_way[fd]
                try:
                    if event & select.EPOLLOUT:
                        sock.sendall(opening.request)
                        poll.modify(fd, select.EPOLLIN)
                        continue
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                    data = sock.recv(65536)
                    if not data:
                        raise Refused("closed")
                    if answer := opening.feed(data):
                        sock.sendall(answer)
                except (OSError, Refused):
                    failed += 1
                    poll.unregister(fd)
                    del under_way[fd]
                    sock.close()
                    continue
                if opening.done:
                    took.append(time.perf_counter() - since)
                    poll.unregister(fd)
                    del under_way[fd]
                    self.sockets.append(sock)
        seconds = time.perf_counter() - began
        for sock, _, _ in under_way.values():
            sock.close()
        took.sort()
        arrived = len(took)
        return Wave(
            sockets=arrived,
            failed=total - arrived,
            seconds=round(seconds, 3),
            per_s=round(arrived / seconds, 1),
            cpu_us_per_socket=round((cpu_seconds(self.pids) - cpu) * 1e6 / max(1, arrived), 1),
            stores_us_per_socket=round(
                (cpu_seconds(self.stores) - stores) * 1e6 / max(1, arrived), 1
            ),
            p50_ms=round(took[arrived // 2] * 1e3, 1) if took else 0.0,
            p99_ms=round(took[int(arrived * 0.99)] * 1e3, 1) if took else 0.0,
        )

    def port_of(self, seat: tuple[int, int]) -> int:
        """Return the port of the worker that a socket comes to: a room's members go to all of them."""
        return self.ports[seat[1] % len(self.ports)]

    def drop(self) -> None:
        for sock in self.sockets:
            sock.close()
        self.sockets.clear()


def _say_what_will_be_missed(dialect: Chat, port: int, rooms: int) -> None:
    """Note where each room is, then let its first member say something the others miss."""
    for room in range(rooms):
        opening = dialect.opening(port, room, 0)
        sock = open_socket(port, opening)
        welcome = json.loads(opening.answer)
        for number in range(_MISSED):
            sock.sendall(dialect.post(f"missed {number}"))
        seen = b""
        while seen.count(b'"ack"') < _MISSED:
            seen += sock.recv(65536)
        sock.close()
        dialect.resume[room] = f"?after={welcome['through']}&room={welcome['room']['id']}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dialect", choices=DIALECTS, default="chat")
    parser.add_argument("--port", type=int, action="append", required=True, help="each worker's")
    parser.add_argument("--pid", type=int, action="append", required=True, help="each worker's")
    parser.add_argument("--store-pid", type=int, action="append", default=[])
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--members", type=int, default=20)
    arguments = parser.parse_args()

    dialect = DIALECTS[arguments.dialect]()
    crowd = Crowd(dialect, ports=arguments.port, pids=arguments.pid, stores=arguments.store_pid)
    seats = [(r, m) for r in range(arguments.rooms) for m in range(arguments.members)]
    for seat in seats:  # visitors come in by the front page before the clock starts
        dialect.opening(crowd.port_of(seat), *seat)
    resident = resident_kib(arguments.pid)
    joined = crowd.come(seats, at_a_time=_AT_A_TIME)
    time.sleep(2)  # joins are announced and presence is written
    kib_per_socket = (resident_kib(arguments.pid) - resident) / max(1, joined.sockets)
    crowd.drop()
    if isinstance(dialect, Chat):
        _say_what_will_be_missed(dialect, arguments.port[0], arguments.rooms)
    came_back = crowd.come(seats, at_a_time=len(seats))
    crowd.drop()
    storm = Storm(round(kib_per_socket, 1), joined, came_back)
    print(json.dumps(asdict(storm)))


if __name__ == "__main__":
    main()
