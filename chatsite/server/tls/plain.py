"""The port without TLS: the authority's challenge (RFC 8555, section 8.3), and a redirect for all else."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from twisted.web.http import HTTPFactory, Request

from chatsite.server.channel import ChatChannel

_CHALLENGE = re.compile(rb"/\.well-known/acme-challenge/([A-Za-z0-9_-]{1,200})")

# Bytes of a body that are read past. A browser sends none to an address that somebody typed.
_MAX_BODY = 16 * 1024

# Return the answer to a challenge, by its token; None if there are no challenges.
Answer = Callable[[bytes], bytes | None]


_Request: Any = Request  # whose methods have no types


class PlainRequest(_Request):  # type: ignore[misc]
    factory: "PlainFactory"

    def handleContentChunk(self, data: bytes) -> None:
        """Keep nothing, and end a connection that sends much."""
        self._passed = getattr(self, "_passed", 0) + len(data)
        if self._passed > _MAX_BODY:
            self.loseConnection()

    def process(self) -> None:
        token = _CHALLENGE.fullmatch(self.uri)
        answer = self.factory.answer(token[1]) if token else None
        if answer is not None:
            self._say(200, answer)
        else:
            self.setHeader(b"Location", self.factory.location(self.getRequestHostname(), self.uri))
            self._say(308, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.setResponseCode(status)
        self.setHeader(b"Content-Type", b"text/plain")
        self.setHeader(b"Content-Length", b"%d" % len(body))
        self.setHeader(b"X-Content-Type-Options", b"nosniff")
        self.responseHeaders.removeHeader(b"Server")
        self.write(body)
        self.finish()


class PlainFactory(HTTPFactory):
    """`origins` are the addresses of the site (https://…) by the hosts that it may be called."""

    def __init__(self, origins: Mapping[str, str], answer: Answer) -> None:
        super().__init__()
        self._origins = origins
        self._first = next(iter(origins.values()))
        self.answer = answer

    def buildProtocol(self, address: Any) -> Any:
        channel = ChatChannel()
        channel.requestFactory = self._request
        channel.factory = self
        channel.site = self
        return channel

    def _request(self, *arguments: Any, **named: Any) -> PlainRequest:
        request = PlainRequest(*arguments, **named)
        request.factory = self
        return request

    def location(self, host: bytes, path: bytes) -> bytes:
        """Return the same address with https, at a host that is the site's."""
        name = host.decode("latin-1").lower().strip("[]")
        chosen = self._origins.get(name, self._first)
        return chosen.encode() + (path if path.startswith(b"/") else b"/")

    def startFactory(self) -> None:
        """Leave Twisted's access log closed, as ChatHTTPFactory does."""

    def stopFactory(self) -> None:
        pass
