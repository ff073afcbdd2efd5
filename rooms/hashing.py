"""Passwords and passcodes are hashed on threads of their own, a few at a time.

A hash takes as long as a hundred messages, by design. On the threads of pages a dozen of them would keep
every page waiting; here they wait for each other. A page that waits gives its place to the next one
(rooms/places.py), and when too many wait the rest are told to come back.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from rooms import places
from rooms.refusals.busy import ManySignIn

THREADS = 2
# Hashes under way and waiting, on one worker.
WAITING = 32
# Where a worker has one core, its event loop must not wait for a hash.
_NICENESS = 10


class Hashing:
    """A bounded queue of hashes, and the threads that work it off."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="hash", initializer=_yield)
        self._free = threading.BoundedSemaphore(waiting)

    def run(self, work: Callable[..., str], *args: Any) -> str:
        """Return what the work returns, or raise RateLimited when too many wait already."""
        if not self._free.acquire(blocking=False):
            raise ManySignIn(retry_after=2)
        try:
            future = self._executor.submit(work, *args)
            with places.given_up():
                return future.result()
        finally:
            self._free.release()


def _yield() -> None:
    """Let every other thread of this process go first."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


hashing = Hashing()


class QueuedHasher(PBKDF2PasswordHasher):
    """Django's default, on the threads for hashes. What is stored is the same."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return hashing.run(super().encode, password, salt, iterations)
