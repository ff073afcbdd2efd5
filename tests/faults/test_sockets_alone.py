"""Workers go and hang while nobody asks for a page: nothing tells nginx that a worker is well again."""

import asyncio

import pytest

from tests.faults.experiment import FULL, Experiment, percentile
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig, wait_until_ready

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

HANGS = 30.0  # seconds


async def test_workers_are_killed_with_sockets_alone(rig: Rig, results: Results) -> None:
    async with Experiment(rig, FULL) as run:

        async def fault() -> None:
            for worker in rig.workers:
                worker.kill()
                await asyncio.sleep(1)  # systemd's RestartSec
                await asyncio.to_thread(worker.start)
                await asyncio.to_thread(wait_until_ready, worker)
                await asyncio.sleep(5)

        before = _out_of_workers(rig)
        await run.run(fault)
        results.judge(
            "workers are killed, one after the other, with sockets alone",
            run,
            equals("someone lost their socket", bool(run.closes()), True),
            equals("times nginx had no worker left", _out_of_workers(rig) - before, 0),
            at_most("back after, p95", percentile(_away(run), 0.95), 3),
            at_most("everyone is back", run.back_after(), 10),
        )


async def test_a_worker_hangs(rig: Rig, results: Results) -> None:
    hanging = rig.workers[0].process
    async with Experiment(rig, FULL) as run:

        async def fault() -> None:
            hanging.pause()
            await asyncio.sleep(HANGS)
            hanging.resume()

        await run.run(fault)
        results.judge(
            f"a worker hangs for {HANGS:g} s",
            run,
            equals("someone gave their socket up", bool(run.closes()), True),
            # Five seconds until the client gives up a handshake that nobody answers, a pause, and the
            # two seconds after which nginx asks the next worker whether it answers.
            at_most("back after, p95", percentile(_away(run), 0.95), 8),
            at_most("everyone is back", run.back_after(), 10),
        )


def _away(run: Experiment) -> list[float]:
    return [after for member in run.members for after in member.came_back_after()]


def _out_of_workers(rig: Rig) -> int:
    return rig.nginx.process.log.read_text(errors="replace").count("no live upstreams")
