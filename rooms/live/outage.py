"""Log an outage of the database: one line when it begins, and one when it is over.

The failures of sockets and pages in between are counted.
"""

import logging
import threading
from time import monotonic

from history import database
from rooms.live import metrics

logger = logging.getLogger(__name__)


class Outage:
    """An outage of the database, as this process has seen it. For all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None
        self._failures = 0
        self._ended: float | None = None
        # A new number whenever open connections may have become useless: see threads.py.
        self.generation = 0

    @property
    def is_on(self) -> bool:
        return self._since is not None

    def is_long_over(self, seconds: float) -> bool:
        """Return True if there was no outage in the last `seconds`."""
        return not self.is_on and (self._ended is None or monotonic() - self._ended > seconds)

    def noticed(self, error: BaseException) -> None:
        """Count a failure for want of the database, and drop the connection that reported it."""
        database.discard()
        metrics.database_failures.inc()
        with self._lock:
            self._failures += 1
            if self._since is not None:
                return
            self._since = monotonic()
            self.generation += 1
        logger.warning("database away: %s", str(error).strip() or repr(error))

    def over(self) -> None:
        """Take note that the database can be written to again."""
        with self._lock:
            if self._since is None:
                return
            seconds, failures = monotonic() - self._since, self._failures
            self._since, self._failures, self._ended = None, 0, monotonic()
            self.generation += 1
        logger.info("database back after %.0f s, in which %d things failed", seconds, failures)


outage = Outage()
