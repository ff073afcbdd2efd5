"""Workers that are killed, or replaced one after the other, or asked the same thing at once."""

import asyncio

import pytest

from tests.faults.browsing import browsing
from tests.faults.experiment import FULL, Experiment, Scale
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig, wait_until_ready
from tests.support.client import RoomSocket, Visitor

pytestmark = pytest.mark.fault

COME_BACK = {1012, 4000}  # restarting


async def test_kill_9_of_a_worker(rig: Rig, scale: Scale, results: Results) -> None:
    loop = asyncio.get_running_loop()
    victim = rig.workers[0]
    async with Experiment(rig, scale) as run:
        rooms = sorted({member.code for member in run.members})[:4]
        # People who were connected through that worker and do not come back. Their leave takes the
        # lease and the grace: too long for the short run.
        ghosts = [await enter(victim.base_url, code) for code in (rooms if scale is FULL else [])]
        killed_at = 0.0

        async def fault() -> None:
            nonlocal killed_at
            killed_at = loop.time()
            victim.kill()
            await asyncio.sleep(1)  # systemd's RestartSec
            await asyncio.to_thread(victim.start)
            for ghost in ghosts:
                witness = run.in_room(ghost.code)[0]
                await witness.until(
                    lambda view, ghost=ghost: ghost.view.you["id"] not in view.members, timeout=60
                )

        await run.run(fault)
        left_at = [
            run.in_room(ghost.code)[0].recording.left_at[ghost.view.you["id"]] for ghost in ghosts
        ]
        under_way = [t for t in run.timings if t.sent_at <= killed_at <= t.seen_at]
        results.judge(
            "kill -9 of a worker",
            run,
            equals("someone lost their socket", bool(run.closes()), True),
            at_most("everyone is back", run.back_after(), 10),
            at_most(
                f"posts under way ({len(under_way)}) are seen by all",
                max((t.seen_at - killed_at for t in under_way), default=0.0),
                10,
            ),
            *(at_most("one of its people leaves", at - killed_at, 45) for at in left_at),
        )


async def test_rolling_restart_of_all_workers(rig: Rig, scale: Scale, results: Results) -> None:
    async with Experiment(rig, scale) as run, browsing(rig.base_url) as pages:

        async def fault() -> None:
            for worker in rig.workers:
                assert await asyncio.to_thread(worker.terminate) == 0
                await asyncio.to_thread(worker.start)
                await asyncio.to_thread(wait_until_ready, worker)
                await asyncio.sleep(2)  # nginx's fail_timeout: it asks this one again

        await run.run(fault)
        results.judge(
            "rolling restart of all workers",
            run,
            equals(f"failed of {pages.requests} HTTP requests", pages.failures, []),
            equals("close codes of another kind", sorted(set(run.closes()) - COME_BACK), []),
            equals("someone was asked to come back", bool(run.closes()), True),
            at_most("everyone is back", run.back_after(), 3),
        )


async def test_the_same_post_ten_times_over_three_workers(
    rig: Rig, scale: Scale, results: Results
) -> None:
    async with Experiment(rig, scale) as run:
        # Its outbox is empty before each post, so that none of its posts overtakes another.
        poster, run.authors = run.members[0], run.members[1:]
        sockets = [await beside(poster, worker.base_url) for worker in rig.workers]
        acked: list[set[int]] = []

        async def fault() -> None:
            for _ in range(200 if scale is FULL else 20):
                client_id = run.post(poster)
                fields = {"client_id": client_id, "body": poster.sent[-1].body}
                again = (sockets[n % len(sockets)].ask("post", **fields) for n in range(10))
                acked.append({ack["seq"] for ack in await asyncio.gather(*again)})
                await poster.outbox.join()

        await run.run(fault)
        for socket in sockets:
            await socket.close()
        posts = [sent.client_id for sent in run.sent()]
        stored = rig.site.rows(
            "SELECT count(*), count(DISTINCT client_id) FROM history_message"
            " WHERE client_id = ANY(%s)",
            [posts],
        )
        results.judge(
            "the same post ten times over three workers",
            run,
            equals("numbers that one post was acked with", {len(each) for each in acked}, {1}),
            equals("rows, and posts in them", stored[0], (len(posts), len(posts))),
        )


async def enter(base_url: str, code: str) -> RoomSocket:
    """Someone in a room through one worker, who does not come back when it is gone."""
    visitor = Visitor(base_url, "Ghost")
    await visitor.join(code)
    return await visitor.socket(code).connect()


async def beside(member: RoomSocket, base_url: str) -> RoomSocket:
    """One more socket of the same person, through one worker."""
    socket = RoomSocket(member.visitor, member.code, base_urls=[base_url])
    return await socket.connect()
