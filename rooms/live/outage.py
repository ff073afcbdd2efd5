"""What is said of a database that is away: once that it is, and once that it is back.

Meanwhile each socket and each page has its own failure. They are counted.
"""

import logging
import threading
from time import monotonic

from history import database
from rooms.live import metrics

logger = logging.getLogger(__name__)


class Outage:
    """What this process has seen of one. For all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None
        self._failures = 0
        self._ended: float | None = None
        # Another one whenever connections that are open may be of no use: see threads.py.
        self.generation = 0

    @property
    def is_on(self) -> bool:
        return self._since is not None

    def is_long_over(self, seconds: float) -> bool:
        """Return True if there was none in the last `seconds`."""
        return not self.is_on and (self._ended is None or monotonic() - self._ended > seconds)

    def noticed(self, error: BaseException) -> None:
        """Note that something failed for want of the database; drop the connection that said so."""
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
        """Note that the database can be written to."""
        with self._lock:
            if self._since is None:
                return
            seconds, failures = monotonic() - self._since, self._failures
            self._since, self._failures, self._ended = None, 0, monotonic()
            self.generation += 1
        logger.info("database back after %.0f s, in which %d things failed", seconds, failures)


outage = Outage()
