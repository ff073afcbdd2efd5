"""A member's socket as somebody opens it who keeps to nothing: bytes, and no reading."""

import base64
import os
import socket
from urllib.parse import urlsplit

from tests.support.client import Visitor


class RawSocket:
    """Open and let in. Reads nothing by itself."""

    def __init__(self, visitor: Visitor, code: str) -> None:
        url = urlsplit(visitor.base_url)
        assert url.hostname
        assert url.port
        self.socket = socket.socket()
        self.socket.settimeout(10)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect((url.hostname, url.port))
        self.socket.sendall(
            f"GET /ws/rooms/{code}/ HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nOrigin: {visitor.base_url}\r\nCookie: {visitor.cookies()}\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        seen = b""
        while b'"welcome"' not in seen:
            more = self.socket.recv(4096)
            assert more, seen
            seen += more

    def send(self, data: bytes) -> bool:
        """False if the server has hung up."""
        try:
            self.socket.sendall(data)
        except (OSError, TimeoutError):
            return False
        return True

    def close(self) -> None:
        self.socket.close()
