"""The ASGI extension "chat.socket": a WebSocket that the application writes to directly.

An application finds a DirectSocket in `scope["extensions"]["chat.socket"]`. ASGI's own send and
receive keep working beside it, in order. Other servers do not have the extension.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chatsite.server.framing import text_frame
from chatsite.server.lifecycle import stats
from chatsite.server.unsent import carrier, held

EXTENSION = "chat.socket"

# Bytes that may wait for a reader before it is cut off: the memory is needed for the others.
BACKLOG_LIMIT = 1024 * 1024
TOO_SLOW = 4001

# Bytes handed to the transport at a time. What is still in our hands can be dropped when a reader is
# cut off.
_CHUNK = 64 * 1024

CLOSED, OPEN = 0, 3  # Autobahn's numbers for a connection's state

MessageCallback = Callable[[bytes, bool], None]
CloseCallback = Callable[[int], None]
# Charge one frame, and return the seconds for which the socket is not to be read after it.
Gate = Callable[[], float]


class Connection(Protocol):
    """The part of its protocol that a DirectSocket needs."""

    state: int
    message_callback: MessageCallback | None
    close_callback: CloseCallback | None
    gate: Gate | None

    def close(self, code: int, reason: str) -> None: ...


class _Gone:
    """Stand in for a connection that is over, so that holders of the socket do not keep it in memory."""

    state = CLOSED
    message_callback: MessageCallback | None = None
    close_callback: CloseCallback | None = None
    gate: Gate | None = None

    def close(self, code: int, reason: str) -> None:
        pass


class DirectSocket:
    """The outgoing half of one WebSocket.

    Everything the server writes to the socket passes here, Autobahn's frames and plain ASGI sends
    included. That keeps the order, and every byte that waits is counted.

    While nothing waits, a write is one send(2) where it is called: it takes no turn of the event loop
    and no wait for writability. What the kernel does not take goes to the transport. What the transport
    should not hold as well goes to a backlog of our own.

    To be used on the event loop's thread only.
    """

    __slots__ = (
        "_backlog",
        "_connection",
        "_cut",
        "_drained",
        "_paused",
        "_socket",
        "_transport",
        "_waiting",
    )

    frame = staticmethod(text_frame)

    def __init__(self, connection: Connection, transport: Any, plain: socket.socket | None) -> None:
        """`transport` is Twisted's. `plain` is its socket, or None with TLS, which changes the bytes."""
        self._connection: Connection = connection
        self._transport = transport
        self._socket = plain
        self._paused = False
        self._backlog: deque[bytes] | None = None
        self._waiting = 0
        self._drained: asyncio.Event | None = None
        self._cut = False

    # For the application ------------------------------------------------------------------------

    def write(self, frame: bytes) -> None:
        """Send `frame`, the bytes of one or more whole frames.

        Does nothing if the socket is not open: not accepted yet, closing or closed.
        """
        if self._connection.state == OPEN:
            self.send(frame)

    def writelines(self, frames: Sequence[bytes]) -> None:
        """Send several frames at once. Like `write` otherwise."""
        if self._connection.state == OPEN:
            self.send(b"".join(frames))

    @property
    def buffered(self) -> int:
        """How many bytes were written and not taken by the kernel yet."""
        if self._transport is None:
            return 0
        below = carrier(self._transport)
        return self._waiting + (held(below) if below is not None else 0)

    async def drain(self) -> None:
        """Return when at most about 64 KiB wait, or the socket is gone.

        To be awaited between the parts of anything long: a reader is cut off for what waits, however
        fast it reads.
        """
        while self._paused or self._backlog:
            if self._drained is None:
                self._drained = asyncio.Event()
            await self._drained.wait()

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake. `code` is 1000 or 3000-4999.

        A socket that was not accepted yet is refused with 403 instead. One that is closing or closed
        stays so.
        """
        self._connection.close(code, reason)

    def on_message(self, callback: MessageCallback | None) -> None:
        """Pass each complete message to `callback(payload, is_binary)`, or with None to ASGI's receive.

        The callback is called at once, from inside the event loop's read. A text payload is valid
        UTF-8. Messages that arrived before stay in the receive queue; they are older than anything the
        callback gets. If the callback is set before `websocket.accept` is sent, the queue is empty, and
        the callback may be called before that send returns.

        `websocket.disconnect` always goes to the queue. A callback that raises closes the socket with
        1011. No message comes after `close`.
        """
        self._connection.message_callback = callback

    def on_close(self, callback: CloseCallback | None) -> None:
        """Call `callback(code)` once when the connection is gone, just before `websocket.disconnect`.

        An application that sets a callback may return and leave the socket open, which then costs no
        task.
        """
        self._connection.close_callback = callback

    def pace(self, gate: Gate) -> None:
        """Call `gate()` for each frame that comes in, before anything else is done with the frame.

        Fragments and control frames count too. The gate returns the seconds for which nothing more is
        read from the socket; TCP makes the sender wait.
        """
        self._connection.gate = gate

    # For the protocol ---------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send `data`, whatever state the connection is in."""
        plain, transport = self._socket, self._transport
        if (
            plain is None
            or self._backlog is not None
            or transport._tempDataLen
            or transport.dataBuffer
        ):
            self._queue(data)
            return
        try:
            sent = plain.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            return  # the connection is broken: the reactor notices when it reads, and reports the loss
        if sent < len(data):
            self._queue(data[sent:])

    def _queue(self, data: bytes) -> None:
        if self._transport is None:
            return
        if self._backlog is None and not self._paused:
            self._transport.write(data)
        else:
            if self._backlog is None:
                self._backlog = deque()
            self._backlog.append(data)
            self._waiting += len(data)
        if self.buffered > BACKLOG_LIMIT and self._connection.state == OPEN and not self._cut:
            self._give_up()

    def _give_up(self) -> None:
        """Cut the reader off, and free at once the memory of what waits for it.

        Frames stay whole: only what the transport holds may be half sent. The close frame follows right
        after that, so that a reader that is slow but reads learns why. A reader that reads nothing is
        aborted when the closing handshake times out.
        """
        self._cut = True
        stats.slow_readers_cut += 1
        self.discard()
        self._connection.close(TOO_SLOW, "too slow a reader")

    def discard(self) -> None:
        """Drop what the transport was not handed yet."""
        self._backlog = None
        self._waiting = 0

    def flush(self) -> None:
        """Hand the transport everything that waits: it will not ask for more."""
        if self._backlog:
            self._transport.write(b"".join(self._backlog))
        self.discard()

    def pause(self) -> None:
        """Keep what is written: the transport holds enough."""
        self._paused = True

    def resume(self) -> None:
        """Hand the transport more: it has written all it had."""
        self._paused = False
        while self._backlog and not self._paused:
            chunk = [self._backlog.popleft()]
            size = len(chunk[0])
            while self._backlog and size < _CHUNK:
                chunk.append(self._backlog.popleft())
                size += len(chunk[-1])
            self._waiting -= size
            self._transport.write(b"".join(chunk))
        if not self._backlog:
            self._backlog = None
        if not self._paused and self._drained is not None:
            self._drained.set()
            self._drained = None

    def detach(self) -> None:
        """Let go of the connection, which is gone."""
        self._connection = _Gone()
        self._transport = self._socket = None
        self.discard()
        self.resume()
