"""The places of pages: how many run at once, who waits for one, and in what order."""

import threading
from collections import deque
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any

Come = Callable[[], None]


class Places:
    """A semaphore that is fair, and bounded: whoever finds too many waiting need not wait.

    A page that is at the database needs no processor meanwhile. Up to `lent` places of such pages are
    lent to pages that wait.
    """

    def __init__(self, places: int, *, waiting: int, lent: int = 0) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: deque[Come] = deque()
        self._bound = waiting
        self._may_lend = lent
        self._pages: set[Page] = set()

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

    def lend(self, *, before: float) -> bool:
        """Lend the places of pages that have been at the database since `before` (of `monotonic`).

        Returns True if somebody waits nevertheless.
        """
        called: list[Come] = []
        with self._lock:
            for page in self._pages:
                if not self._waiting or not self._may_lend:
                    break
                if page.at_database_since < before and not page.has_lent:
                    page.has_lent = True
                    self._may_lend -= 1
                    called.append(self._waiting.popleft())
            somebody_waits = bool(self._waiting)
        for come in called:
            come()
        return somebody_waits

    def enter(self) -> "Page":
        """Return what a page that was called has of the places. It ends with `leave`."""
        page = Page(self)
        with self._lock:
            self._pages.add(page)
        return page

    def leave(self, page: "Page") -> None:
        with self._lock:
            self._pages.remove(page)
        self.give_up(page)

    def give_up(self, page: "Page") -> None:
        """Release a page's place, unless it is lent: then the page that has it will."""
        with self._lock:
            if page.has_lent:
                page.has_lent = False
                self._may_lend += 1
                return
        self.release()


class Page:
    """A page under way, on its thread, and its place."""

    def __init__(self, places: Places) -> None:
        self._places = places
        # Its place is another page's meanwhile, and it goes on without one.
        self.has_lent = False
        # When it began its present statement. Written without a lock: to be wrong is to lend for nothing.
        self.at_database_since = inf

    def acquire(self) -> bool:
        return self._places.acquire()

    def release(self) -> None:
        self._places.give_up(self)

    def note_statement(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Run a statement. One of Django's execute wrappers."""
        self.at_database_since = monotonic()
        try:
            return execute(*args)
        finally:
            self.at_database_since = inf
