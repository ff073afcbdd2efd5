"""Token buckets: a burst at once, then as many as time brings back."""

import pytest
from pytest_django import Settings

from rooms.errors import RateLimited
from rooms.limits import Bucket, Limiter, Rate

HOURLY = Rate(burst=3, per_second=1 / 3600)
INSTANT = Rate(burst=3, per_second=1e9)


def test_a_burst_passes_and_the_next_is_told_how_long_to_wait() -> None:
    bucket = Bucket(HOURLY)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert 3590 < bucket.take() <= 3600
    assert 7190 < bucket.take(2) <= 7200


def test_asking_in_vain_costs_nothing() -> None:
    bucket = Bucket(HOURLY)
    bucket.take(3)
    first = bucket.take()
    assert bucket.take() <= first


def test_a_look_takes_no_token_and_sees_that_there_is_none() -> None:
    bucket = Bucket(HOURLY)
    assert [bucket.take(0) for _ in range(9)] == [0] * 9
    bucket.take(3)
    assert bucket.take(0) > 0


def test_time_brings_tokens_back_up_to_the_burst() -> None:
    bucket = Bucket(INSTANT)
    assert all(bucket.take(3) == 0 for _ in range(100))
    assert bucket.take(4) > 0


def test_each_key_has_a_bucket_of_its_own() -> None:
    limiter = Limiter(HOURLY)
    limiter.require("ada", 3)
    with pytest.raises(RateLimited) as refusal:
        limiter.require("ada")
    assert refusal.value.retry_after
    limiter.require("bob", 3)


def test_no_limits_when_they_are_off(settings: Settings) -> None:
    settings.CHAT_RATE_LIMITS = False
    Limiter(HOURLY).require("ada", 1000)


def test_a_million_visitors_do_not_fill_the_memory() -> None:
    limiter = Limiter(INSTANT)
    for number in range(5000):
        limiter.require(f"visitor {number}")
    assert len(limiter._buckets) <= 1024


def test_a_limited_visitor_is_not_forgotten() -> None:
    limiter = Limiter(HOURLY)
    limiter.require("flood", 3)
    for number in range(3000):
        limiter.require(f"visitor {number}")
    with pytest.raises(RateLimited):
        limiter.require("flood")
