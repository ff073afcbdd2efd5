"""Bound the downloads under way.

Each holds some messages in memory, and reads the database, for as long as its client takes to read it.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from threading import Lock

from rooms.refusals import DownloadsUnderWay, ManyDownload

# Under way at once.
EACH = 2
ALL = 8
_LATER = 10  # seconds

_under_way: Counter[str] = Counter()
_lock = Lock()


class Parts:
    """The parts of a file, for a streaming answer.

    They are under way until the last was taken, or until the answer is closed.
    """

    def __init__(self, parts: AsyncIterator[bytes], release: Callable[[], None]) -> None:
        self._parts = parts
        self._release = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._parts:
                yield part
        finally:
            self._release()

    def close(self) -> None:
        self._release()


def begin(parts: AsyncIterator[bytes], *, person: str) -> Parts:
    """The parts, as one more download of a person's that is under way.

    Raises RateLimited to who has enough of them, and Unavailable when this worker has.
    """
    with _lock:
        if _under_way[person] >= EACH:
            raise DownloadsUnderWay(retry_after=_LATER)
        if _under_way.total() >= ALL:
            raise ManyDownload(retry_after=_LATER)
        _under_way[person] += 1
    done = False

    def release() -> None:
        nonlocal done
        with _lock:
            if not done:
                done = True
                _under_way[person] -= 1
                if _under_way[person] <= 0:
                    del _under_way[person]

    return Parts(parts, release)
