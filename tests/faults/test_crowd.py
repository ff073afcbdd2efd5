"""Everyone at the door at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.experiment import FULL, Experiment
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

POOL = 20  # connections to PostgreSQL of one worker at most: chatsite/settings.py
_SAMPLE_EVERY = 0.1  # seconds


async def test_all_clients_reconnect_at_once(rig: Rig, results: Results) -> None:
    async with Experiment(rig, FULL) as run, counting_connections(rig) as counts:

        async def fault() -> None:
            # All connections are cut in the same instant; nginx itself is back at once.
            await asyncio.to_thread(rig.nginx.stop)
            await asyncio.to_thread(rig.nginx.start)

        await run.run(fault)
        results.judge(
            "all clients reconnect at once",
            run,
            equals("clients cut", sum(1 for m in run.members if m.closed_at), FULL.clients),
            at_most("everyone is back", run.back_after(), 30),
            at_most("connections to PostgreSQL", max(counts), POOL * len(rig.workers), "at once"),
        )


@asynccontextmanager
async def counting_connections(rig: Rig) -> AsyncIterator[list[int]]:
    counts: list[int] = []
    done = False

    def sample() -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        database = rig.site.database_url.rpartition("/")[2]
        with rig.postgres.connect() as connection:
            while not done:
                row = connection.execute(query, [database, connection.info.backend_pid]).fetchone()
                counts.append(row[0] if row else 0)
                time.sleep(_SAMPLE_EVERY)

    sampling = asyncio.create_task(asyncio.to_thread(sample))
    try:
        yield counts
    finally:
        done = True
        await sampling
