"""Tries of one place at one passcode, one after the other on a worker.

A try is paid for before it is known to be right, and there are five at a time: a class that types the right
passcode at one moment would use them up by itself. In turn, each gives its own back before the next one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rooms import places
from rooms.refusals.busy import ManySignIn

# Tries that wait for their turn, on one worker. Each has a thread.
WAITING = 24


class _Turn:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tries = 0  # that have it or wait for it


class InTurn:
    """Locks by key, with a bound on how many wait for all of them together."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, _Turn] = {}
        self._free = threading.BoundedSemaphore(waiting)

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Have the body to oneself. Raises RateLimited when too many wait already.

        A page that waits gives its place to another one.
        """
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.tries += 1
        try:
            self._take(turn)
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            with self._lock:
                turn.tries -= 1
                if not turn.tries:
                    del self._turns[key]

    def _take(self, turn: _Turn) -> None:
        if turn.lock.acquire(blocking=False):
            return
        if not self._free.acquire(blocking=False):
            raise ManySignIn(retry_after=2)
        try:
            with places.given_up():
                turn.lock.acquire()
        finally:
            self._free.release()


passcodes = InTurn()
