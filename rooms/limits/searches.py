"""A worker runs two searches at once, of two people. Others wait in the order in which they came.

A search is work for the processor, and eight at once would take all the places that pages have. A search
that waits gives its place to another page (rooms/places.py); when too many wait, the rest are told to
come back. Each search is charged to its person and address by the time it took. That is known only
afterwards, so the person owes it, and is refused further searches until it is paid off.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from rooms import limits, places
from rooms.refusals.busy import ManySearch, SearchesUnderWay

AT_ONCE = 2
WAITING = 16
# Of one person, including those that wait. One of them is under way: two that compute side by side would
# make everybody else wait for the interpreter twice as long.
EACH = 4
# Seconds that a search waits at most.
PATIENCE = 10.0
_LATER = 2  # seconds


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """A search of a person; `turn` is set when its turn comes."""

    person: str
    turn: threading.Event = field(default_factory=threading.Event)


class SearchQueue:
    """A few searches at once, one of each person, and a bounded queue."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        each: int = EACH,
        patience: float = PATIENCE,
    ) -> None:
        self._lock = threading.Lock()
        self._at_once = at_once
        self._under_way: set[str] = set()  # people
        self._queue: list[_Search] = []
        self._of: Counter[str] = Counter()
        self._waiting, self._each, self._patience = waiting, each, patience

    @contextmanager
    def slot(self, *, person: str) -> Iterator[None]:
        """Have a turn in the body.

        Raises RateLimited to a person who has enough under way, and Unavailable if too many wait or
        no turn comes in time.
        """
        search = self._ask(person)
        try:
            if not search.turn.is_set():
                with places.given_up():
                    search.turn.wait(self._patience)
                if not search.turn.is_set():
                    raise ManySearch(retry_after=_LATER)
            yield
        finally:
            self._end(search)

    def _ask(self, person: str) -> _Search:
        """Return a search whose turn will come. It may have come already."""
        search = _Search(person)
        with self._lock:
            if self._of[person] >= self._each:
                raise SearchesUnderWay(retry_after=_LATER)
            if self._may_start(search):
                self._start(search)
            elif len(self._queue) < self._waiting:
                self._queue.append(search)
            else:
                raise ManySearch(retry_after=_LATER)
            self._of[person] += 1
        return search

    def _may_start(self, search: _Search) -> bool:
        return len(self._under_way) < self._at_once and search.person not in self._under_way

    def _start(self, search: _Search) -> None:
        self._under_way.add(search.person)
        search.turn.set()

    def _end(self, search: _Search) -> None:
        """Give the turn to the next in the queue, or leave the queue if it has not come."""
        with self._lock:
            self._of[search.person] -= 1
            if not self._of[search.person]:
                del self._of[search.person]
            if search.turn.is_set():
                self._under_way.remove(search.person)
            else:
                self._queue.remove(search)
            # Only one place is free. Its next search may be of somebody behind whoever has one.
            for waiting in self._queue:
                if self._may_start(waiting):
                    self._queue.remove(waiting)
                    self._start(waiting)
                    break


queue = SearchQueue()


@contextmanager
def slot(*, person: str, address: str) -> Iterator[None]:
    """A person's search, in the body, charged by the time it takes. Raises RateLimited, Unavailable."""
    limits.search(person=person, address=address)
    with queue.slot(person=person):
        began = monotonic()
        try:
            yield
        finally:
            limits.searched(person=person, address=address, seconds=monotonic() - began)
