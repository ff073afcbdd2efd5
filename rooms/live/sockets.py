"""The outgoing half of a socket, on our server and on any other."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from rooms.protocol import Close

logger = logging.getLogger(__name__)

EXTENSION = "chat.socket"
# Bytes a reader may be behind. Our own server holds the same bound for its sockets.
BACKLOG_LIMIT = 1024 * 1024


class Sender(Protocol):
    """Sends whole server frames, given as JSON text in UTF-8. Never blocks, never raises.

    `drain` is for long answers: it returns when nearly everything that was sent is on its way, or the
    socket is gone. Without it a socket is closed for the size of what waits, however fast it reads.
    """

    def send(self, payloads: Sequence[bytes]) -> None: ...

    async def drain(self) -> None: ...

    def close(self, code: int) -> None: ...


class DirectSender:
    """Through our server's extension (chatsite/server/direct.py): written to the wire at once."""

    __slots__ = ("_socket", "frame", "write")

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        # What fan-out calls for each socket with a frame that was built once.
        self.write: Callable[[bytes], None] = socket.write
        self.frame: Callable[[bytes], bytes] = socket.frame

    def send(self, payloads: Sequence[bytes]) -> None:
        frame = self.frame
        self.write(b"".join([frame(payload) for payload in payloads]))

    async def drain(self) -> None:
        await self._socket.drain()

    def close(self, code: int) -> None:
        self._socket.close(int(code))


class QueuedSender:
    """Through ASGI's own send, on any server: one task writes what is queued, in order."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._queue: deque[bytes] = deque()
        self._size = 0
        self._code: int | None = None
        self._task: asyncio.Task[None] | None = None

    def send(self, payloads: Sequence[bytes]) -> None:
        if self._code is not None:
            return
        self._queue.extend(payloads)
        self._size += sum(map(len, payloads))
        if self._size > BACKLOG_LIMIT:
            self._queue.clear()
            self.close(Close.TOO_SLOW)
            return
        self._wake()

    async def drain(self) -> None:
        if self._task is not None:
            await asyncio.shield(self._task)

    def close(self, code: int) -> None:
        if self._code is None:
            self._code = int(code)
            self._wake()

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._pump())

    async def _pump(self) -> None:
        try:
            while self._queue:
                payload = self._queue.popleft()
                await self._send({"type": "websocket.send", "text": payload.decode()})
                self._size -= len(payload)
            if self._code is not None:
                await self._send({"type": "websocket.close", "code": self._code})
        except Exception as error:  # noqa: BLE001 - each server has its own way to say so
            logger.debug("a socket that is gone was written to: %r", error)
            self._code = self._code or Close.BUSY
            self._queue.clear()
