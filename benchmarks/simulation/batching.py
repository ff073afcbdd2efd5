"""Batches as rooms/live/batching.py makes them: by key, a few at once, larger under load."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from benchmarks.simulation.clock import Clock, Core

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
# Does a batch, which is over when the function that it is given is called.
Work = Callable[[dict[Key, list[Item]], Callable[[], None]], None]


class Batcher(Generic[Key, Item]):
    """A key is in one batch at a time, and keys take turns, as in the real one."""

    def __init__(
        self,
        clock: Clock,
        loop: Core,
        *,
        work: Work[Key, Item],
        size: int,
        at_once: int,
        worth: int,
        spacing: float = 0.0,
    ) -> None:
        self._clock, self._loop = clock, loop
        self._work, self._size, self._at_once, self._worth = work, size, at_once, worth
        self._ready: dict[Key, list[Item]] = {}
        self._ready_items = 0
        self._behind: dict[Key, list[Item]] = {}  # of keys in a batch under way, or paused
        self._paused: dict[Key, object] = {}
        self._running = 0
        self._starting: object = None  # marks the start that is due, if there is one
        self._is_spaced = False
        self._spacing, self._spaced_until = spacing, 0.0
        self._took = 0.0
        # What was done so far: batches, their items, and how many keys they were of.
        self.batches = self.items = self.lots = 0

    def submit(self, key: Key, item: Item) -> None:
        if (behind := self._behind.get(key)) is not None:
            behind.append(item)
            return
        self._ready.setdefault(key, []).append(item)
        self._ready_items += 1
        self._start_soon()

    def pause(self, key: Key, at_most: float) -> Callable[[], None] | None:
        """Let a key's next items gather. To be called before its batch is over.

        Return a function that ends the pause earlier; None if a whole batch waits already.
        """
        if len(self._behind[key]) >= self._size:
            return None
        mark = self._paused[key] = object()

        def go_on() -> None:
            if self._paused.get(key) is mark:
                del self._paused[key]
                self._release(key)
                self._start_soon()

        self._clock.after(min(self._took, at_most), go_on)
        return go_on

    def _start_soon(self) -> None:
        if not self._is_worth_a_batch():
            return
        is_full = self._ready_items >= self._worth
        if self._starting is not None and not (self._is_spaced and is_full):
            return
        mark = self._starting = object()
        space = 0.0 if is_full else self._spaced_until - self._clock.now
        self._is_spaced = space > 0.0

        def start() -> None:
            if self._starting is mark:
                self._start()

        def soon() -> None:
            # Behind the work that waits on the loop already, as asyncio's call_soon.
            self._loop.run(0.0, start)

        if self._is_spaced:
            self._clock.after(space, soon)
        else:
            soon()

    def _is_worth_a_batch(self) -> bool:
        if not self._running:
            return bool(self._ready)
        return self._running < self._at_once and self._ready_items >= self._worth

    def _start(self) -> None:
        self._starting = None
        if not self._is_worth_a_batch():
            return
        lots: dict[Key, list[Item]] = {}
        free = self._size
        while self._ready and free > 0:
            key = next(iter(self._ready))
            items = self._ready.pop(key)
            self._ready_items -= len(items)
            lots[key], self._behind[key] = items[:free], items[free:]
            free -= len(lots[key])
        self._spaced_until = self._clock.now + self._spacing if len(lots) > 1 else 0.0
        self._running += 1
        self.batches += 1
        self.lots += len(lots)
        self.items += self._size - free

        def done() -> None:
            for key in lots:
                if key not in self._paused:
                    self._release(key)
            self._running -= 1
            self._start_soon()

        self._work(lots, done)
        self._start_soon()

    def note_commit(self, seconds: float) -> None:
        """Note how long the last batch took: a pause is no longer than that."""
        self._took = seconds

    def _release(self, key: Key) -> None:
        if items := self._behind.pop(key):
            self._ready[key] = items
            self._ready_items += len(items)
