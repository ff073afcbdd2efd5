"""People who do nothing wrong get in while others guess: they do not use up the same tries."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from rooms import addresses, limits
from rooms.errors import RateLimited, RoomNotFound, WrongPasscode
from rooms.limits import buckets

PASSWORD = "the right one, and a long one"


@pytest.fixture
def clock(settings: Any) -> Iterator[Callable[[float], None]]:
    """Full buckets, and a function that lets seconds go by."""
    settings.CHAT_RATE_LIMITS = True
    for limiter in limits.table.SHARED:
        limiter.forget()
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    with mock.patch.object(buckets, "monotonic", lambda: now):  # noqa: PT008 - it moves
        yield wait
    for limiter in limits.table.SHARED:
        limiter.forget()


def is_taken(attempt: Callable[[], None]) -> bool:
    """Whether a try was looked at, right or wrong."""
    try:
        attempt()
    except RateLimited:
        return False
    except (RoomNotFound, WrongPasscode):
        pass
    return True


def join(address: str, *, wrong: bool = False) -> None:
    code = "BBBB" if wrong else "CCCC"
    with limits.join(person="", address=addresses.network(address), code=code, at_home=False):
        if wrong:
            raise RoomNotFound


def unlock(address: str, *, wrong: bool = False) -> None:
    with limits.passcode(address=addresses.network(address), code="CCCC", typed=True):
        if wrong:
            raise WrongPasscode


@pytest.mark.parametrize(
    "guessers",
    [
        [f"2001:db8:0:{number:x}::1" for number in range(8)],
        [f"2001:db8:0:{number:x}00::1" for number in range(8)],
        [f"198.51.100.{number}" for number in range(40)],
    ],
    ids=["a /56", "a /48", "forty addresses"],
)
def test_newcomers_get_in_by_the_right_code_while_others_guess(
    clock: Callable[[float], None], guessers: list[str]
) -> None:
    for minute in range(15):
        for _ in range(20):
            clock(3)
            for guesser in guessers:
                is_taken(lambda guesser=guesser: join(guesser, wrong=True))  # type: ignore[misc]
        for newcomer in (f"203.0.113.{minute}", f"2001:db8:{minute + 1:x}::1"):
            assert is_taken(lambda newcomer=newcomer: join(newcomer)), minute  # type: ignore[misc]


def test_a_network_is_counted_as_a_whole(clock: Callable[[float], None]) -> None:
    inside = [f"2001:db8:0:{number:x}::1" for number in range(200)]
    tried = sum(is_taken(lambda a=a: join(a, wrong=True)) for a in inside)  # type: ignore[misc]
    assert tried == limits.table.guessing_near.rate.burst
    spread = [f"2001:db8:0:{number:x}00::1" for number in range(1, 200)]
    tried += sum(is_taken(lambda a=a: join(a, wrong=True)) for a in spread)  # type: ignore[misc]
    assert tried == limits.table.guessing_around.rate.burst


def test_the_right_passcode_is_looked_at_while_others_guess(
    clock: Callable[[float], None],
) -> None:
    guessers = [f"198.51.100.{number}" for number in range(7)]
    for minute in range(20):
        clock(60)
        for guesser in guessers * 5:
            is_taken(lambda guesser=guesser: unlock(guesser, wrong=True))  # type: ignore[misc]
        assert is_taken(lambda: unlock(f"203.0.113.{minute}"))  # noqa: B023


def log_in(client: Client, password: str, *, address: str, path: str = "/admin/login/") -> int:
    fields = {"username": "boss", "password": password}
    return client.post(path, fields, REMOTE_ADDR=address).status_code


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize("path", ["/admin/login/", "/account/login/"])
def test_a_browser_that_was_signed_in_before_can_sign_in_while_others_guess(
    settings: Any, path: str
) -> None:
    get_user_model().objects.create_superuser("boss", "boss@chat.example", PASSWORD)
    at_home = Client()
    assert log_in(at_home, PASSWORD, address="203.0.113.1") == 302
    at_home.post("/account/logout/")
    for limiter in limits.table.SHARED:
        limiter.forget()
    settings.CHAT_RATE_LIMITS = True
    for _ in range(12):
        log_in(Client(), "guess", address="198.51.100.1", path=path)
    assert log_in(Client(), PASSWORD, address="198.51.100.1", path=path) == 429
    assert log_in(Client(), PASSWORD, address="203.0.113.9", path=path) == 302, "a first try"
    for number in range(30):
        log_in(Client(), "guess", address=f"198.51.100.{number}", path=path)
    assert log_in(Client(), PASSWORD, address="203.0.113.9", path=path) == 429
    forger = Client()
    forger.cookies["signed_in"] = at_home.cookies["signed_in"].value[:-1]
    assert log_in(forger, PASSWORD, address="203.0.113.9", path=path) == 429
    assert log_in(at_home, PASSWORD, address="198.51.100.1", path=path) == 302
    # Nor does it try without end.
    at_home.post("/account/logout/")
    tries = [log_in(at_home, "guess", address="203.0.113.1", path=path) for _ in range(11)]
    assert tries[-1] == 429
    assert 429 not in tries[:-1]
