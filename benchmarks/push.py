"""Measure what a post costs in a busy room with a thousand subscriptions to web push, and without.

    .venv/bin/python -m benchmarks.push

One worker on PostgreSQL and Redis; four members who talk, twenty messages a second between them; and a
thousand others who are away, each with a browser that wants to hear of everything. Their push service
is a process of its own with real TLS. Rounds with and without the subscriptions take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from benchmarks.costs import cpu_seconds
from benchmarks.dialects import FrontPage
from benchmarks.neighbours import Watch, Writer
from tests.support.https import Asked, Authority, Server, answer
from tests.support.services import PostgresServer, RedisServer
from tests.support.workers import Site

WRITERS, SUBSCRIBERS = 4, 1000
# Seconds before a round counts.
SETTLE = 5
_KEPT = "CREATE TABLE kept AS SELECT * FROM rooms_pushsubscription"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30, help="of each round")
    parser.add_argument("--rounds", type=int, default=3, help="with, and as many without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(Path(directory))
        mine, theirs = multiprocessing.Pipe()
        service = multiprocessing.Process(target=_serve, args=(authority, theirs), daemon=True)
        service.start()
        os.sched_setaffinity(0, {1})  # the worker has a core to itself
        with PostgresServer() as postgres, RedisServer() as redis:
            url = postgres.url(postgres.new_database())
            pinned = ["taskset", "--cpu-list", "0"]
            redis_url, trust = redis.url, authority.settings
            with Site(database_url=url, redis_url=redis_url, settings=trust, prefix=pinned) as site:
                found = _measure(site, mine.recv(), options.rounds, options.seconds)
        service.kill()
    for name, took in found.items():
        cuts = statistics.quantiles(took, n=100)
        print(f"{name}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, of {len(took)} posts")


def _measure(site: Site, port: int, rounds: int, seconds: float) -> dict[str, list[float]]:
    where = site.workers[0].port
    cookie, code = FrontPage(where).enter(name="Ada")
    site.manage(
        "shell", "--no-imports", "-c",
        f"from benchmarks import push; push.fill({code!r}, {SUBSCRIBERS}, {port})",
    )  # fmt: skip
    site.execute(_KEPT)
    people = [FrontPage(where).enter(name=f"W{n}", code=code)[0] for n in range(WRITERS - 1)]
    writers = [Writer(where, who, code) for who in (cookie, *people)]
    for writer in writers:
        writer.open()
    found: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(2 * rounds):
        name = "with" if number % 2 else "without"
        site.execute("DELETE FROM rooms_push")
        site.execute("DELETE FROM rooms_pushsubscription")
        if name == "with":
            site.execute("INSERT INTO rooms_pushsubscription SELECT * FROM kept")
        time.sleep(SETTLE)
        before, began = _pushes(site), time.monotonic()
        cpu = cpu_seconds([site.workers[0].pid])
        end = began + seconds
        watches = [Watch(writer.post, end) for writer in writers]
        for watch in watches:
            watch.join()
            assert not watch.failed
            found[name] += [1000 * took for took in watch.took]
        took = time.monotonic() - began
        rate = (_pushes(site) - before) / took
        used = (cpu_seconds([site.workers[0].pid]) - cpu) / took
        cuts = statistics.quantiles([t for w in watches for t in w.took], n=100)
        print(
            f"{name}: p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.1f} ms, "
            f"{rate:.0f} notifications a second, {used:.2f} of a core, "
            f"load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    return found


def _pushes(site: Site) -> float:
    text = httpx.get(f"{site.url}/metrics", trust_env=False).text
    lines = [
        line for line in text.splitlines() if line.startswith('chat_pushes_total{result="sent"')
    ]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def _serve(authority: Authority, port: Connection) -> None:
    """Be a push service that takes everything: elsewhere, so it is not to be in the way here."""
    os.nice(5)

    async def created(asked: Asked, writer: object) -> bytes:
        return answer(201, Location="/m")

    async def serve() -> None:
        async with Server(created, tls=authority.context("127.0.0.1")) as server:
            port.send(server.port)
            await asyncio.Event().wait()

    asyncio.run(serve())


def fill(code: str, count: int, port: int) -> None:
    """Give a room members who are away, each with a subscription. Run inside the site."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.db import transaction

    from rooms.actions import sign_ins, subscriptions
    from rooms.models import Membership, Room, User
    from rooms.sessions import SessionStore
    from tests.support.push_keys import BrowserKeys

    room = Room.objects.get(code=code, closed_at=None)
    names = [f"away-{n}" for n in range(count)]
    User.objects.bulk_create(
        User(username=name, display_name=name, name_key=name, password="!") for name in names
    )
    users = list(User.objects.filter(username__startswith="away-"))
    Membership.objects.bulk_create(
        Membership(room=room, user=user, bell=Membership.Bell.EVERYTHING) for user in users
    )
    with transaction.atomic():
        for user in users:
            store = SessionStore()
            store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
            store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            store.create()
            key = str(store.session_key)
            sign_ins.begin(user=user, key=key, agent="", address="")
            keys = BrowserKeys().subscription(f"https://127.0.0.1:{port}/{user.pk}")
            origin = "https://chat.example.org"
            subscriptions.subscribe(user=user, session_key=key, origin=origin, agent="", **keys)
    print(json.dumps({"subscriptions": len(users)}))


if __name__ == "__main__":
    main()
