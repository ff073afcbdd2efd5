"""Clients that stop reading, and clients that are gone without a word."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.experiment import FULL, Experiment, Timing, percentile
from tests.faults.proxy import Link, Proxy
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig
from tests.support.client import RoomSocket, Visitor
from tests.support.workers import Worker

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

MIB = 1 << 20
RECEIVE_BUFFER = 64 * 1024
BULK = "🐢" * 4000  # 16,000 bytes a message
BULK_EVERY = 0.02  # seconds: 0.8 MB a second to each in the room
PHASE = 30.0  # seconds of undisturbed traffic that are compared with the same under the fault


async def test_a_reader_that_stops_reading(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    worker = rig.workers[0]
    async with (
        Experiment(rig, FULL) as run,
        bulky_room(worker) as room,
        Proxy(worker.port, receive_buffer=RECEIVE_BUFFER) as proxy,
    ):
        cut_after: list[float] = []
        stopped_at = ended_at = 0.0

        async def fault() -> None:
            nonlocal stopped_at, ended_at
            await asyncio.sleep(PHASE)
            links = [await slow_reader(proxy, room.code) for _ in range(3)]
            stopped_at = loop.time()
            before = room.bytes_posted
            for link in links:
                link.stop_reading()
            cuts = [asyncio.create_task(link.ended.wait()) for link in links]
            # What the kernels take off the worker's hands before anything waits in its own buffer.
            kernels = send_buffer_limit() + RECEIVE_BUFFER
            while room.bytes_posted - before < kernels + MIB:
                await room.posted.wait()
            behind_at = loop.time()
            await asyncio.wait_for(asyncio.gather(*cuts), 60)
            cut_after.append(loop.time() - behind_at)
            await asyncio.sleep(max(0.0, stopped_at + PHASE - loop.time()))
            ended_at = loop.time()

        await run.run(fault)
        before = sights(run.timings, stopped_at - PHASE, stopped_at)
        during = sights(run.timings, stopped_at, ended_at)
        results.judge(
            "three readers stop reading",
            run,
            at_most("cut after more than 1 MiB waits for them", max(cut_after), 5),
            equals("counted by the worker", await slow_readers_cut(worker), 3.0),
            equals("posts compared", len(before) > 0 and len(during) > 0, True),
            at_most(
                f"p95 of the others: {1000 * percentile(during, 0.95):.1f} ms"
                f" after {1000 * percentile(before, 0.95):.1f} ms",
                percentile(during, 0.95) / percentile(before, 0.95),
                1.2,
                "times",
            ),
        )


async def test_half_open_sockets(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, FULL) as run, Proxy(rig.nginx.port) as proxy:
        lost = [
            await entered(Visitor(proxy.base_url, f"Lost {number}"), run.members[number].code)
            for number in range(10)
        ]
        gone_after: list[float] = []
        left_after: list[float] = []

        async def fault() -> None:
            silenced_at = loop.time()
            links = [link for link in proxy.links if link.open]
            for link in links:
                link.silence()

            async def until_gone(link: Link) -> None:
                await asyncio.wait_for(link.ended.wait(), 120)
                gone_after.append(loop.time() - silenced_at)

            async def until_left(number: int, socket: RoomSocket) -> None:
                who = socket.view.you["id"]
                await run.members[number].until(lambda view: who not in view.members, timeout=150)
                left_after.append(loop.time() - silenced_at)

            await asyncio.gather(
                *(until_gone(link) for link in links),
                *(until_left(number, socket) for number, socket in enumerate(lost)),
            )

        await run.run(fault)
        results.judge(
            "ten half-open sockets",
            run,
            equals("sockets ended", len(gone_after), len(lost)),
            at_most("gone", max(gone_after), 60),
            at_most("their people leave, after the grace", max(left_after), 75),
        )


def sights(timings: list[Timing], start: float, end: float) -> list[float]:
    return [t.seen_at - t.sent_at for t in timings if start <= t.sent_at <= end]


def send_buffer_limit() -> int:
    """Bytes that Linux at most keeps for a socket that cannot send."""
    return int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])


class BulkyRoom:
    """A room whose owner posts much; `posted` is pulsed with each message."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.bytes_posted = 0
        self.posted = Pulse()


class Pulse:
    """An event that is over as soon as it has been."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def set(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self) -> None:
        await self._next.wait()


@asynccontextmanager
async def bulky_room(worker: Worker) -> AsyncIterator[BulkyRoom]:
    """All the while, before and under the fault: it is not what the two are compared by."""
    async with Visitor(worker.base_url, "Owner") as owner:
        code = await owner.create()
        async with owner.socket(code) as socket:
            room = BulkyRoom(code)

            async def post() -> None:
                while True:
                    await socket.post(BULK)
                    room.bytes_posted += len(BULK.encode())
                    room.posted.set()
                    await asyncio.sleep(BULK_EVERY)

            posting = asyncio.create_task(post())
            try:
                yield room
            finally:
                posting.cancel()
                await asyncio.gather(posting, return_exceptions=True)


async def slow_reader(proxy: Proxy, code: str) -> Link:
    """A member whose socket goes through the proxy; its link."""
    await entered(Visitor(proxy.base_url, f"Slow {len(proxy.links)}"), code)
    return next(link for link in reversed(proxy.links) if link.open)


async def entered(visitor: Visitor, code: str) -> RoomSocket:
    """In the room, by a socket that is the visitor's only connection."""
    await visitor.join(code)
    socket = await visitor.socket(code).connect()
    await visitor.http.aclose()
    return socket


async def slow_readers_cut(worker: Worker) -> float:
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{worker.base_url}/metrics")).text
    found = re.search(r"^chat_slow_readers_cut (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])
