"""Buckets that workers share: one Redis, asked by pages and told by sockets."""

import random
import socket
import time
from collections.abc import Iterator

import pytest
import redis
from pytest_django import Settings

from rooms import limits
from rooms.errors import RateLimited
from rooms.limits import Claim, Limiter, Rate, shared
from tests.support.services import RedisServer

# So slow that time plays no part.
RATE = Rate(burst=10, per_second=1 / 36_000)


def worker(name: str = "test", rate: Rate = RATE) -> Limiter:
    """The limiter of one worker; others of the name are those of other workers."""
    return Limiter(rate, name)


def passes(limiter: Limiter, key: str, tokens: float = 1) -> bool:
    """Whether a page is let through."""
    try:
        limits.require([Claim(limiter, key, tokens)])
    except RateLimited:
        return False
    return True


@pytest.fixture(autouse=True)
def _forgotten(redis_server: RedisServer, settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = redis_server.url
    shared.store.cache_clear()
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    yield
    shared.store.cache_clear()


def test_an_action_that_one_worker_let_through_another_counts() -> None:
    one, other = worker(), worker()
    assert [passes(one, "eve") for _ in range(6)] == [True] * 6
    assert [passes(other, "eve") for _ in range(6)] == [True] * 4 + [False] * 2
    assert not passes(one, "eve")
    assert passes(one, "bob")


def test_several_claims_are_met_together_or_not_at_all() -> None:
    wide, narrow = worker("wide"), worker("narrow", Rate(burst=2, per_second=1 / 36_000))
    claims = [Claim(wide, "eve"), Claim(narrow, "eve")]
    for _ in range(2):
        limits.require(claims)
    for _ in range(50):
        with pytest.raises(RateLimited) as refusal:
            limits.require(claims)
    assert refusal.value.retry_after == pytest.approx(36_000, rel=0.01)
    fresh = worker("wide")
    assert sum(passes(fresh, "eve") for _ in range(20)) == 8
    # Also when it is another worker's store, not this one's memory, that refuses.
    elsewhere = [Claim(worker("free"), "eve"), Claim(worker("narrow", narrow.rate), "eve")]
    with pytest.raises(RateLimited):
        limits.require(elsewhere)
    assert sum(passes(elsewhere[0].limiter, "eve") for _ in range(20)) == 10


def test_a_look_takes_nothing() -> None:
    one, other = worker(), worker()
    assert all(passes(one, "eve", 0) for _ in range(30))
    assert passes(other, "eve", 10)
    assert not passes(one, "eve", 0)


def test_a_count_given_back_is_there_for_every_worker() -> None:
    one, other = worker(), worker()
    assert passes(one, "ada", 10)
    limits.give_back([Claim(one, "ada", 7)])
    assert passes(other, "ada", 4)
    assert passes(one, "ada", 3)
    limits.give_back([Claim(one, "ada", 99)])
    assert not passes(one, "ada", 11)


def test_the_store_counts_as_the_memory_does() -> None:
    local, far = Limiter(RATE), worker()
    numbers = random.Random(7)
    for _ in range(400):
        tokens = numbers.choice([0, 0.5, 1, 2, 5])
        try:
            local.require("eve", tokens)
            here = True
        except RateLimited:
            here = False
        fresh = Limiter(RATE, far.name)  # no memory of its own: the store alone
        assert passes(fresh, "eve", tokens) == here
        if numbers.random() < 0.3:
            given = numbers.choice([0.5, 3])
            local.bucket("eve").give(given)
            limits.give_back([Claim(fresh, "eve", given)])


def test_time_brings_tokens_back_on_the_clock_of_the_store() -> None:
    quick = Rate(burst=4, per_second=20)
    assert passes(worker(rate=quick), "eve", 4)
    assert not passes(worker(rate=quick), "eve", 2)
    time.sleep(0.11)
    assert passes(worker(rate=quick), "eve", 2)


def test_full_buckets_take_no_room_in_the_store(redis_server: RedisServer) -> None:
    quick = worker(rate=Rate(burst=100, per_second=100))
    for number in range(200):
        assert passes(quick, f"visitor {number}")
    with redis.Redis.from_url(redis_server.url) as client:
        deadline = time.monotonic() + 5
        while client.dbsize():
            assert time.monotonic() < deadline
            time.sleep(0.01)


async def test_the_spending_of_sockets_is_settled_in_one_go() -> None:
    one, other = worker(), worker()
    settlers = [shared.Settler([limiter]) for limiter in (one, other)]
    try:
        for _ in range(8):
            one.require("eve")  # nobody is asked
        other.require("eve")
        for settler in settlers:
            await settler.settle()
        # Nine of ten are gone; the second worker has heard of it, the first will.
        other.require("eve")
        with pytest.raises(RateLimited):
            other.require("eve")
        await settlers[1].settle()
        one.require("eve")
        await settlers[0].settle()
        with pytest.raises(RateLimited):
            one.require("eve")
        other.require("bob", 10)
    finally:
        for settler in settlers:
            await settler.close()


async def test_spending_beyond_the_burst_is_paid_off_and_no_more_than_a_burst() -> None:
    """Many workers may each have let a burst through before they heard of one another."""
    workers = [worker() for _ in range(5)]
    for limiter in workers:
        limiter.require("eve", 10)
        settler = shared.Settler([limiter])
        await settler.settle()
        await settler.close()
    with pytest.raises(RateLimited) as refusal:
        workers[-1].require("eve")
    assert refusal.value.retry_after == pytest.approx(11 * 36_000, rel=0.01)


async def test_more_keys_than_fit_into_one_run_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_CHUNK", 7)
    one = worker()
    for number in range(40):
        one.require(f"visitor {number}", 6)
    settler = shared.Settler([one])
    await settler.settle()
    await settler.close()
    assert not any(passes(worker(), f"visitor {number}", 5) for number in range(40))


def test_without_the_store_each_worker_keeps_its_own_limit(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    one = worker()
    assert [passes(one, "eve") for _ in range(12)] == [True] * 10 + [False] * 2


async def test_a_store_that_comes_back_is_told_the_counts_it_missed(settings: Settings) -> None:
    there, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:9/0"
    one = worker()
    assert passes(one, "eve", 9)
    settler = shared.Settler([one])
    with pytest.raises(redis.exceptions.ConnectionError):
        await settler.settle()
    await settler.close()
    settings.REDIS_URL = there
    settler = shared.Settler([one])
    await settler.settle()
    await settler.close()
    assert not passes(worker(), "eve", 2)


def test_a_store_that_does_not_answer_holds_a_page_up_once(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.REDIS_URL = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        one = worker()
        started = time.monotonic()
        assert [passes(one, "eve") for _ in range(12)] == [True] * 10 + [False] * 2
        assert time.monotonic() - started < 5 * shared.TIMEOUT


def test_off_is_off(settings: Settings) -> None:
    settings.CHAT_RATE_LIMITS = False
    assert passes(worker(), "eve", 1000)
    settings.CHAT_RATE_LIMITS = True
    assert passes(worker(), "eve", 10)
