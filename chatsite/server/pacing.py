"""Limit how fast the frames of one WebSocket are read.

Reading a frame costs the worker something whatever is in it: a ping, an empty fragment, a post that is
refused. So every frame counts, and a socket that sends more than its share is not read for a while.
TCP makes its sender wait, and nobody else.
"""

import asyncio
from time import monotonic
from typing import Any

from daphne.server import reactor  # that module installs it
from twisted.internet import tcp

from chatsite.server.direct import Gate
from chatsite.server.framing import PONG, read_text
from chatsite.server.slim import SlimProtocol

# Frames of one socket in one turn of the event loop. The rest of what was read waits for the next turn,
# in which the other sockets come first.
FRAMES_A_TURN = 64

# The shortest pause, in seconds: to stop and start reading costs as much as several frames.
SHORTEST_PAUSE = 0.1

# Bytes a client may send before its handshake is answered.
EARLY_LIMIT = 64 * 1024


class PacedProtocol(SlimProtocol):
    """Takes bytes from the wire, frame by frame."""

    gate: Gate | None = None  # the application sets it; None lets every frame pass
    pinged_at = 0.0  # when a ping was sent, if nothing was received since; else 0
    text_limit = 0
    application_queue: Any = None
    held: bytes | None = None  # bytes that were read and wait while the socket is paused
    pause: asyncio.Handle | None = None
    stops = 0  # calls of stop_reading without their start_reading

    def dataReceived(self, data: bytes) -> None:
        self.last_ping = monotonic()
        self.pinged_at = 0.0
        if self.held is None:
            self._take(data)
        else:
            self.held += data  # TLS had read it before reading stopped

    def _take(self, data: bytes) -> None:
        """Take up to FRAMES_A_TURN frames, or up to one after which the gate is shut."""
        taken, wait = 0, 0.0
        if self.state == self.STATE_OPEN:
            if not self.data and self.current_frame is None and not self.inside_message:
                at, gate = 0, self.gate
                while (
                    taken < FRAMES_A_TURN
                    and not wait
                    and (read := read_text(data, at, self.text_limit))
                ):
                    payload, at = read
                    taken += 1
                    if gate is not None:
                        wait = gate()
                    self.onMessage(payload, False)
                if at:
                    data = data[at:]
                if len(data) == len(PONG) + 4 and data.startswith(PONG):
                    data, wait = b"", wait or self._charge()
                if wait or (data and taken == FRAMES_A_TURN):
                    self._pause(wait, data)
                    return
                if not data:
                    return
        elif self.state == self.STATE_CONNECTING:
            if self.application_queue is None:
                self._dataReceived(data)  # the handshake itself
                return
            self.data += data  # kept until the application has accepted
            if len(self.data) > EARLY_LIMIT:
                self.dropConnection(abort=True)
            return
        self.data += data
        self._consume(FRAMES_A_TURN - taken)

    def consumeData(self) -> None:
        """Consume what Autobahn holds in `data`: the handshake, or frames that came with it."""
        if self.state == self.STATE_CONNECTING:
            super().consumeData()
        else:
            self._consume(FRAMES_A_TURN)

    def _consume(self, frames: int) -> None:
        """Have Autobahn take up to `frames` frames. It keeps the rest, which waits."""
        # Autobahn keeps the part of a frame that it has. Another part of an incomplete frame counts too.
        wait = self._charge() if self.current_frame is not None else 0.0
        while self.state in (self.STATE_OPEN, self.STATE_CLOSING):
            if self.current_frame is None:
                if len(self.data) < 2:
                    break
                if wait or not frames:
                    self._pause(wait, b"")
                    return
                frames -= 1
                wait = self._charge()
            if not self.processData():
                break
        if wait and self.state != self.STATE_CLOSED:
            self._pause(wait, b"")

    def _charge(self) -> float:
        return self.gate() if self.gate is not None else 0.0

    # Pausing ------------------------------------------------------------------------------------

    def _pause(self, wait: float, rest: bytes) -> None:
        """Keep `rest` for `wait` seconds, or until the next turn of the loop, and read nothing."""
        self.stop_reading()
        self.held = rest
        loop = asyncio.get_running_loop()
        self.pause = (
            loop.call_later(max(wait, SHORTEST_PAUSE), self._go_on)
            if wait
            else loop.call_soon(self._go_on)
        )

    def _go_on(self) -> None:
        held, self.held, self.pause = self.held or b"", None, None
        self.stops -= 1
        self._take(held)
        if not self.stops:
            self._start_reading()

    def stop_reading(self) -> None:
        """Read nothing until `start_reading` has been called as often as this."""
        self.stops += 1
        if self.stops == 1:
            self.transport.pauseProducing()

    def start_reading(self) -> None:
        self.stops -= 1
        if not self.stops:
            self._start_reading()

    def _start_reading(self) -> None:
        self.transport.resumeProducing()
        self.read_directly()

    def read_directly(self) -> None:
        """Read without Twisted's logging context, which is some 4 % of what a message costs.

        To be called after each pause, since Twisted then reads in its own way again.
        """
        transport = self.transport
        if isinstance(transport, tcp.Connection) and transport in reactor._readers:
            loop = reactor._asyncioEventloop
            loop.add_reader(transport.fileno(), reactor._readOrWrite, transport, True)
