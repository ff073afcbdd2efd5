"""The simulated time, and the cores that do work in it."""

import heapq
import itertools
from collections.abc import Callable

Event = Callable[[], object]


class Clock:
    """Simulated seconds. What is due at the same time happens in the order in which it was asked for."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()

    def at(self, time: float, event: Event) -> None:
        heapq.heappush(self._due, (max(time, self.now), next(self._order), event))

    def after(self, seconds: float, event: Event) -> None:
        self.at(self.now + seconds, event)

    def run(self, until: float) -> None:
        """Let everything happen that is due before `until`."""
        while self._due and self._due[0][0] <= until:
            self.now, _, event = heapq.heappop(self._due)
            event()
        self.now = until

    @property
    def pending(self) -> int:
        return len(self._due)


class Core:
    """One or more processor cores that take work first come, first served, and finish what they began.

    An event loop is one such core. Processes that share a core share the object: each job waits for all
    that came before it, whosever they are.
    """

    def __init__(self, clock: Clock, *, name: str, count: int = 1) -> None:
        self.name = name
        self._clock = clock
        self._free_at = [0.0] * count  # a heap
        self._given = 0.0  # seconds of work since the last reading
        self._since = 0.0

    def run(self, seconds: float, then: Event | None = None) -> tuple[float, float]:
        """Queue some work. Return when it begins and when it ends, which is when `then` is called."""
        begins = max(self._clock.now, self._free_at[0])
        ends = begins + seconds
        heapq.heapreplace(self._free_at, ends)
        self._given += seconds
        if then is not None:
            self._clock.at(ends, then)
        return begins, ends

    def start_reading(self) -> None:
        """Measure from now on. Work that waits already counts, since it is still to be done."""
        self._since, self._given = self._clock.now, self.backlog

    @property
    def backlog(self) -> float:
        """Return the seconds of work that waits or is under way."""
        return sum(max(0.0, free - self._clock.now) for free in self._free_at)

    @property
    def offered(self) -> float:
        """Return the work given, as a share of what could be done: above 1 the queue grows."""
        elapsed = self._clock.now - self._since
        return self._given / (elapsed * len(self._free_at)) if elapsed else 0.0

    @property
    def utilisation(self) -> float:
        """Return the work done, as a share of what could be done: never above 1."""
        elapsed = self._clock.now - self._since
        done = self._given - self.backlog
        return max(0.0, done) / (elapsed * len(self._free_at)) if elapsed else 0.0

    @property
    def cores_used(self) -> float:
        return self.utilisation * len(self._free_at)
