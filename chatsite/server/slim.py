"""A WebSocket that keeps, once it is open, what an open WebSocket needs."""

from functools import cached_property
from typing import Any

from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.defer import Deferred

from chatsite.server.private_names import HANDSHAKE


class SlimProtocol(WebSocketProtocol):  # type: ignore[misc]
    """A WebSocket that forgets its handshake once it is open.

    Autobahn and Daphne keep a hundred attributes for each socket, the whole handshake among them:
    20 KiB. Ten are enough for most of a socket's life, which makes 7 KiB in all.
    """

    # The values that an open socket starts with. Autobahn sets these attributes on each socket; slim()
    # removes those that equal the values here.
    data = b""
    autoPingPending = autoPingPendingCall = autoPingPendingSent = autoPingTimeoutCall = None
    autoPingPendingSeq = send_state = 0
    closedByMe = failedByMe = droppedByMe = inside_message = triggered = trackTimings = False
    closeHandshakeTimeoutCall = openHandshakeTimeoutCall = trackedTimings = None
    current_frame: Any = None
    localCloseCode = localCloseReason = remoteCloseCode = remoteCloseReason = None
    wasClean = wasCloseHandshakeTimeout = wasOpenHandshakeTimeout = False
    wasMaxFramePayloadSizeExceeded = wasMaxMessagePayloadSizeExceeded = False
    wasServerConnectionDropTimeout = wasServingFlashSocketPolicyFile = False
    wasNotCleanReason = websocket_protocol_in_use = _perMessageCompress = None
    root_path = ""
    websocket_version = 13

    # slim() removes these whatever they are: all sockets share them, or they are made when needed.
    send_queue: tuple[bytes, ...] = ()
    trafficStats: Any = TrafficStats()  # type: ignore[no-untyped-call]
    is_closed = cached_property[Any](lambda self: Deferred())
    utf8validator = cached_property[Any](lambda self: Utf8Validator())  # type: ignore[no-untyped-call]

    def slim(self) -> None:
        common = type(self)
        self.__dict__ = {
            name: value
            for name, value in self.__dict__.items()
            if name not in HANDSHAKE and value != getattr(common, name, self)
        }
