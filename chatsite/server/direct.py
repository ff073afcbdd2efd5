"""The ASGI extension "chat.socket": a WebSocket the application may write to by itself.

An application finds a DirectSocket in `scope["extensions"]["chat.socket"]`. ASGI's own send and
receive go on working beside it, in order. On other servers the extension is not there.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chatsite.server.framing import text_frame
from chatsite.server.lifecycle import stats

EXTENSION = "chat.socket"

# A reader further behind than this is cut: what waits for it is memory the others need.
BACKLOG_LIMIT = 1024 * 1024
TOO_SLOW = 4001

# The transport is handed so much at a time, so that a cut finds nearly all that waits in our hands.
_CHUNK = 64 * 1024

CLOSED, OPEN = 0, 3  # Autobahn's numbers for a connection's state

MessageCallback = Callable[[bytes, bool], None]
CloseCallback = Callable[[int], None]
# Charges one frame. Returns the seconds for which the socket is not to be read after it.
Gate = Callable[[], float]


class Connection(Protocol):
    """What a DirectSocket needs of the protocol it belongs to."""

    state: int
    message_callback: MessageCallback | None
    close_callback: CloseCallback | None
    gate: Gate | None

    def close(self, code: int, reason: str) -> None: ...


class _Gone:
    """Stands in for a connection that is over, so that who still holds the socket holds no more."""

    state = CLOSED
    message_callback: MessageCallback | None = None
    close_callback: CloseCallback | None = None
    gate: Gate | None = None

    def close(self, code: int, reason: str) -> None:
        pass


class DirectSocket:
    """The outgoing half of one WebSocket. Everything the server writes to it passes here, Autobahn's
    frames and plain ASGI sends included: that keeps the order and sees every byte that waits.

    While nothing waits, a write is one send(2) from where it was called: no turn of the event loop,
    no watching for writability. What the kernel does not take goes to the transport, and what is
    more than the transport should hold to a backlog of our own.

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
        """`transport` is Twisted's; `plain` is its socket, None where bytes are changed on their
        way to it (TLS)."""
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
        """Sends `frame`, one or more whole frames as bytes. Nothing happens if the socket is not
        open (not accepted yet, closing, closed)."""
        if self._connection.state == OPEN:
            self.send(frame)

    def writelines(self, frames: Sequence[bytes]) -> None:
        """Like `write`, several frames in one send."""
        if self._connection.state == OPEN:
            self.send(b"".join(frames))

    @property
    def buffered(self) -> int:
        """Bytes written and not yet taken by the kernel."""
        if self._transport is None:
            return 0
        held = 0
        if self._socket is not None:
            transport = self._transport
            held = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return self._waiting + held

    async def drain(self) -> None:
        """Returns when at most about 64 KiB wait, or the socket is gone. To be awaited between the
        parts of anything long: a reader is cut for what waits, however fast it reads."""
        while self._paused or self._backlog:
            if self._drained is None:
                self._drained = asyncio.Event()
            await self._drained.wait()

    def close(self, code: int, reason: str = "") -> None:
        """Begins the closing handshake. `code` is 1000 or 3000-4999. A socket that was not accepted
        yet is refused with 403 instead; one that is closing or closed stays so."""
        self._connection.close(code, reason)

    def on_message(self, callback: MessageCallback | None) -> None:
        """From now on complete messages go to `callback(payload, is_binary)`, at once, from inside
        the event loop's read; None sends them to ASGI's receive again. A text payload is valid
        UTF-8.

        What arrived before is in the receive queue and stays there: it is older than anything the
        callback gets. Set before `websocket.accept` is sent, nothing is in the queue; the callback
        may then be called before that send returns. `websocket.disconnect` always goes to the
        queue. A callback that raises closes the socket with 1011. None comes after `close`.
        """
        self._connection.message_callback = callback

    def on_close(self, callback: CloseCallback | None) -> None:
        """`callback(code)` is called once, when the connection is gone, just before
        `websocket.disconnect` is queued. An application that sets this one may return and leave the
        socket open: it then costs no task."""
        self._connection.close_callback = callback

    def pace(self, gate: Gate) -> None:
        """`gate()` is called for each frame that comes in, fragments and control frames too, before
        anything is done about it. While the seconds that it returns have not passed, nothing more is
        read from the socket, and TCP tells its sender."""
        self._connection.gate = gate

    # For the protocol ---------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Sends `data` in whatever state the connection is."""
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
            return  # broken: the reactor finds out by reading, and reports the loss
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
        """Cuts the reader off. The backlog is dropped, which frees the memory at once; frames
        stay whole, as only the transport's part may have begun. The close frame comes next after
        that part, so that a reader that is slow but reads learns why. One that does not read is
        aborted when the closing handshake times out.
        """
        self._cut = True
        stats.slow_readers_cut += 1
        self.discard()
        self._connection.close(TOO_SLOW, "too slow a reader")

    def discard(self) -> None:
        """Forgets what the transport was not handed yet."""
        self._backlog = None
        self._waiting = 0

    def flush(self) -> None:
        """Hands the transport all there is: it will not ask again."""
        if self._backlog:
            self._transport.write(b"".join(self._backlog))
        self.discard()

    def pause(self) -> None:
        """The transport holds more than it likes to."""
        self._paused = True

    def resume(self) -> None:
        """The transport has written all it had."""
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
        """The connection is gone."""
        self._connection = _Gone()
        self._transport = self._socket = None
        self.discard()
        self.resume()
