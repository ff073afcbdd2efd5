"""Measure talk beside a hundred uploads at once, and a worker's memory over a thousand.

    .venv/bin/python -m benchmarks.files

One worker on PostgreSQL and Redis with a core of its own, and twenty people in a room. They post five
times a second, alone and while ten of them send ten photos each at once. Then ten send a file of 200 KB
at a time, each posted, until there are a thousand.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import statistics
import time
from pathlib import Path

from PIL import Image

from tests.support.client import RoomSocket, Visitor
from tests.support.services import PostgresServer, RedisServer
from tests.support.uploads import Uploader
from tests.support.workers import Site

PEOPLE, SENDERS, RATE = 20, 10, 5
UPLOADS, FILES, FILE = 100, 1000, 200_000
# The shares that a person and a room have, in MiB: this is more than a person sends.
SHARES = {"CHAT_FILES_PERSON": "100000", "CHAT_FILES_ROOM": "100000"}
# A photo waits until those before it are made again. Seconds.
PATIENCE = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20, help="of talk alone")
    options = parser.parse_args()
    os.sched_setaffinity(0, {1})  # the worker has a core to itself
    with PostgresServer() as postgres, RedisServer() as redis:
        url = postgres.url(postgres.new_database())
        pinned = ["taskset", "--cpu-list", "0"]
        settings = SHARES | {"CHAT_RATE_LIMITS": "off"}
        with Site(database_url=url, redis_url=redis.url, settings=settings, prefix=pinned) as site:
            asyncio.run(_measure(site, options.seconds))


async def _measure(site: Site, seconds: float) -> None:
    first = site.visitor("P0")
    code = await first.create()
    people = [first, *(site.visitor(f"P{n}") for n in range(1, PEOPLE))]
    for one in people[1:]:
        await one.join(code)
    sockets = [one.socket(code) for one in people]
    for socket in sockets:
        await socket.connect()
    await _talk(sockets, 5)  # does not count: everything is done for the first time
    _tell("alone", await _talk(sockets, seconds))
    sending = asyncio.create_task(_send_photos(people[:SENDERS], code))
    beside: list[float] = []
    while not sending.done():
        beside += await _talk(sockets, 2)
    _tell(f"beside {UPLOADS} uploads, {await sending:.0f} s long", beside)
    _tell("alone again", await _talk(sockets, seconds))
    await _send_files(people[:SENDERS], sockets, code, site.workers[0].pid)
    for socket in sockets:
        await socket.close()
    for one in people:
        await one.http.aclose()


async def _talk(sockets: list[RoomSocket], seconds: float) -> list[float]:
    """Post RATE times a second, by everybody in turn. Return the milliseconds until each ack."""

    async def post(socket: RoomSocket, number: int) -> float:
        began = time.monotonic()
        await socket.post(f"word {number}")
        return 1000 * (time.monotonic() - began)

    posts, began = [], time.monotonic()
    for number in range(int(seconds * RATE)):
        await asyncio.sleep(max(0, began + number / RATE - time.monotonic()))
        posts.append(asyncio.create_task(post(sockets[number % PEOPLE], number)))
    return await asyncio.gather(*posts)


async def _send_photos(people: list[Visitor], code: str) -> float:
    """Return the seconds until all are ready."""
    noise = Image.frombytes("RGB", (480, 320), os.urandom(480 * 320 * 3))
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=90)
    for one in people:
        one.http.timeout = PATIENCE
    began = time.monotonic()
    await asyncio.gather(
        *(
            Uploader(people[n % SENDERS], code).send(
                file.getvalue(), name=f"{n}.jpg", kind="image/jpeg", client_id=f"photo{n}"
            )
            for n in range(UPLOADS)
        )
    )
    return time.monotonic() - began


async def _send_files(
    people: list[Visitor], sockets: list[RoomSocket], code: str, pid: int
) -> None:
    data = os.urandom(FILE)
    print(f"the worker's memory: {_memory(pid):.1f} MiB", flush=True)
    for start in range(0, FILES, SENDERS):
        kept = await asyncio.gather(
            *(
                Uploader(people[n], code).send(data, client_id=f"file{start + n}")
                for n in range(SENDERS)
            )
        )
        await asyncio.gather(
            *(
                sockets[n].ask(
                    "post", client_id=f"p{start + n}", body="", files=[{"id": one["id"]}]
                )
                for n, one in enumerate(kept)
            )
        )
        if not (start + SENDERS) % 100:
            print(f"after {start + SENDERS} files: {_memory(pid):.1f} MiB", flush=True)


def _memory(pid: int) -> float:
    """MiB that a process has in memory, from Linux's /proc."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _tell(name: str, took: list[float]) -> None:
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{name}: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms of {len(took)} posts, "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
