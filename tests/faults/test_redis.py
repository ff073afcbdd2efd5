"""Redis is the doorbell: without it everything still arrives, only later."""

import asyncio
from contextlib import closing

import pytest
import redis

from tests.faults.experiment import FULL, Experiment, Scale, percentile
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig
from tests.support.client import Visitor

pytestmark = pytest.mark.fault

AWAY = 3.0  # seconds for which a restarting Redis is gone


async def test_flushall_and_a_restart_of_redis(rig: Rig, scale: Scale, results: Results) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, scale) as run:
        gone_at = returned_at = 0.0

        async def fault() -> None:
            nonlocal gone_at, returned_at
            with closing(redis.Redis.from_url(rig.redis.url)) as client:
                await asyncio.to_thread(client.flushall)
            await asyncio.sleep(1)
            gone_at = loop.time()
            await asyncio.to_thread(rig.redis.stop)
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(rig.redis.start)
            returned_at = loop.time()

        await run.run(fault)
        unseen = [
            t.seen_at - max(t.sent_at, returned_at)
            for t in run.timings
            if t.seen_at > returned_at and t.sent_at < returned_at + 10
        ]
        meanwhile = [
            t.acked_at - t.sent_at for t in run.timings if gone_at <= t.sent_at <= returned_at
        ]
        results.judge(
            "FLUSHALL, then a restart of Redis",
            run,
            at_most("delivering after its return", max(unseen), 5),
            equals("sockets closed", run.closes().total(), 0),
            equals(f"posts refused, of {len(meanwhile)} without Redis", run.refusals().total(), 0),
            at_most("acks go on, p99", percentile(meanwhile, 0.99), 1),
        )


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_redis_is_down_for_30_s_and_when_a_worker_starts(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, FULL) as run:
        gone_at = returned_at = 0.0
        newcomer = ""

        async def fault() -> None:
            nonlocal gone_at, returned_at, newcomer
            await asyncio.to_thread(rig.redis.stop)
            gone_at = loop.time()
            await asyncio.sleep(10)
            worker = rig.workers[2]
            await asyncio.to_thread(worker.restart)
            # It listens, and people can talk through it.
            async with (
                Visitor(worker.base_url, "Newcomer") as visitor,
                visitor.socket(await visitor.create()) as room,
            ):
                await room.post("hello")
                await room.until(lambda view: view.bodies == ["hello"])
                newcomer = "talks"
            await asyncio.sleep(gone_at + 30 - loop.time())
            returned_at = loop.time()
            await asyncio.to_thread(rig.redis.start)

        await run.run(fault)
        # A restarted worker's people are away for a moment: theirs is the rolling restart's row.
        meanwhile = [t for t in run.timings if gone_at <= t.sent_at <= returned_at]
        acks = [t.acked_at - t.sent_at for t in meanwhile]
        sights = [t.seen_at - t.sent_at for t in meanwhile]
        results.judge(
            "Redis down for 30 s, and at a worker's start",
            run,
            equals("through the worker that started without it one", newcomer, "talks"),
            at_most(f"{len(meanwhile)} acks without Redis, p99", percentile(acks, 0.99), 1),
            at_most("seen by all of the room over all workers, p99", percentile(sights, 0.99), 2),
            at_most("… the slowest", max(sights), 2),
        )
