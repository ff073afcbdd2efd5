"""Bound the downloads under way: transcripts and histories, and files that people sent.

A transcript holds some messages in memory, and reads the database, for as long as its client takes to read
it. A file holds a block of itself.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from threading import Lock

from rooms.errors import RateLimited, Unavailable
from rooms.refusals.busy import DownloadsUnderWay, ManyDownload
from rooms.refusals.files import FilesTaken, ManyFilesTaken

_LATER = 10  # seconds


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


class UnderWay:
    """Downloads of one kind that are under way on this worker: `each` of a person, and `most` of them all."""

    def __init__(
        self, *, each: int, most: int, refused: type[RateLimited], busy: type[Unavailable]
    ) -> None:
        self.each, self.most = each, most
        self._refused, self._busy = refused, busy
        self._of: Counter[str] = Counter()
        self._lock = Lock()

    def begin(self, parts: AsyncIterator[bytes], *, person: str) -> Parts:
        """The parts, as one more download of a person's that is under way.

        Raises RateLimited to who has enough of them, and Unavailable when this worker has.
        """
        with self._lock:
            if self._of[person] >= self.each:
                raise self._refused(retry_after=_LATER)
            if self._of.total() >= self.most:
                raise self._busy(retry_after=_LATER)
            self._of[person] += 1
        done = False

        def release() -> None:
            nonlocal done
            with self._lock:
                if not done:
                    done = True
                    self._of[person] -= 1
                    if self._of[person] <= 0:
                        del self._of[person]

        return Parts(parts, release)


transcripts = UnderWay(each=2, most=8, refused=DownloadsUnderWay, busy=ManyDownload)
# A browser loads six images of a message at a time, in each of some tabs.
files = UnderWay(each=24, most=200, refused=FilesTaken, busy=ManyFilesTaken)
