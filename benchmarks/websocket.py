"""The client's half of RFC 6455 on a blocking socket, as little of it as a load generator needs."""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence

HOST = "127.0.0.1"
PING = 9
CLOSE = 8
_TEXT = 0x81
_BEGINNING = 64  # bytes of a frame in which its type is told
_NO_MASK_KEY = (
    b"\0\0\0\0"  # the mask bit is required of a client; key 0 leaves the payload as it is
)


class Refused(Exception):
    """The server did not let the socket in; the text is what it said instead."""


def client_frame(payload: bytes, first_byte: int = _TEXT) -> bytes:
    size = len(payload)
    if size < 126:
        head = bytes([first_byte, 0x80 | size])
    elif size < 65536:
        head = struct.pack(">BBH", first_byte, 0xFE, size)
    else:
        head = struct.pack(">BBQ", first_byte, 0xFF, size)
    return head + _NO_MASK_KEY + payload


def pong(payload: bytes) -> bytes:
    return client_frame(payload, 0x8A)


def frames(buffer: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield ``(opcode, payload start, frame end)`` of each whole server frame from ``start`` on."""
    size = len(buffer)
    while start + 2 <= size:
        length, body = buffer[start + 1], start + 2
        if length == 126:
            if body + 2 > size:
                return
            length, body = int.from_bytes(buffer[body : body + 2], "big"), body + 2
        elif length == 127:
            if body + 8 > size:
                return
            length, body = int.from_bytes(buffer[body : body + 8], "big"), body + 8
        end = body + length
        if end > size:
            return
        yield buffer[start] & 0x0F, body, end
        start = end


def handshake(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Origin: http://{HOST}:{port}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Opening:
    """A handshake and the frames after it, up to where the socket is in its room.

    ``feed`` it what was read and send what it returns, until ``done``; ``rest`` is then what was read
    beyond it. Each step is what to send and a piece of the beginning of the frame that answers it.
    """

    def __init__(self, request: bytes, steps: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self.request = request
        self.answer = b""  # the frame that ended the last step
        self.rest = b""
        self.done = False
        self._upgraded = False
        self._steps = list(steps)

    def feed(self, data: bytes) -> bytes:
        """Raises Refused if the server does not switch protocols, or closes the socket."""
        self.rest += data
        if not self._upgraded:
            head, blank, rest = self.rest.partition(b"\r\n\r\n")
            if not blank:
                return b""
            status = head.split(b"\r\n", 1)[0]
            if b" 101 " not in status:
                raise Refused(status.decode(errors="replace"))
            self._upgraded, self.rest = True, rest
            return self._next()
        for opcode, body, end in frames(self.rest):
            if opcode == CLOSE:
                raise Refused(f"closed with {int.from_bytes(self.rest[body : body + 2], 'big')}")
            if self._steps[0][1] in self.rest[body : body + _BEGINNING]:
                self.answer, self.rest = self.rest[body:end], self.rest[end:]
                self._steps.pop(0)
                return self._next()
        return b""

    def _next(self) -> bytes:
        self.done = not self._steps
        return self._steps[0][0] + self.feed(b"") if self._steps else b""


def open_socket(port: int, opening: Opening, source: str = "") -> socket.socket:
    """``source``: the address to come from, of this machine's."""
    sock = socket.create_connection((HOST, port), source_address=(source, 0))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(opening.request)
    while not opening.done:
        # A server that leaves Nagle's algorithm on would wait 40 ms for a delayed acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data = sock.recv(65536)
        if not data:
            raise Refused("closed before the socket was in its room")
        if answer := opening.feed(data):
            sock.sendall(answer)
    return sock
