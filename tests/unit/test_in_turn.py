"""Tries of one place at one passcode wait for one another."""

import threading

import pytest

from rooms import places
from rooms.errors import RateLimited
from rooms.limits.in_turn import InTurn


class Place:
    def __init__(self) -> None:
        self.given_up = threading.Event()

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        self.given_up.set()


def test_one_has_the_turn_and_the_next_gives_its_place_up_until_then() -> None:
    turns, had = InTurn(), list[str]()
    place, came = Place(), threading.Event()

    def come() -> None:
        places.here.place = place
        with turns.of("school K7QX"):
            had.append("second")
            came.set()

    with turns.of("school K7QX"):
        thread = threading.Thread(target=come)
        thread.start()
        assert place.given_up.wait(10)
        with turns.of("home K7QX"), turns.of("school BCDF"):
            had.append("elsewhere")
        had.append("first")
    thread.join()
    assert had == ["elsewhere", "first", "second"]
    assert not turns._turns, "nothing is left of them"


def test_more_than_may_wait_are_told_to_come_back() -> None:
    turns = InTurn(waiting=0)
    with turns.of("school K7QX"), pytest.raises(RateLimited), turns.of("school K7QX"):
        pass
    with turns.of("school K7QX"):
        pass
    assert not turns._turns
