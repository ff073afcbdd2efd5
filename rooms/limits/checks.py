"""Files that are whole are looked at two at a time on a worker: hashed, scanned, images made anew.

A page that does so, or waits for its turn, gives its place to another one (rooms/places.py); when too
many wait, the rest are told to come back.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rooms import places
from rooms.refusals.files import ManyFiles

AT_ONCE = 2
WAITING = 16
_LATER = 2  # seconds


class Checks:
    def __init__(self, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._free = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Have a turn in the body, which asks no database. Raises Unavailable when too many wait."""
        if not self._free.acquire(blocking=False):
            raise ManyFiles(retry_after=_LATER)
        try:
            with places.given_up(), self._turns:
                yield
        finally:
            self._free.release()


checks = Checks()
