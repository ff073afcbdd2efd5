"""A server process around the toy applications, and clients that misbehave on purpose."""

import base64
import http.client
import json
import os
import re
import signal
import socket
import ssl
import struct
import sys
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.frames import client_frame
from tests.support.processes import Process, free_port
from tests.support.programs import ROOT

PATIENCE = 10.0


class ToyServer:
    """`python -m chatsite.server` with tests/live/toyapps.py, on a port of its own."""

    def __init__(
        self,
        directory: Path,
        *flags: str,
        module: str = "chatsite.server",
        listen: tuple[str, ...] | None = None,
        ready: str | None = None,
        **environment: str,
    ) -> None:
        self.port = free_port()
        listen = listen or ("--port", str(self.port))
        self.process = Process(
            [sys.executable, "-m", module, *listen, *flags, "tests.live.toyapps:app"],
            log=directory / f"{self.port}.log",
            ready=ready or rf"Listening on .*:{self.port}\b",
            env={**os.environ, **environment},
            cwd=ROOT,
        )

    def __enter__(self) -> "ToyServer":
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    @property
    def log(self) -> str:
        return self.process.tail(characters=100_000)

    def wait_for(self, pattern: str) -> "re.Match[str]":
        """The first match in what the server and the toys have printed."""
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.log)):
            assert time.monotonic() < deadline, f"no {pattern!r} in\n{self.log}"
            time.sleep(0.01)
        return match

    def signal(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.process.pid, number)

    def wait(self) -> int:
        """The exit code."""
        return self.process.wait(timeout=PATIENCE)

    # Clients --------------------------------------------------------------------------------------

    def http(self) -> http.client.HTTPConnection:
        """A connection that is kept alive."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str) -> tuple[int, Any]:
        """The status and what the JSON says, over a connection of its own."""
        connection = self.http()
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        is_json = body and response.headers["Content-Type"] is None
        return response.status, json.loads(body) if is_json else body

    def open(self, path: str, *, tls: bool = False, **options: Any) -> ClientConnection:
        """A well-behaved client."""
        url = f"{'wss' if tls else 'ws'}://127.0.0.1:{self.port}{path}"
        if tls:
            options["ssl"] = ssl._create_unverified_context()
        # legacy: a test that fails leaves it open, and nothing is lost
        return connect(
            url, legacy=True, proxy=None, ping_interval=None, open_timeout=PATIENCE, **options
        )

    def open_raw(self, path: str, *, early: bytes = b"", tls: bool = False) -> "RawClient":
        return RawClient(self.port, path, early=early, tls=tls)


class RawClient:
    """A WebSocket that does only what it is told: no reading, no pongs, no closing handshake.

    `early` is sent together with the handshake, before its answer.
    """

    def __init__(self, port: int, path: str, *, early: bytes = b"", tls: bool = False) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        # Small, so that what it does not read waits in the server.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        if tls:
            self.socket = ssl._create_unverified_context().wrap_socket(self.socket)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
            + early
        )

    def __enter__(self) -> "RawClient":
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.read(1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, payload: bytes, **options: Any) -> None:
        self.socket.sendall(client_frame(payload, **options))

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes. Raises EOFError at the end, ConnectionResetError after an abort."""
        data = b""
        while len(data) < size:
            if not (more := self.socket.recv(size - len(data))):
                raise EOFError
            data += more
        return data

    def frame(self) -> tuple[int, bytes]:
        """The first byte and the payload of the next frame."""
        first, length = self.read(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.read(8))
        return first, self.read(length)

    def is_aborted(self, *, within: float) -> bool:
        """Whether the server resets the connection in this time. Reads nothing until then."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return True
            time.sleep(0.02)
        return False
