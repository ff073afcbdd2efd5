"""Group work: items that come one by one are done many at a time.

Alone, an item is a batch of one and waits for nothing. While a batch is under way the next one
gathers, so under load batches grow by themselves and the cost of each item falls.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from time import monotonic
from typing import Generic, TypeVar

from django.db import OperationalError

from history import database
from rooms.errors import ChatError, RoomHeld, Unavailable

logger = logging.getLogger(__name__)

# Seconds until a client that was refused for a full queue may try again.
RETRY_AFTER = 2

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")

# For each item its result, or the exception that it failed with. RoomHeld says that somebody else
# holds what the item's key stands for.
Outcomes = Sequence[Result | Exception]
# Does a batch. An exception that it raises is the outcome of all its items.
Work = Callable[[Sequence[Item]], Awaitable[Outcomes[Result]]]
# Tells the senders of some items what became of them.
Answer = Callable[[Sequence[Item], Outcomes[Result]], None]


class Batcher(Generic[Key, Item, Result]):
    """Gathers items and does them in batches, of which a few are under way at once.

    Each item has a key: a room, a client. A key is in one batch at a time, and its items are done
    in the order in which they came; keys take turns. If a batch fails, its items are tried one by
    one, so that only the bad one fails. A key that somebody else holds goes apart, to `patiently`,
    which may wait for it as long as it likes: the other keys go on without it. So does a key whose
    items are `alone`: they take so long that others should not wait for them.
    """

    def __init__(
        self,
        *,
        name: str,
        work: Work[Item, Result],
        answer: Answer[Item, Result],
        size: int,
        waiting: int,
        at_once: int = 1,
        worth: int = 1,
        tick: float = 0.0,
        spacing: float = 0.0,
        patiently: Work[Item, Result] | None = None,
        alone: Callable[[Sequence[Item]], bool] = lambda items: False,
        work_alone: Work[Item, Result] | None = None,
    ) -> None:
        """`name` is the plural that logs call the items by; `size` is the most items in a batch.

        `waiting`: the items that may be here, waiting or under way. `at_once`: the batches under way
        at once, not counting those apart. `worth`: the items that must wait before another batch
        starts beside one under way. `tick`: seconds for which a batch gathers; with 0 it starts in
        the loop's next turn, with all that is read from sockets in this one. `spacing`: seconds from the
        start of a batch in which several keys met to that of the next, unless `worth` items wait.
        """
        self._name, self._size, self._limit = name, size, waiting
        self._at_once, self._worth, self._tick = at_once, worth, tick
        self._spacing, self._spaced_until = spacing, 0.0
        self._work, self._patiently, self._answer = work, patiently, answer
        self._alone, self._work_alone = alone, work_alone or work
        # The items of keys without a batch under way, in the order the keys came; and of the others.
        self._ready: dict[Key, list[Item]] = {}
        self._behind: dict[Key, list[Item]] = {}
        self._ready_items = self._waiting = 0
        # Keys of the others that have no batch under way either: each with what ends its pause.
        self._paused: dict[Key, Callable[[], None]] = {}
        self._held: set[Key] = set()  # keys that somebody else held when they were last tried
        self._starting: asyncio.Handle | None = None
        self._is_spaced = False  # the start that is due waits for the spacing to end
        self._running: set[asyncio.Task[None]] = set()
        self._apart: set[asyncio.Task[None]] = set()
        # Of the batch that is being answered: its keys that are under way no more, and its seconds.
        self._done_keys: Collection[Key] = ()
        self._took = 0.0

    def submit(self, key: Key, item: Item) -> None:
        """Take an item. Raises Unavailable if too many wait."""
        if self._waiting >= self._limit:
            raise Unavailable(retry_after=RETRY_AFTER)
        self._waiting += 1
        if (behind := self._behind.get(key)) is not None:
            behind.append(item)
        else:
            self._ready.setdefault(key, []).append(item)
            self._ready_items += 1
            self._start_soon()

    def pause(self, key: Key, at_most: float) -> Callable[[], None] | None:
        """Let a key's next items gather, for as long as its last batch took, or `at_most` seconds.

        To be called while that batch is answered. Returns a function that ends the pause earlier;
        None if there is none: a whole batch of items waits already, or a part of the last one goes on
        apart.
        """
        if key not in self._done_keys or len(self._behind[key]) >= self._size:
            return None

        def go_on() -> None:
            if self._paused.get(key) is go_on:
                del self._paused[key]
                timer.cancel()
                self._release(key)
                self._start_soon()

        timer = asyncio.get_running_loop().call_later(min(self._took, at_most), go_on)
        self._paused[key] = go_on
        return go_on

    async def stop(self) -> None:
        """Do what is waiting."""
        while self._starting or self._running or self._apart or self._paused:
            for go_on in list(self._paused.values()):
                go_on()
            if self._starting:  # without waiting for the tick
                self._starting.cancel()
                self._start()
            await asyncio.gather(*self._running, *self._apart)
            await asyncio.sleep(0)

    # Starting batches -----------------------------------------------------------------------------

    def _start_soon(self) -> None:
        if not self._is_worth_a_batch():
            return
        is_full = self._ready_items >= self._worth
        if self._starting is not None:
            if not (self._is_spaced and is_full):
                return
            self._starting.cancel()  # what waits is worth a batch of its own
        loop = asyncio.get_running_loop()
        space = 0.0 if is_full else max(0.0, self._spaced_until - loop.time())
        self._is_spaced = space > self._tick
        if delay := max(self._tick, space):
            self._starting = loop.call_later(delay, self._start)
        else:
            self._starting = loop.call_soon(self._start)

    def _is_worth_a_batch(self) -> bool:
        if not self._running:
            return bool(self._ready)
        return len(self._running) < self._at_once and self._ready_items >= self._worth

    def _start(self) -> None:
        self._starting = None
        if not self._is_worth_a_batch():
            return
        lots: dict[Key, list[Item]] = {}
        free = self._size
        while self._ready and free > 0:
            key = next(iter(self._ready))
            if key in self._held:
                self._wait_for(key, self._take(key, self._size))
            elif self._alone(self._ready[key]):
                self._go_apart(key, self._take(key, self._size), self._work_alone)
            else:
                lots[key] = self._take(key, free)
                free -= len(lots[key])
        if lots:
            loop = asyncio.get_running_loop()
            self._spaced_until = loop.time() + self._spacing if len(lots) > 1 else 0.0
            task = loop.create_task(self._run(lots, self._work))
            self._running.add(task)
            task.add_done_callback(self._done)
        self._start_soon()

    def _take(self, key: Key, most: int) -> list[Item]:
        items = self._ready.pop(key)
        self._ready_items -= len(items)
        self._behind[key] = items[most:]
        return items[:most]

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._apart.discard(task)
        self._start_soon()

    def _release(self, key: Key) -> None:
        """Let a key's next items be done."""
        if items := self._behind.pop(key):
            self._ready[key] = items
            self._ready_items += len(items)

    def _wait_for(self, key: Key, items: list[Item]) -> None:
        """Do items of a key that somebody else holds, waiting for it where nobody else has to."""
        assert self._patiently is not None
        self._held.add(key)
        self._go_apart(key, items, self._patiently)

    def _go_apart(self, key: Key, items: list[Item], work: Work[Item, Result]) -> None:
        task = asyncio.get_running_loop().create_task(self._run({key: items}, work))
        self._apart.add(task)
        task.add_done_callback(self._done)

    # Doing them -----------------------------------------------------------------------------------

    async def _run(self, lots: dict[Key, list[Item]], work: Work[Item, Result]) -> None:
        batch: Sequence[Item] = [item for items in lots.values() for item in items]
        began = monotonic()
        outcomes = await self._try(work, batch)
        took = monotonic() - began
        waits = work is self._patiently
        apart: Collection[Key] = ()
        if any(isinstance(outcome, Exception) for outcome in outcomes):
            keys = [key for key, items in lots.items() for _ in items]
            outcomes = await self._retry(work, keys, batch, outcomes)
            if self._patiently and not waits:
                batch, outcomes, apart = self._part(keys, batch, outcomes)
        if waits and not any(isinstance(outcome, RoomHeld) for outcome in outcomes):
            self._held.difference_update(lots)
        self._finish([key for key in lots if key not in apart], batch, outcomes, took)

    async def _try(self, work: Work[Item, Result], batch: Sequence[Item]) -> Outcomes[Result]:
        try:
            return await work(batch)
        except ChatError as error:
            return [error] * len(batch)
        except Exception as error:
            if not database.is_away(error):  # that is said elsewhere, once for all
                bug = None if isinstance(error, OperationalError) else error
                logger.warning("%d %s failed: %r", len(batch), self._name, error, exc_info=bug)
            return [error] * len(batch)

    async def _retry(
        self,
        work: Work[Item, Result],
        keys: Sequence[Key],
        batch: Sequence[Item],
        outcomes: Outcomes[Result],
    ) -> Outcomes[Result]:
        """Try each item that failed with its batch by itself.

        If a key turns out to be held, its later items are too: they must not overtake the first.
        """
        failed = [n for n, outcome in enumerate(outcomes) if _is_failure(outcome)]
        if not failed or len(batch) == 1:
            return outcomes
        outcomes = list(outcomes)
        held: set[Key] = set()
        for n in failed:
            if keys[n] in held:
                outcomes[n] = RoomHeld()
                continue
            [outcome] = await self._try(work, [batch[n]])
            outcomes[n] = outcome
            if isinstance(outcome, RoomHeld):
                held.add(keys[n])
            elif isinstance(outcome, Exception) and database.is_away(outcome):
                break  # the others have failed already
        return outcomes

    def _part(
        self, keys: Sequence[Key], batch: Sequence[Item], outcomes: Outcomes[Result]
    ) -> tuple[Sequence[Item], Outcomes[Result], Collection[Key]]:
        """Send the items of keys that are held apart. Returns the others, with their outcomes."""
        held: dict[Key, list[Item]] = {}
        rest: list[int] = []
        for n, outcome in enumerate(outcomes):
            if isinstance(outcome, RoomHeld):
                held.setdefault(keys[n], []).append(batch[n])
            else:
                rest.append(n)
        for key, items in held.items():
            self._wait_for(key, items)
        return [batch[n] for n in rest], [outcomes[n] for n in rest], held

    def _finish(
        self, keys: Sequence[Key], batch: Sequence[Item], outcomes: Outcomes[Result], took: float
    ) -> None:
        """Answer a batch, and let the next items of its keys be done."""
        self._waiting -= len(batch)
        self._done_keys, self._took = keys, took
        try:
            if batch:
                self._answer(batch, outcomes)
        except Exception:  # what was done is done, and the next items have their turn
            logger.exception("%d %s could not be answered", len(batch), self._name)
        for key in keys:
            if key not in self._paused:
                self._release(key)


def _is_failure(outcome: object) -> bool:
    """Return True if an item might succeed by itself: it was not refused, and could be tried."""
    return (
        isinstance(outcome, Exception)
        and not isinstance(outcome, ChatError)
        and not database.is_away(outcome)
    )
