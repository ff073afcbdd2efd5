"""Delays that people in one room notice while a visitor attacks the worker, with limits on."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.attacks import ATTACKS, begin
from benchmarks.contestants import SITE, Launch, Stores, site
from benchmarks.costs import cpu_seconds
from benchmarks.dialects import FrontPage
from benchmarks.websocket import HOST, Opening, Refused, client_frame, handshake, open_socket

# Seconds between two looks of one kind.
EVERY = 0.1
# Seconds after one.
PAUSE = 2.0
# Seconds an attack may take to be prepared.
PATIENCE = 120
# What a neighbour may feel: seconds at the 99th percentile, and MiB of the worker's memory.
BOUNDS = {"ack": 0.3, "page": 0.5, "healthz": 0.1}
MEMORY = 120
COLUMNS = ("ack", "page", "healthz", "mib", "cpu", "failed")


@dataclass(frozen=True)
class Felt:
    """Milliseconds at the 99th percentile, of `samples` looks; what failed counts as the longest."""

    attack: str
    ack: float
    page: float
    healthz: float
    mib: float  # more than before the attack, at the most
    cpu: float  # of a core, of the worker; no other program's business
    samples: int
    failed: int

    @property
    def is_fine(self) -> bool:
        times = all(getattr(self, name) < 1000 * bound for name, bound in BOUNDS.items())
        return times and self.mib < MEMORY and not self.failed


def measure(shared: Stores, seconds: float, *, cores: str) -> list[dict[str, object]]:
    """Return the delays in calm and under each attack, one after the other on one worker."""
    found = []
    with replace(SITE, launch=_strict).running(shared, cores=cores) as running:
        [port], [pid] = running.ports, running.pids
        cookie, code = FrontPage(port).enter(name="Ada")
        for attack in ["calm", *ATTACKS]:
            felt = _feel(port, pid, cookie, code, attack, seconds)
            found.append(asdict(felt) | {"fine": felt.is_fine})
            print(*table(found[-1:]), sep="\n", file=sys.stderr)  # the whole takes minutes
            time.sleep(PAUSE)
    return found


def _strict(shared: Stores, directory: Path) -> list[Launch]:
    launches = site(workers=1)(shared, directory)
    return [replace(launch, env={**launch.env, "CHAT_RATE_LIMITS": "on"}) for launch in launches]


def _feel(port: int, pid: int, cookie: str, code: str, attack: str, seconds: float) -> Felt:
    before = _memory(pid)
    with _under(attack, port):
        writer = Writer(port, cookie, code)
        cpu, began = cpu_seconds([pid]), time.monotonic()
        end = time.monotonic() + seconds
        watches = [
            Watch(writer.post, end, writer.open),
            Watch(_getting(port, f"/rooms/{code}/", cookie), end),
            Watch(_getting(port, "/healthz", cookie), end),
        ]
        highest = before
        while any(watch.is_alive() for watch in watches):
            highest = max(highest, _memory(pid))
            time.sleep(EVERY)
    ack, page, healthz = (watch.percentile(99) for watch in watches)
    return Felt(
        attack=attack,
        ack=ack,
        page=page,
        healthz=healthz,
        mib=round((highest - before) / 1024, 1),
        cpu=round((cpu_seconds([pid]) - cpu) / (time.monotonic() - began), 2),
        samples=min(len(watch.took) for watch in watches),
        failed=sum(watch.failed for watch in watches),
    )


class Watch(threading.Thread):
    """Looks again and again until the end, and notes how long each look took.

    A look returns when it began. `prepare` is called before the first look and after a failed one,
    and is not timed.
    """

    def __init__(
        self, look: Callable[[], float], end: float, prepare: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(daemon=True)
        self._look, self._end, self._prepare = look, end, prepare
        self.took: list[float] = []
        self.failed = 0
        self.start()

    def run(self) -> None:
        prepared = False
        while (began := time.monotonic()) < self._end:
            try:
                if not prepared:
                    self._prepare()
                    prepared = True
                began = self._look()
            except (OSError, http.client.HTTPException, AssertionError, Refused):
                self.failed += 1
                prepared = False
            self.took.append(time.monotonic() - began)
            time.sleep(EVERY)

    def percentile(self, number: int) -> float:
        """In milliseconds."""
        took = sorted(self.took)
        return round(1000 * took[min(len(took) - 1, len(took) * number // 100)], 1)


class Writer:
    """Somebody in the room who writes a little faster than people do."""

    def __init__(self, port: int, cookie: str, code: str) -> None:
        self._port = port
        self._request = handshake(port, f"/ws/rooms/{code}/", {"Cookie": cookie})
        self._line: socket.socket | None = None
        self._numbers = iter(range(1_000_000))

    def open(self) -> None:
        """Come in; again, if the socket was lost."""
        if self._line is not None:
            self._line.close()
        opening = Opening(self._request, [(b"", b'"welcome"')])
        self._line = open_socket(self._port, opening)
        self._line.settimeout(30)

    def post(self) -> float:
        """Post, and wait for the ack; return when it was sent."""
        assert self._line is not None
        time.sleep(EVERY)  # with the watch's pause: five a second is what one person may post
        began = time.monotonic()
        name = f"mine-{next(self._numbers)}"
        frame = {"type": "post", "client_id": name, "body": "how long does this take?"}
        self._line.sendall(client_frame(json.dumps(frame).encode()))
        seen = b""
        while b'"ack"' not in seen or name.encode() not in seen:
            more = self._line.recv(65536)
            assert more, "the socket was closed"
            seen += more
            assert b'"error"' not in seen, seen
        return began


def _getting(port: int, path: str, cookie: str) -> Callable[[], float]:
    def get() -> float:
        began = time.monotonic()
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status == 200, response.status
        return began

    return get


@contextmanager
def _under(attack: str, port: int) -> Iterator[None]:
    if attack == "calm":
        yield
        return
    begun = multiprocessing.Event()
    process = multiprocessing.Process(target=_attack, args=(attack, port, begun), daemon=True)
    process.start()
    try:
        if not begun.wait(PATIENCE):
            raise RuntimeError(f"{attack}: could not be prepared")
        yield
    finally:
        process.kill()
        process.join()


def _attack(attack: str, port: int, begun: Event) -> None:
    # An attacker has a machine of their own: here they get what the neighbours, PostgreSQL and Redis
    # leave of a core, or else the figures would be of their quarrel about it.
    os.nice(10)
    begin(attack, port)
    begun.set()
    threading.Event().wait()  # its threads go on


def _memory(pid: int) -> int:
    """KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


def table(found: Sequence[dict[str, object]]) -> Iterator[str]:
    """As Markdown."""
    titles = ("post → ack, p99 ms", "a page, p99 ms", "/healthz, p99 ms", "MiB more")
    yield "| | " + " | ".join([*titles, "the worker's cores", "failed"]) + " | |"
    yield "|---|" + "---:|" * len(COLUMNS) + "---|"
    for felt in found:
        figures = " | ".join(str(felt[name]) for name in COLUMNS)
        yield f"| {felt['attack']} | {figures} | {'' if felt['fine'] else 'felt'} |"
