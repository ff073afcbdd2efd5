"""The receive queue of one WebSocket."""

import asyncio
from typing import Any, Protocol, TypeAlias

Message: TypeAlias = dict[str, Any]

# Bytes of messages that may wait for the application before the socket is read no further.
LIMIT = 1024 * 1024
_OVERHEAD = 512  # roughly what the objects around a short message take


class Source(Protocol):
    """A connection that can be told to read nothing for a while."""

    def stop_reading(self) -> None: ...
    def start_reading(self) -> None: ...


class Inbox:
    """A bounded queue that is small while it is empty, as most are: 200 bytes.

    An asyncio.Queue takes 3 KB. When too much waits, the source is paused, and TCP makes the client
    wait.
    """

    __slots__ = ("_full", "_messages", "_size", "_source", "_waiters")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._messages: list[Message] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._size = 0
        self._full = False

    def put_nowait(self, message: Message) -> None:
        self._messages.append(message)
        self._size += _size(message)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        if self._size > LIMIT and not self._full:
            self._full = True
            self._source.stop_reading()

    async def get(self) -> Message:
        while not self._messages:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        message = self._messages.pop(0)
        self._size -= _size(message)
        if self._full and self._size <= LIMIT // 2:
            self._full = False
            self._source.start_reading()
        return message


def _size(message: Message) -> int:
    return _OVERHEAD + len(message.get("text") or message.get("bytes") or b"")
