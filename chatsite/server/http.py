"""Daphne's HTTP side, with bounds on bodies and readers, and a drain."""

import logging
import re
from time import monotonic
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol

from chatsite.server.channel import KEEP_ALIVE, ChatChannel
from chatsite.server.lifecycle import draining

logger = logging.getLogger(__name__)

# Seconds after which a client that has taken nothing of its answer is cut off.
STALLED = 60
# Bytes. A longer answer is not done before the client has taken it; a shorter one is left to the kernel.
SHORT = 16 * 1024

# Bytes of a request's body. The largest forms are a report whose comment is 1000 emoji, 12,000 bytes as
# browsers encode them, and a question of the admin about 200 rows. Without a limit here the server would
# put the whole body on the disk before it asks the application. deploy/nginx and
# DATA_UPLOAD_MAX_MEMORY_SIZE have the same number.
MAX_BODY = 16 * 1024
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def max_body(path: str) -> int:
    """Return how many bytes the body of a request to a path may have."""
    larger = (most for paths, most in settings.LARGE_BODIES if re.match(f"(?:{paths})", path))
    return next(larger, MAX_BODY)


class ChatRequest(WebRequest):  # type: ignore[misc]
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    error_template = (
        '<!doctype html><html lang="en"><title>%(title)s</title>'
        "<h1>%(title)s</h1><p>%(body)s</p></html>"
    )

    _received = 0
    _most = MAX_BODY
    _taken = 0  # bytes of the answer that the client had at the last check
    _taken_at = 0.0

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        # The request has no path of its own yet.
        self._most = max_body(self.channel._path.decode("ascii", "replace"))
        self._take(length or 0)
        self._received = 0

    def handleContentChunk(self, data: bytes) -> None:
        if self._take(len(data)):
            super().handleContentChunk(data)

    def _take(self, size: int) -> bool:
        """Count bytes of the body. Return False, and close the connection, if it is too large."""
        was_fine, self._received = self._received <= self._most, self._received + size
        if was_fine and self._received > self._most:
            self.channel.transport.write(_TOO_LARGE)
            self.channel.loseConnection()
        return self._received <= self._most

    def process(self) -> Any:
        self.server.look_for_proxy(self.requestHeaders, self.client)
        # A visitor must not say where the site is mounted.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        if draining and self.requestHeaders.hasHeader(b"upgrade"):
            self.basic_error(503, b"Service Unavailable", "The server is restarting.")
            return None
        result = super().process()
        if self.transport is None:  # it became a WebSocket
            channel = self.channel
            carrier = channel.transport  # with TLS, the protocol that TLS wraps
            upgraded = getattr(carrier, "wrappedProtocol", None) or carrier.protocol
            # What was read together with the request belongs to the socket.
            channel.rawDataReceived = upgraded.dataReceived
            channel.requests.clear()  # breaks a cycle, which would wait for the garbage collector
        return result

    def handle_reply(self, message: dict[str, Any]) -> None:
        super().handle_reply(message)
        if draining and not self.startedWriting and isinstance(self.channel, HTTPChannel):
            self.responseHeaders.setRawHeaders(b"connection", [b"close"])
            self.channel.persistent = False

    async def drain(self) -> None:
        """Return when more of the answer may be written."""
        channel = getattr(self, "channel", None)  # Twisted removes it at the end of the answer
        if isinstance(channel, ChatChannel):
            await channel.drain()

    def check_timeouts(self) -> None:
        """Cut off a client that takes nothing; a slow one never is. Runs every two seconds."""
        channel = getattr(self, "channel", None)
        if not self._response_started or not isinstance(channel, ChatChannel):
            super().check_timeouts()
            return
        now, unsent = monotonic(), channel.unsent()
        taken = self.sentLength - unsent
        if not unsent or taken != self._taken or not self._taken_at:
            self._taken, self._taken_at = taken, now
        elif now - self._taken_at > STALLED:
            logger.info("Cut off a reader of %s who takes nothing", self.client_addr)
            channel.transport.abortConnection()

    def handle_exception(self, exception: BaseException) -> None:
        """Answer for an application that failed; an answer that has begun is broken off."""
        if self._response_started:
            self.channel.loseConnection()
        else:
            super().handle_exception(exception)

    def application_returned(self) -> None:
        """Answer for an application that ended before its answer was complete."""
        if self._response_started:
            self.channel.loseConnection()
        else:
            self.basic_error(500, b"Internal Server Error", "The application gave no answer.")


class ChatHTTPFactory(HTTPFactory):  # type: ignore[misc]
    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.timeOut = KEEP_ALIVE

    protocol = staticmethod(lambda: _GenericHTTPChannelProtocol(ChatChannel()))

    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = ChatRequest
        return protocol

    def startFactory(self) -> None:
        """Leave Twisted's access log closed: it would format a line that nobody reads for each request.

        Daphne writes the access log.
        """
