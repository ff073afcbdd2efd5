"""One HTTP connection: how long a request may take to arrive, and how fast its answer is read."""

import array
import asyncio
import fcntl
import termios
from typing import Any

from twisted.internet import tcp
from twisted.web.http import HTTPChannel

# Longer than the 60 s for which nginx and most load balancers keep an idle connection: the side that
# sends requests has to be the one that ends it, or a request now and then meets a closed door.
KEEP_ALIVE = 75

# Seconds a request has to arrive, from its first byte (of the first one on a connection: from the
# connection's beginning) to the end of its head, and from there to the end of its body. However it
# dribbles: a line now and then keeps nothing open.
HEAD_TIMEOUT = 20
BODY_TIMEOUT = 60


_Channel: Any = HTTPChannel  # whose methods have no types


class ChatChannel(_Channel):  # type: ignore[misc]
    """Twisted's, with deadlines that no byte puts off, and an answer's writer that can wait."""

    _is_idle = False  # between two requests
    _is_lost = False
    _unsent_before = 0
    _drained: asyncio.Event | None = None

    # Reading ------------------------------------------------------------------------------------

    def connectionMade(self) -> None:
        super().connectionMade()
        self.setTimeout(HEAD_TIMEOUT)

    def resetTimeout(self) -> None:
        """Called with each byte that comes in, of which only a request's first begins a deadline."""
        if self._is_idle:
            self._is_idle = False
            self.setTimeout(HEAD_TIMEOUT)

    def allHeadersReceived(self) -> None:
        self.setTimeout(BODY_TIMEOUT)
        super().allHeadersReceived()

    def requestDone(self, request: Any) -> None:
        self._is_idle = True
        self._savedTimeOut = KEEP_ALIVE
        super().requestDone(request)

    def timeoutConnection(self) -> None:
        unsent = self.unsent()
        if unsent and unsent != self._unsent_before:  # the end of an answer is still being read
            self._unsent_before = unsent
            self.setTimeout(KEEP_ALIVE)
        else:
            super().timeoutConnection()

    # Writing ------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Return when the transport holds no more than it likes to, or the connection is gone."""
        while self._waitingForTransport and not self._is_lost:
            if self._drained is None:
                self._drained = asyncio.Event()
            await self._drained.wait()

    def unsent(self) -> int:
        """Bytes written and not yet received by the other side, the kernel's included."""
        transport = self.transport
        if not isinstance(transport, tcp.Connection):  # TLS wraps the one that counts
            transport = getattr(transport, "transport", None)
        if not isinstance(transport, tcp.Connection) or not transport.connected:
            return 0
        held: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        kernels = array.array("i", [0])
        fcntl.ioctl(transport.fileno(), termios.TIOCOUTQ, kernels)
        return held + kernels[0]

    def resumeProducing(self) -> None:
        super().resumeProducing()
        self._wake()

    def connectionLost(self, reason: Any) -> None:
        self._is_lost = True
        super().connectionLost(reason)
        self._wake()

    def _wake(self) -> None:
        if self._drained is not None:
            self._drained.set()
            self._drained = None
