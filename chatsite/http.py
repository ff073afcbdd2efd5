"""Daphne's HTTP side, knowing when the server drains."""

from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web.http import HTTPChannel

from chatsite.lifecycle import draining

# Longer than the 60 s for which nginx and most load balancers keep an idle connection: the side that
# sends requests has to be the one that ends it, or a request now and then meets a closed door.
KEEP_ALIVE = 75


class ChatRequest(WebRequest):  # type: ignore[misc]
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    error_template = (
        '<!doctype html><html lang="en"><title>%(title)s</title>'
        "<h1>%(title)s</h1><p>%(body)s</p></html>"
    )

    def process(self) -> Any:
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

    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = ChatRequest
        return protocol

    def startFactory(self) -> None:
        """Leaves Twisted's access log closed: it would format a line for each request that goes
        nowhere. Daphne writes the access log."""
