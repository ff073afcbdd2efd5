"""Searches wait for each other in their order, and no page waits for them."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from history.search.turns import Turns
from rooms import places
from rooms.errors import RateLimited, Unavailable

PATIENCE = 10


class Place:
    """The only one that pages have, and who gives it up."""

    def __init__(self) -> None:
        self._one = threading.Semaphore(1)
        self.given_up = threading.Semaphore(0)

    def acquire(self, timeout: float | None = None) -> bool:
        return self._one.acquire(timeout=timeout)

    def release(self) -> None:
        self._one.release()
        self.given_up.release()


def begin(
    pages: ThreadPoolExecutor, turns: Turns, place: Place, person: str, work: Callable[[], None]
) -> "Future[None]":
    """Search on a page of its own, and return when it waits for its turn."""

    def page() -> None:
        place.acquire()
        try:
            places.here.place = place
            with turns.one(person=person):
                work()
        finally:
            place.release()

    searching = pages.submit(page)
    assert place.given_up.acquire(timeout=PATIENCE)
    return searching


def test_a_page_that_waits_gives_its_place_to_another_and_turns_come_in_order() -> None:
    turns, place, order = Turns(at_once=1), Place(), list[str]()
    with ThreadPoolExecutor(5) as pages:
        with turns.one(person="first"):
            waiting = [
                begin(pages, turns, place, name, lambda name=name: order.append(name))  # type: ignore[misc]
                for name in "abcde"
            ]
            assert place.acquire(timeout=PATIENCE)  # that all five held, one after the other
            place.release()
            assert order == []
        for searching in waiting:
            searching.result(PATIENCE)
    assert order == list("abcde")
    with turns.one(person="last"):
        pass


def test_when_too_many_wait_the_rest_are_told_to_come_back() -> None:
    turns, place = Turns(at_once=1, waiting=2), Place()
    with ThreadPoolExecutor(2) as pages, turns.one(person="first"):
        for name in "ab":
            begin(pages, turns, place, name, lambda: None)
        with pytest.raises(Unavailable) as refusal, turns.one(person="c"):
            pass
        assert refusal.value.retry_after
    for name in "abc":
        with turns.one(person=name):
            pass


def test_who_gets_no_turn_in_time_is_told_to_come_back_and_takes_none_from_others() -> None:
    turns = Turns(at_once=1, waiting=1, patience=0.01)
    with turns.one(person="first"):
        for _ in range(3):
            with pytest.raises(Unavailable), turns.one(person="late"):
                pass
    with turns.one(person="late"):
        pass


def test_a_person_does_not_fill_the_queue() -> None:
    turns = Turns(at_once=3, each=2)
    with turns.one(person="eve"), turns.one(person="eve"):
        with pytest.raises(RateLimited) as refusal, turns.one(person="eve"):
            pass
        assert refusal.value.retry_after
        with turns.one(person="ada"):
            pass
    with turns.one(person="eve"):
        pass


def test_a_search_that_fails_ends_its_turn() -> None:
    turns = Turns(at_once=1, waiting=0, each=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="away"), turns.one(person="ada"):
            raise ValueError("the database is away")
