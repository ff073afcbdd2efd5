"""Daphne's HTTP side, knowing when the server drains and whether anybody reads."""

import logging
from time import monotonic
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol

from chatsite.server.channel import KEEP_ALIVE, ChatChannel
from chatsite.server.lifecycle import draining

logger = logging.getLogger(__name__)

# Seconds after which a reader who has taken nothing is cut off.
STALLED = 60
# An answer that is longer is not done before its reader has taken it. A shorter one is the kernel's.
SHORT = 16 * 1024

# Bytes of a request's body. The largest form is a report whose comment is 1000 emoji, 12,000 bytes as
# browsers write them, or a desk's question about 200 rows. Without a limit here the server would put
# all of it on the disk before the application is asked. deploy/nginx has the same, and so has
# DATA_UPLOAD_MAX_MEMORY_SIZE.
MAX_BODY = 16 * 1024
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class ChatRequest(WebRequest):  # type: ignore[misc]
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    error_template = (
        '<!doctype html><html lang="en"><title>%(title)s</title>'
        "<h1>%(title)s</h1><p>%(body)s</p></html>"
    )

    _received = 0
    _taken = 0  # bytes of the answer that the reader had when it was looked at last
    _taken_at = 0.0

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        self._take(length or 0)
        self._received = 0

    def handleContentChunk(self, data: bytes) -> None:
        if self._take(len(data)):
            super().handleContentChunk(data)

    def _take(self, size: int) -> bool:
        """Count some of the body. False if it is too much: then the connection is on its way out."""
        was_fine, self._received = self._received <= MAX_BODY, self._received + size
        if was_fine and self._received > MAX_BODY:
            self.channel.transport.write(_TOO_LARGE)
            self.channel.loseConnection()
        return self._received <= MAX_BODY

    def process(self) -> Any:
        self.server.look_for_proxy(self.requestHeaders, self.client)
        # Where the site is mounted is not for a visitor to say.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        if draining and self.requestHeaders.hasHeader(b"upgrade"):
            self.basic_error(503, b"Service Unavailable", "The server is restarting.")
            return None
        result = super().process()
        if self.transport is None:  # it became a WebSocket
            channel = self.channel
            carrier = channel.transport  # with TLS it carries what TLS wraps
            upgraded = getattr(carrier, "wrappedProtocol", None) or carrier.protocol
            # What came in the same read as the request is the socket's.
            channel.rawDataReceived = upgraded.dataReceived
            channel.requests.clear()  # breaks a cycle that would wait for the collector
        return result

    def handle_reply(self, message: dict[str, Any]) -> None:
        super().handle_reply(message)
        if draining and not self.startedWriting and isinstance(self.channel, HTTPChannel):
            self.responseHeaders.setRawHeaders(b"connection", [b"close"])
            self.channel.persistent = False

    async def drain(self) -> None:
        """Return when more of the answer may be written."""
        channel = getattr(self, "channel", None)  # Twisted takes it away with the end of the answer
        if isinstance(channel, ChatChannel):
            await channel.drain()

    def check_timeouts(self) -> None:
        """Called every two seconds. A reader who takes nothing is cut; a slow one never is."""
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

    def application_returned(self) -> None:
        """The application is done with a request it has not answered in full."""
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
        """Leaves Twisted's access log closed: it would format a line for each request that goes
        nowhere. Daphne writes the access log."""
