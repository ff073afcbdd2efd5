"""A bot without a socket in a room: it commands and listens as one with a socket does."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson

from rooms.api import reading
from rooms.commands import Command
from rooms.errors import Unavailable
from rooms.live import welcome
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.live.session import Session
from rooms.live.sockets import BACKLOG_LIMIT
from rooms.live.threads import DatabaseThreads
from rooms.live.worker import LiveWorker
from rooms.protocol import Close
from rooms.refusals.api import ManyListeners

# Requests of one bot that wait for news, and of all bots together, on a worker.
LISTENERS, LISTENERS_IN_ALL = 8, 500
# Seconds that an answer of the writer is waited for.
PATIENCE = 20.0


class Frames:
    """A Sender that keeps the frames for whoever waits for them."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self.code: int | None = None  # with which a socket would be closed

    def send(self, payloads: Sequence[bytes]) -> None:
        if self.code is not None:
            return
        self._frames.extend(payloads)
        self._size += sum(map(len, payloads))
        if self._size > BACKLOG_LIMIT:
            self.close(Close.TOO_SLOW)
        self._news.set()

    async def drain(self) -> None:
        """What is kept is bounded, and nothing of it is on its way by itself."""

    def close(self, code: int) -> None:
        if self.code is None:
            self.code = int(code)
        self._news.set()

    async def next(self, *, timeout: float) -> bytes | None:  # noqa: ASYNC109 - it is no failure
        """Return the next frame; None after the timeout in seconds, or if there will be no more."""
        if not self._frames and self.code is None:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            except TimeoutError:
                return None
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self._size -= len(frame)
        return frame


class Visits:
    """The visits of bots to the rooms of one worker."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._listening: Counter[str] = Counter()

    async def perform(
        self, worker: LiveWorker, *, proof: str, where: str, address: str, command: Command
    ) -> dict[str, Any]:
        """Have a command performed as a socket's is. Return the frame that answers it: `ack` or `error`.

        Raises what keeps the bot out of the room, Muted, RateLimited or Unavailable.
        """
        standing = await self._threads.run(reading.stand, proof, where)
        frames = Frames()
        client = self._client(worker, proof, frames)
        client.stand(standing.member, epoch=standing.epoch, now=standing.now)
        async with worker.hub.entering(standing.member) as room:
            session = Session(worker=worker, room=room, client=client, address=address)
            session.perform(command)
            answer = await frames.next(timeout=PATIENCE)
        if answer is None:
            raise Unavailable
        found: dict[str, Any] = orjson.loads(answer)
        return found

    @asynccontextmanager
    async def listening(
        self, worker: LiveWorker, *, proof: str, where: str, after: int | None, history: str
    ) -> AsyncIterator[tuple[Frames, LiveRoom]]:
        """Yield the frames of a room, from the `welcome` on, as its sockets are sent them.

        Raises what keeps the bot out of the room, or ManyListeners.
        """
        standing = await self._threads.run(reading.stand, proof, where)
        frames = Frames()
        client = self._client(worker, proof, frames)
        client.stand(standing.member, epoch=standing.epoch, now=standing.now)
        who = client.author["id"]
        if self._listening[who] >= LISTENERS or self._listening.total() >= LISTENERS_IN_ALL:
            raise ManyListeners(retry_after=1)
        self._listening[who] += 1
        try:
            async with worker.hub.entering(standing.member) as room:
                same = history in {"", room.history}
                await welcome.enter(
                    hub=worker.hub,
                    threads=worker.threads,
                    room=room,
                    client=client,
                    after=after if same else None,
                )
            try:
                yield frames, room
            finally:
                worker.hub.detach(room, client)
        finally:
            self._listening[who] -= 1
            if not self._listening[who]:
                del self._listening[who]

    def _client(self, worker: LiveWorker, proof: str, frames: Frames) -> Client:
        client = Client(socket_id=worker.new_socket_id(), sender=frames)
        client.session_key = proof
        client.is_connected = False
        return client
