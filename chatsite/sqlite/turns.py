"""A lock that is given in the order in which it was asked for; threading.Lock knows no order."""

from collections import deque
from threading import Event, Lock


class Turns:
    """One at a time, first come, first served. For threads of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken = False
        self._waiting: deque[Event] = deque()

    def take(self, timeout: float) -> bool:
        """Wait for a turn, `timeout` seconds at most. Return whether it came."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            given = Event()
            self._waiting.append(given)
        if given.wait(timeout):
            return True
        with self._lock:
            if given.is_set():  # it came just now
                return True
            self._waiting.remove(given)
            return False

    def end(self) -> None:
        """End the turn that was taken: the one who has waited longest has it next."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
