"""The place that a page holds while it runs, one of a few, with a database connection.

A page that waits for its turn at something slow gives both to another page meanwhile. One that waits for
the database itself keeps the connection: chatsite/web/pages.py lends its place.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connection


class Place(Protocol):
    """One of a few that chatsite/web/places.py has."""

    def acquire(self) -> bool: ...
    def release(self) -> None: ...


class _Here(threading.local):
    place: Place | None = None


# Of the current thread. Threads that hold no place have None.
here = _Here()


@contextmanager
def given_up() -> Iterator[None]:
    """Let another page have this one's place and database connection while the body waits."""
    place = here.place
    if place is None:
        yield
        return
    if not connection.in_atomic_block:
        connection.close()
    place.release()
    try:
        yield
    finally:
        place.acquire()
