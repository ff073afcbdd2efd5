"""Daphne's WebSocket protocol, with short paths for common frames and a bound on slow readers.

Autobahn parses and answers everything unusual: fragments, control frames, errors, closing. Whole text
frames that come in (chatsite/server/pacing.py), frames that go out, pings and pongs do not reach it.
"""

import logging
from time import monotonic
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from daphne.server import reactor  # that module installs it
from daphne.ws_protocol import WebSocketFactory
from twisted.internet import tcp
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, ISSLTransport
from zope.interface import implementer

from chatsite.server.direct import CloseCallback, DirectSocket, MessageCallback
from chatsite.server.framing import BINARY, PING, TEXT, build_frame
from chatsite.server.inbox import Inbox
from chatsite.server.pacing import PacedProtocol

logger = logging.getLogger(__name__)

RESTARTING = 4000

# Seconds in which the client has to answer our close frame. Autobahn's default is 1, and its timers run
# up to a second early: many a phone would be aborted before it has read the reason.
CLOSE_TIMEOUT = 5


@implementer(IPushProducer)
class ChatProtocol(PacedProtocol):
    """One WebSocket, from the upgrade on."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__

    direct: DirectSocket
    application_queue: Inbox | None = None
    message_callback: MessageCallback | None = None
    close_callback: CloseCallback | None = None
    path: bytes | None = None
    client_scheme: str | None = None

    @property
    def scheme(self) -> str:
        """The scheme that the client used: from the proxy's header, where --proxy-headers trusts it."""
        secure = ISSLTransport.providedBy(self.transport)
        return "wss" if self.client_scheme == "https" or secure else "ws"

    def __repr__(self) -> str:
        return f"<WebSocket {self.path!r}>"

    # Connecting ---------------------------------------------------------------------------------

    def connectionMade(self) -> None:
        self.server = self.factory.server_class
        transport = self.transport
        plain = transport.socket if isinstance(transport, tcp.Connection) else None
        self.direct = DirectSocket(self, transport, plain)
        # Replaces the HTTP channel, which the transport would keep alive otherwise.
        transport.unregisterProducer()
        transport.registerProducer(self, True)
        # Autobahn's own callback for Twisted would also format text for debug logs.
        self._connectionMade()

    def connectionLost(self, reason: Any) -> None:
        if self.pause is not None:
            self.pause.cancel()
        self._connectionLost(reason)

    def _onOpen(self) -> None:
        self.onOpen()

    def onConnect(self, request: Any) -> Deferred[Any]:
        answer: Deferred[Any] = super().onConnect(request)
        # Not the wall clock: if it jumps, every client would seem to be silent at once.
        self.socket_opened = self.last_ping = monotonic()
        return answer

    def serverAccept(self, subprotocol: str | None = None) -> None:
        # The handshake may have timed out before the application answered.
        if self.state == self.STATE_CONNECTING:
            super().serverAccept(subprotocol)
            self.slim()
            self.read_directly()

    def serverReject(self) -> None:
        if self.state == self.STATE_CONNECTING:
            super().serverReject()

    def refuse(self, status: int, reason: str) -> None:
        """Answer a handshake that is still under way with an HTTP status."""
        if self.state == self.STATE_CONNECTING and not self.handshake_deferred.called:
            denial = ConnectionDeny(code=status, reason=reason)  # type: ignore[no-untyped-call]
            self.handshake_deferred.errback(denial)

    def onOpen(self) -> None:
        self._log("connected")

    # Receiving ----------------------------------------------------------------------------------

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state != self.STATE_OPEN:
            return  # the application has closed
        if self.message_callback is not None:
            try:
                self.message_callback(payload, isBinary)
            except Exception as error:
                logger.exception("Exception in the message callback of %r", self)
                self.handle_exception(error)
        elif self.application_queue is not None:
            content = {"bytes": payload} if isBinary else {"text": payload.decode()}
            self.application_queue.put_nowait({"type": "websocket.receive", **content})

    # Sending ------------------------------------------------------------------------------------

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Send what Autobahn has to send. `sync` and `chopsize` are for its own test suite."""
        self.direct.send(data)

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        payload = content.encode() if isinstance(content, str) else content
        self.direct.write(build_frame(BINARY if binary else TEXT, payload))

    def pauseProducing(self) -> None:
        self.direct.pause()

    def resumeProducing(self) -> None:
        self.direct.resume()

    def stopProducing(self) -> None:
        pass  # the connection is lost: connectionLost follows

    # Liveness -----------------------------------------------------------------------------------

    def check_timeouts(self) -> None:
        """Ping a client that has been silent, and drop one that does not answer. Runs every two seconds.

        A client that vanished is dropped at the latest ping_interval + ping_timeout + 4 s after its last
        frame: 54 s by default.
        """
        now, server = monotonic(), self.server
        if self.state == self.STATE_CONNECTING:
            if 0 <= server.websocket_connect_timeout < now - self.socket_opened:
                self.serverReject()
        elif self.state == self.STATE_OPEN:
            if 0 <= server.websocket_timeout < now - self.socket_opened:
                self.close(RESTARTING, "open for long enough")
            elif self.pinged_at:
                if 0 < server.ping_timeout < now - self.pinged_at:
                    self.onAutoPingTimeout()
            elif now - self.last_ping > server.ping_interval:
                self.pinged_at = now
                self.direct.send(PING)

    # Closing ------------------------------------------------------------------------------------

    def close(self, code: int, reason: str) -> None:
        if self.state == self.STATE_CONNECTING:
            self.serverReject()
        elif self.state == self.STATE_OPEN:
            self.sendClose(code, reason or None)

    def restart(self) -> None:
        """Close because the server stops: the client reconnects, and finds another worker."""
        if self.state == self.STATE_CONNECTING:
            self.refuse(503, "Service Unavailable")
        else:
            self.close(RESTARTING, "restarting")

    def application_returned(self) -> None:
        """Close the socket, unless the application left callbacks with which it goes on."""
        if self.state == self.STATE_CONNECTING:
            self.refuse(500, "Internal Server Error")
        elif self.close_callback is None:
            self.close(1000, "")

    def handle_exception(self, exception: BaseException) -> None:
        """Close the socket with 1011, or refuse it with 500: the application failed."""
        if self.state == self.STATE_CONNECTING:
            self.refuse(500, "Internal Server Error")
        else:
            self.sendCloseFrame(code=1011)

    def onCloseFrame(self, code: int | None, reasonRaw: bytes | None) -> bool | None:
        self.direct.discard()  # nobody will read it
        answer: bool | None = super().onCloseFrame(code, reasonRaw)
        return answer

    def unregisterProducer(self) -> None:
        # Autobahn is about to close the transport, which will then not ask for more.
        self.direct.flush()
        super().unregisterProducer()

    def _closeConnection(self, abort: bool = False) -> None:
        if not abort and self.direct.buffered:
            # The transport would wait for ever for a client that does not read.
            reactor.callLater(CLOSE_TIMEOUT, self.transport.abortConnection)
        super()._closeConnection(abort)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.direct.detach()
        self.server.protocol_disconnected(self)
        callback, self.close_callback, self.message_callback = self.close_callback, None, None
        if self.application_queue is None:
            return  # it never reached the application
        code = 1005 if code is None else code  # the close frame had no code
        if callback is not None:
            try:
                callback(code)
            except Exception:
                logger.exception("Exception in the close callback of %r", self)
        self.application_queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self._log("disconnected")

    def _log(self, action: str) -> None:
        address = self.client_addr
        client = f"{address[0]}:{address[1]}" if address else None
        path = self.path.decode("ascii") if self.path else None
        self.server.log_action("websocket", action, {"path": path, "client": client})


class ChatSocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Makes the protocols, whose options are attributes of their class.

    Autobahn would copy all forty options to each socket, and format them for a debug log that nobody
    reads.
    """

    def __init__(self, server: Any) -> None:
        super().__init__(server, server=server.server_name)
        self.setProtocolOptions(
            allowNullOrigin=True,  # the application judges origins
            openHandshakeTimeout=server.websocket_handshake_timeout,
            closeHandshakeTimeout=CLOSE_TIMEOUT,
            maxMessagePayloadSize=server.websocket_max_message_size,
            maxFramePayloadSize=server.websocket_max_frame_size,
            failByDrop=False,  # a client that breaks the protocol is told so: 1002, 1007, 1009
        )
        options = {name: getattr(self, name) for name in ChatProtocol.CONFIG_ATTRS}
        # A function among them must not become a method.
        accept = staticmethod(options.pop("perMessageCompressionAccept"))
        limits = [self.maxMessagePayloadSize, self.maxFramePayloadSize]
        self.protocol = type(
            "ConfiguredChatProtocol",
            (ChatProtocol,),
            {
                **options,
                "CONFIG_ATTRS": (),
                "perMessageCompressionAccept": accept,
                "text_limit": min((limit for limit in limits if limit), default=2**63),
            },
        )
