"""One HTTP connection: deadlines for its requests, back-pressure for its answers."""

import asyncio
from typing import Any

from twisted.web.http import HTTPChannel

from chatsite.server.unsent import unsent

# Seconds an idle connection is kept open. Longer than the 60 s of nginx and most load balancers: the
# side that sends requests has to be the one that ends the connection. Otherwise a request is now and
# then sent into a connection that we have just closed.
KEEP_ALIVE = 75

# Seconds in which the head of a request has to arrive, from its first byte on (for the first request
# of a connection: from the connection's beginning), and after that its body. They are fixed: a client
# that sends a line now and then does not extend them.
HEAD_TIMEOUT = 20
BODY_TIMEOUT = 60


_Channel: Any = HTTPChannel  # whose methods have no types


class ChatChannel(_Channel):  # type: ignore[misc]
    """Twisted's HTTP channel, with deadlines that no byte puts off, and a `drain` for those who write."""

    _is_idle = False  # between two requests
    _is_lost = False
    _unsent_before = 0
    _drained: asyncio.Event | None = None

    # Reading ------------------------------------------------------------------------------------

    def connectionMade(self) -> None:
        super().connectionMade()
        self.setTimeout(HEAD_TIMEOUT)

    def resetTimeout(self) -> None:
        """Begin the deadline with a request's first byte. Twisted calls this for everything it reads."""
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
        if unsent and unsent != self._unsent_before:  # the client still reads the end of an answer
            self._unsent_before = unsent
            self.setTimeout(KEEP_ALIVE)
        else:
            super().timeoutConnection()

    # Writing ------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Return when the transport asks for more, or the connection is gone."""
        while self._waitingForTransport and not self._is_lost:
            if self._drained is None:
                self._drained = asyncio.Event()
            await self._drained.wait()

    def unsent(self) -> int:
        """Return how many bytes the client has not received yet."""
        return unsent(self.transport)

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
