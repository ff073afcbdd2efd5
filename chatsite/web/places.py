"""The places of pages: how many run at once, who waits for one, and in what order."""

import threading
from collections import deque
from collections.abc import Callable

Come = Callable[[], None]


class Places:
    """A semaphore that is fair, and bounded: whoever finds too many waiting need not wait."""

    def __init__(self, places: int, *, waiting: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: deque[Come] = deque()
        self._bound = waiting

    def ask(self, come: Come) -> bool | None:
        """Call `come` when there is a place for it, which it has to release.

        Returns True if that was at once, False if it will be in its turn, on whatever thread releases
        a place, and None if too many wait: then it is never called.
        """
        with self._lock:
            if not self._free:
                if len(self._waiting) >= self._bound:
                    return None
                self._waiting.append(come)
                return False
            self._free -= 1
        come()
        return True

    def withdraw(self, come: Come) -> bool:
        """Wait no longer. Return False if it has been called already."""
        with self._lock:
            try:
                self._waiting.remove(come)
            except ValueError:
                return False
            return True

    def acquire(self) -> bool:
        """Wait for a place on this thread, before all who have not begun. Returns True."""
        there = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._waiting.appendleft(there.set)
        there.wait()
        return True

    def release(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            come = self._waiting.popleft()
        come()
