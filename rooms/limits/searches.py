"""A worker does two searches at once. The others wait in the order in which they came.

A search is work for the processor, and eight at once would be all the places that pages have. One that
waits gives its place to another page (rooms/places.py), and when too many wait the rest are told to
come back. Each is charged to its person and their address by the time it took, which nobody knows
before: so it is owed afterwards, and nothing more is looked for until that is paid off.
"""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rooms import limits, places
from rooms.refusals import ManySearch, SearchesUnderWay

AT_ONCE = 2
WAITING = 16
# Of one person, with those that wait.
EACH = 4
# Seconds that a search waits at the most.
PATIENCE = 10.0
_LATER = 2  # seconds


class SearchQueue:
    """A few searches at once, and a bounded queue."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        each: int = EACH,
        patience: float = PATIENCE,
    ) -> None:
        self._lock = threading.Lock()
        self._free = at_once  # 0 while somebody waits
        self._queue = deque[threading.Event]()
        self._of: Counter[str] = Counter()
        self._waiting, self._each, self._patience = waiting, each, patience

    @contextmanager
    def slot(self, *, person: str) -> Iterator[None]:
        """Have a turn in the body.

        Raises RateLimited to a person who has enough under way, and Unavailable if too many wait or
        no turn comes in time.
        """
        turn = self._ask(person)
        try:
            if not turn.is_set():
                with places.given_up():
                    turn.wait(self._patience)
                if not turn.is_set():
                    raise ManySearch(retry_after=_LATER)
            yield
        finally:
            self._end(person, turn)

    def _ask(self, person: str) -> threading.Event:
        """Return what is set when the turn comes. It may have come already."""
        turn = threading.Event()
        with self._lock:
            if self._of[person] >= self._each:
                raise SearchesUnderWay(retry_after=_LATER)
            if self._free:
                self._free -= 1
                turn.set()
            elif len(self._queue) < self._waiting:
                self._queue.append(turn)
            else:
                raise ManySearch(retry_after=_LATER)
            self._of[person] += 1
        return turn

    def _end(self, person: str, turn: threading.Event) -> None:
        """Give the turn to the next in the queue, or leave the queue if it has not come."""
        with self._lock:
            self._of[person] -= 1
            if not self._of[person]:
                del self._of[person]
            if not turn.is_set():
                self._queue.remove(turn)
            elif self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1


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
