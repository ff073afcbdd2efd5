"""How fast the frames of one WebSocket are taken.

Reading a frame costs the worker something whatever is in it: a ping, an empty fragment, a post that is
refused. So all of them count, and a socket that sends more than its share is not read for a while.
TCP tells its sender, who waits; nobody else does.
"""

import asyncio
from time import monotonic
from typing import Any

from daphne.server import reactor  # which that module installs
from twisted.internet import tcp

from chatsite.server.direct import Gate
from chatsite.server.framing import PONG, read_text
from chatsite.server.slim import SlimProtocol

# Frames of one socket in one turn of the event loop. What else was read with them waits for the next,
# in which the other sockets have theirs first.
FRAMES_A_TURN = 64

# The shortest pause, in seconds: to stop and start reading costs as much as some frames.
SHORTEST_PAUSE = 0.1

# Bytes a client may send before its handshake is answered.
EARLY_LIMIT = 64 * 1024


class PacedProtocol(SlimProtocol):
    """Takes what is read from the wire, frame by frame."""

    gate: Gate | None = None  # the application's; None lets every frame pass
    pinged_at = 0.0  # when the ping was sent that nothing was heard since; 0 when there is none
    text_limit = 0
    application_queue: Any = None
    held: bytes | None = None  # what was read and waits, while the socket is paused
    pause: asyncio.Handle | None = None
    stops = 0  # how many have stopped the reading and not started it again

    def dataReceived(self, data: bytes) -> None:
        self.last_ping = monotonic()
        self.pinged_at = 0.0
        if self.held is None:
            self._take(data)
        else:
            self.held += data  # TLS had it already when reading stopped

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
            self.data += data  # for when the application has accepted
            if len(self.data) > EARLY_LIMIT:
                self.dropConnection(abort=True)
            return
        self.data += data
        self._consume(FRAMES_A_TURN - taken)

    def consumeData(self) -> None:
        """Called by Autobahn with what it holds in `data`: the handshake, or what came with it."""
        if self.state == self.STATE_CONNECTING:
            super().consumeData()
        else:
            self._consume(FRAMES_A_TURN)

    def _consume(self, frames: int) -> None:
        """Have Autobahn take up to so many frames. The rest stays in its hands, and waits."""
        # Autobahn keeps what it has of a frame. A piece of one that is still not whole counts too.
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
        """Hold `rest` for `wait` seconds, or for the next turn of the loop, and read nothing."""
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
        """Read nothing until `start_reading` was called as often."""
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
        """Read without Twisted's logging context around it, some 4 % of what a message costs.

        After a pause Twisted would read in its own way again.
        """
        transport = self.transport
        if isinstance(transport, tcp.Connection) and transport in reactor._readers:
            loop = reactor._asyncioEventloop
            loop.add_reader(transport.fileno(), reactor._readOrWrite, transport, True)
