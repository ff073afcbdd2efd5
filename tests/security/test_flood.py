"""Somebody who posts ten times as fast as allowed is refused, and the others do not feel it."""

import asyncio
import json
import statistics
import time
from contextlib import AsyncExitStack, suppress
from itertools import count

import pytest

from rooms import limits
from rooms.limits import intake
from rooms.live.door import SOCKETS
from tests.live.members import all_see, members_of_a_room
from tests.security.rawsocket import RawSocket
from tests.support.client import RoomSocket, SocketClosed, Visitor
from tests.support.frames import client_frame
from tests.support.workers import Site

ROUNDS = 4
POSTS = 6  # of each round, a person's
ATTEMPTS = 3  # the machine may be busy with something else
NUMBERS = count()


async def delays(ada: RoomSocket, bob: RoomSocket) -> list[float]:
    """Seconds from Ada's sending to Bob's seeing, of messages at a person's pace."""
    found = []
    for _ in range(POSTS):
        body = f"message {next(NUMBERS)}"
        began = time.monotonic()
        await ada.send({"type": "post", "client_id": body, "body": body})
        await all_see([bob], body)
        found.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    return found


async def flood(eve: RoomSocket, *, first: int, until: asyncio.Event) -> int:
    """Post at ten times the rate; how many were sent."""
    sent = 0
    pause = 1 / (10 * limits.table.posting.rate.per_second)
    while not until.is_set():
        await eve.send(json.dumps({"type": "post", "client_id": f"{first + sent}", "body": "spam"}))
        sent += 1
        await asyncio.sleep(pause)
    return sent


async def test_ten_times_the_rate_is_refused_and_others_do_not_feel_it(strict: Site) -> None:
    async with members_of_a_room(strict, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        started = time.monotonic()
        burst = int(limits.table.posting.rate.burst)
        for number in range(burst):  # what she may say at once is not what this is about
            await eve.send({"type": "post", "client_id": f"{number}", "body": "spam"})
        await bob.until(lambda view: view.bodies.count("spam") >= burst)
        sent, p95 = burst, [0.0, 0.0]
        for _ in range(ATTEMPTS):
            rounds: list[tuple[float, float]] = []
            for _ in range(ROUNDS):  # in turns, so that the machine's other work is in both
                quiet = max(await delays(ada, bob))
                over = asyncio.Event()
                attack = asyncio.create_task(flood(eve, first=sent, until=over))
                rounds.append((quiet, max(await delays(ada, bob))))
                over.set()
                sent += await attack
            p95 = [statistics.median(worst) * 1000 for worst in zip(*rounds, strict=True)]
            if p95[1] < 1.2 * p95[0] + 20:
                break
        allowed = burst + limits.table.posting.rate.per_second * (time.monotonic() - started) + 1
        through = bob.view.bodies.count("spam")
        refusals = [f for f in eve.received if f.get("code") == "rate_limited"]
        print(f"{sent} sent, {through} let through; p95 {p95[0]:.1f} ms, {p95[1]:.1f} beside it")
        assert through <= allowed
        assert len(refusals) > (sent - through) // 2
        assert all(0 < frame["retry_after"] <= 0.3 for frame in refusals)
        assert p95[1] < 1.2 * p95[0] + 20


# Whatever frames they are ---------------------------------------------------------------------------

PING = client_frame(b"", first=0x89)
READ = client_frame(b'{"type": "read", "seq": 1, "ref": "r"}')
EDIT = client_frame(b'{"type": "edit", "seq": 1, "body": "not hers", "ref": "r"}')
ANSWERS = {PING: b"\x8a\x00", READ: b'"ref"', EDIT: b'"ref"'}


@pytest.mark.parametrize("frame", [PING, READ, EDIT], ids=["ping", "read", "edit"])
async def test_valid_frames_are_taken_no_faster_than_their_rate(strict: Site, frame: bytes) -> None:
    async with strict.visitor("Ada") as ada, strict.visitor("Eve") as eve:
        code = await ada.create()
        await eve.join(code)
        async with ada.socket(code) as room:
            sent, answered, took = await asyncio.to_thread(pour, eve, code, frame)
            began = time.monotonic()
            await room.post("the others go on")
            assert time.monotonic() - began < 1
    print(f"{sent} sent, {answered} answered in {took:.1f} s")
    assert sent > 5 * answered
    assert answered <= intake.FRAMES.burst + intake.FRAMES.per_second * took + 1


def pour(visitor: Visitor, code: str, frame: bytes) -> tuple[int, int, float]:
    """Send a frame for two seconds as fast as TCP takes it: how many were sent, and answered."""
    socket, sent, received = RawSocket(visitor, code), 0, b""
    socket.socket.setblocking(False)
    rest = frames = frame * 1000
    began = time.monotonic()
    while time.monotonic() < began + 2:
        with suppress(BlockingIOError):
            gone = socket.socket.send(rest)
            sent, rest = sent + gone, rest[gone:] or frames
        with suppress(BlockingIOError):
            received += socket.socket.recv(65536)
    took = time.monotonic() - began
    socket.close()
    return sent // len(frame), received.count(ANSWERS[frame]), took


async def test_a_person_has_a_bounded_number_of_sockets(strict: Site) -> None:
    async with strict.visitor("Eve") as eve, AsyncExitStack() as stack:
        code = await eve.create()
        opening = [stack.enter_async_context(eve.socket(code)) for _ in range(SOCKETS)]
        sockets = await asyncio.gather(*opening)
        with pytest.raises(SocketClosed) as refused:
            await eve.socket(code).connect()
        assert refused.value.code == 4002
        await sockets[0].close()
        await sockets[1].post("the others go on")
        async with asyncio.timeout(5):  # until the worker has heard that it is gone
            while True:
                with suppress(SocketClosed):
                    await stack.enter_async_context(eve.socket(code))
                    break
