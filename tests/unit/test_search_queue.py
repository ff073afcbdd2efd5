"""Searches wait for each other in their order, and no page waits for them."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from rooms import places
from rooms.errors import RateLimited, Unavailable
from rooms.limits.searches import SearchQueue

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
    pages: ThreadPoolExecutor,
    queue: SearchQueue,
    place: Place,
    person: str,
    work: Callable[[], None],
) -> "Future[None]":
    """Search on a page of its own, and return when it waits for its turn."""

    def page() -> None:
        place.acquire()
        try:
            places.here.place = place
            with queue.slot(person=person):
                work()
        finally:
            place.release()

    searching = pages.submit(page)
    assert place.given_up.acquire(timeout=PATIENCE)
    return searching


def test_a_page_that_waits_gives_its_place_to_another_and_turns_come_in_order() -> None:
    queue, place, order = SearchQueue(at_once=1), Place(), list[str]()
    with ThreadPoolExecutor(5) as pages:
        with queue.slot(person="first"):
            waiting = [
                begin(pages, queue, place, name, lambda name=name: order.append(name))  # type: ignore[misc]
                for name in "abcde"
            ]
            assert place.acquire(timeout=PATIENCE)  # that all five held, one after the other
            place.release()
            assert order == []
        for searching in waiting:
            searching.result(PATIENCE)
    assert order == list("abcde")
    with queue.slot(person="last"):
        pass


def test_when_too_many_wait_the_rest_are_told_to_come_back() -> None:
    queue, place = SearchQueue(at_once=1, waiting=2), Place()
    with ThreadPoolExecutor(2) as pages, queue.slot(person="first"):
        for name in "ab":
            begin(pages, queue, place, name, lambda: None)
        with pytest.raises(Unavailable) as refusal, queue.slot(person="c"):
            pass
        assert refusal.value.retry_after
    for name in "abc":
        with queue.slot(person=name):
            pass


def test_a_search_without_a_turn_in_time_is_refused_and_takes_none_from_others() -> None:
    queue = SearchQueue(at_once=1, waiting=1, patience=0.01)
    with queue.slot(person="first"):
        for _ in range(3):
            with pytest.raises(Unavailable), queue.slot(person="late"):
                pass
    with queue.slot(person="late"):
        pass


def test_a_person_neither_fills_the_queue_nor_searches_twice_at_once() -> None:
    queue, place, order = SearchQueue(at_once=3, each=2), Place(), list[str]()
    with ThreadPoolExecutor(1) as pages:
        with queue.slot(person="eve"):
            second = begin(pages, queue, place, "eve", lambda: order.append("eve"))
            with pytest.raises(RateLimited) as refusal, queue.slot(person="eve"):
                pass
            assert refusal.value.retry_after
            with queue.slot(person="ada"):
                order.append("ada")
        second.result(PATIENCE)
    assert order == ["ada", "eve"]
    with queue.slot(person="eve"):
        pass


def test_a_search_that_fails_ends_its_turn() -> None:
    queue = SearchQueue(at_once=1, waiting=0, each=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="away"), queue.slot(person="ada"):
            raise ValueError("the database is away")
