"""Reading rooms for the first time, many at once.

After a restart all rooms of a worker are asked for within a moment. Making the queries takes longer
than anything else in reading a small room, and is the same work for twenty as for one.
"""

from collections.abc import Sequence

from rooms.errors import Unavailable
from rooms.live import snapshot
from rooms.live.batching import Batcher
from rooms.live.questions import Question, reply_to_each
from rooms.live.snapshot import Snapshot
from rooms.live.threads import DatabaseThreads

# Rooms read in one go.
BATCH = 20
# Batches under way at once, so that a read that hangs does not keep all other rooms waiting.
AT_ONCE = 2
# Rooms that may be asked for at once.
WAITING = 20_000

# A room's stream and its own id.
Wanted = tuple[int, int]
_Request = Question[Wanted, Snapshot]


class Loader:
    """Reads the rooms that are asked for in batches."""

    def __init__(self, *, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._queue: Batcher[int, _Request, Snapshot] = Batcher(
            name="rooms to load",
            work=self._read,
            answer=reply_to_each,
            size=BATCH,
            at_once=AT_ONCE,
            waiting=WAITING,
        )

    async def load(self, *, stream_id: int, room_id: int) -> Snapshot:
        """Raises Unavailable if there is no such room any more, and what the database raises."""
        request: _Request = Question((stream_id, room_id))
        self._queue.submit(stream_id, request)
        return await request.answer

    async def _read(self, requests: Sequence[_Request]) -> list[Snapshot | Exception]:
        wanted = [request.about for request in requests]
        found = await self._threads.read(snapshot.load, wanted)
        return [found.get(stream_id) or Unavailable() for stream_id, _ in wanted]
