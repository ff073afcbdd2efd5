"""Limits hold over all workers of a real site, and stay when Redis goes."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from rooms import limits
from tests.live.members import members_of_a_room, tab
from tests.support.client import FormRefused, FrameRefused, Visitor
from tests.support.plugin import StartSite
from tests.support.services import RedisServer
from tests.support.workers import Site


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def pair(start_site: StartSite, own_redis: RedisServer) -> Site:
    """Two workers with their limits on, and a Redis to stop."""
    settings = {"CHAT_RATE_LIMITS": "on"}
    return start_site(workers=2, postgres=True, redis_url=own_redis.url, settings=settings)


async def guess(eve: Visitor) -> int:
    with pytest.raises(FormRefused) as refusal:
        await eve.join("ZZZZ")
    return refusal.value.status


async def test_two_workers_are_no_way_round_a_limit(pair: Site, own_redis: RedisServer) -> None:
    async with (
        members_of_a_room(pair, "Ada", "Bob") as [ada, bob],
        tab(ada, site=pair, worker=1) as twin,
    ):
        # Posts: what is spent at one worker is settled with the other within a second or two.
        burst = int(limits.table.posting.rate.burst)
        for number in range(burst):
            await ada.send({"type": "post", "client_id": f"a{number}", "body": "spam"})
        await bob.until(lambda view: view.bodies.count("spam") >= burst)

        # At ten a second, which a bucket of its own would take for twenty.
        async def until_refused() -> int:
            for number in count():
                await twin.post(f"once more {number}")
                await asyncio.sleep(0.1)
            raise AssertionError

        with pytest.raises(FrameRefused) as refusal:
            await asyncio.wait_for(until_refused(), 10)
        assert refusal.value.frame["code"] == "rate_limited"
        through = sum(body.startswith("once more") for body in bob.view.bodies)
        assert through < burst // 2

        # Guesses: each is asked of Redis.
        async with pair.visitor("Eve") as eve, pair.visitor("Eve", worker=1) as other:
            tries = int(limits.table.guessing.rate.burst)
            statuses = [await guess([eve, other][number % 2]) for number in range(tries + 4)]
            assert statuses == [404] * tries + [429] * 4
            own_redis.stop()
            assert [await guess(eve), await guess(other)] == [429, 429], "no open door"
            await bob.post("and everyone talks on")
