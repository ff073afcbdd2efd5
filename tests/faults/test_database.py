"""The database holds a room, is away for long, or may only be read for a while."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

import httpx
import psycopg
import pytest

from tests.faults.experiment import FULL, Experiment, percentile
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig
from tests.support.client import Visitor

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

HELD = 15.0  # seconds for which somebody has one room's row
AWAY = (25.0, 70.0)  # seconds for which PostgreSQL is gone, one time and another
READ_ONLY = 20.0
BACK = 5.0  # seconds to the first ack after it can be written to again


async def test_somebody_holds_one_room(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    given_up = _logged(rig, "given up for dead")
    async with Experiment(rig, FULL) as run:
        stuck, well = run.members[0].code, run.members[1].code
        held_at = freed_at = 0.0
        entered: list[float] = []

        async def fault() -> None:
            nonlocal held_at, freed_at
            with held(rig, stuck):
                held_at = loop.time()
                while loop.time() < held_at + HELD:
                    entered.append(await newcomer(rig, well))
                freed_at = loop.time()

        await run.run(fault)
        elsewhere = [
            t.acked_at - t.sent_at
            for t in run.timings
            if t.room != stuck and held_at <= t.sent_at <= freed_at
        ]
        results.judge(
            f"somebody holds one room's row for {HELD:g} s",
            run,
            at_most(f"{len(elsewhere)} acks in other rooms, p99", percentile(elsewhere, 0.99), 1),
            at_most("… the slowest", max(elsewhere), 2),
            at_most(f"{len(entered)} newcomers of another room, the slowest", max(entered), 3),
            equals("sockets closed elsewhere", _closed_elsewhere(run, stuck), 0),
            equals("workers given up for dead", _logged(rig, "given up for dead") - given_up, 0),
        )


async def test_postgresql_is_away_for_long(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, FULL) as run, asking(rig) as statuses:
        away: list[tuple[float, float]] = []

        async def fault() -> None:
            for seconds in AWAY:
                gone_at = loop.time()
                await asyncio.to_thread(rig.postgres.stop)
                await asyncio.sleep(seconds)
                await asyncio.to_thread(rig.postgres.start)
                away.append((gone_at, loop.time()))
                await asyncio.sleep(15)

        logged = _logged(rig, "Traceback")
        await run.run(fault)
        first = [
            min(t.acked_at - back for t in run.timings if t.acked_at > back) for _, back in away
        ]
        results.judge(
            f"PostgreSQL is away for {AWAY[0]:g} s, and for {AWAY[1]:g} s",
            run,
            at_most("first ack after its return", max(first), BACK),
            equals("refusals say", set(run.refusals()), {"unavailable"}),
            equals("pages say", set(statuses) - {200}, {503}),
            equals("tracebacks", _logged(rig, "Traceback") - logged, 0),
        )


async def test_postgresql_may_only_be_read_for_a_while(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, FULL) as run, asking(rig) as statuses:
        back_at = 0.0
        ready: list[bool] = []

        async def fault() -> None:
            nonlocal back_at
            with read_only(rig):
                await asyncio.sleep(READ_ONLY)
                ready.extend([await asyncio.to_thread(worker.ready) for worker in rig.workers])
            back_at = loop.time()
            await asyncio.sleep(10)
            await newcomer(rig, run.members[0].code)

        logged = _logged(rig, "Traceback")
        await run.run(fault)
        results.judge(
            f"PostgreSQL may only be read for {READ_ONLY:g} s",
            run,
            equals("a worker calls itself ready", any(ready), False),
            at_most(
                "first ack when it can be written to",
                min(t.acked_at - back_at for t in run.timings if t.acked_at > back_at),
                BACK,
            ),
            equals("refusals say", set(run.refusals()), {"unavailable"}),
            equals("pages say", set(statuses) - {200}, {503}),
            equals("tracebacks", _logged(rig, "Traceback") - logged, 0),
        )


@contextmanager
def held(rig: Rig, code: str) -> Iterator[None]:
    """A psql with the row of a room's stream, in a transaction that it does not end."""
    with closing(psycopg.connect(rig.site.database_url)) as connection:
        connection.execute(
            "SELECT 1 FROM history_stream s JOIN rooms_room r ON r.stream_id = s.id"
            " WHERE r.code = %s FOR UPDATE OF s",
            [code],
        )
        yield


@contextmanager
def read_only(rig: Rig) -> Iterator[None]:
    """As the old primary is after a failover: whoever connects from now on may only read."""
    name = rig.site.database_url.rpartition("/")[2]
    with rig.postgres.connect() as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield
        connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')


async def newcomer(rig: Rig, code: str) -> float:
    """Somebody new comes in, by the form and by a socket. Returns the seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with Visitor(rig.base_url, f"Newcomer {began:.3f}") as visitor:
        await visitor.join(code)
        async with visitor.socket(code) as room:
            took = loop.time() - began
            # Said now, and not by the sweep when everybody else has seen the end of the log.
            await room.ask("leave")
            return took


@asynccontextmanager
async def asking(rig: Rig) -> AsyncIterator[Counter[int]]:
    """Somebody who is somebody asks for a page, again and again."""
    statuses: Counter[int] = Counter()

    async def ask(visitor: Visitor) -> None:
        while True:
            try:
                statuses[(await visitor.get("/account/")).status_code] += 1
            except httpx.HTTPError:
                statuses[0] += 1
            await asyncio.sleep(0.5)

    async with Visitor(rig.base_url, "Reader") as visitor:
        await visitor.create()
        task = asyncio.create_task(ask(visitor))
        try:
            yield statuses
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _closed_elsewhere(run: Experiment, code: str) -> int:
    return sum(len(member.closed_at) for member in run.members if member.code != code)


def _logged(rig: Rig, text: str) -> int:
    return sum(worker.process.log.read_text(errors="replace").count(text) for worker in rig.workers)
