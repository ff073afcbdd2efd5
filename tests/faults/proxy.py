"""A TCP proxy that breaks connections in the ways networks and clients do."""

import asyncio
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.support.processes import free_port

_CHUNK = 64 * 1024
_ESTABLISHED = 1  # Linux's number for the state in TCP_INFO
_LOOK_EVERY = 0.05  # seconds


class Link:
    """One proxied connection: `open` until either side ends it; `ended` is set if it was the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self._client, self._server = client, server
        self._reading = asyncio.Event()
        self._reading.set()
        self._silent = False
        self.open = True
        self.ended = asyncio.Event()
        self.from_server = 0  # bytes taken from the server

    def silence(self) -> None:
        """Half-open: neither side hears of the other again, and neither is told.

        What they send is taken and thrown away, so that writes go on succeeding: only asking for a
        sign of life finds out.
        """
        self._silent = True

    def stop_reading(self) -> None:
        """What the server sends is left in its buffers; what the client sends goes through."""
        self._reading.clear()

    def cut(self) -> None:
        """Reset the connection on both sides, as a process or a router that dies does."""
        for end in (self._client, self._server):
            _reset(end)

    async def run(self) -> None:
        """Forwards until one side ends the connection."""
        parts = [
            asyncio.create_task(self._to_server()),
            asyncio.create_task(self._to_client()),
            asyncio.create_task(self._watch()),
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            self.open = False
            self.cut()

    async def _to_server(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await loop.sock_recv(self._client, _CHUNK):
                if not self._silent:
                    await loop.sock_sendall(self._server, data)
        if self._silent:  # nor does the server learn that the client has given up
            await self.ended.wait()

    async def _to_client(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._reading.wait()
                data = await loop.sock_recv(self._server, _CHUNK)
                if not data:
                    break
                self.from_server += len(data)
                if not self._silent:
                    await loop.sock_sendall(self._client, data)
        except ConnectionError:
            pass
        self.ended.set()

    async def _watch(self) -> None:
        """A reset is not noticed by who does not read: for that the kernel has to be asked."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            info = self._server.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
            if not self._reading.is_set() and info[0] != _ESTABLISHED:
                self.ended.set()
                return


class Proxy:
    """Listens on a port of its own and forwards to another, `links` in the order they came.

    `receive_buffer`: bytes the kernel may keep of what the server sent; None: its own choice.
    """

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.links: list[Link] = []
        self.refused_at: list[float] = []  # each try while it was unplugged, on the loop's clock
        self._plugged_in = True
        self._target = port
        self._receive_buffer = receive_buffer
        self._listener = socket.create_server(("127.0.0.1", free_port()))
        self._listener.setblocking(False)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    async def unplug(self) -> None:
        """Every connection is reset, and so is each new one until `plug_in()`."""
        self._plugged_in = False
        await self._end(self._tasks - {self._accepting})

    async def plug_in(self) -> None:
        self._plugged_in = True

    async def __aenter__(self) -> Self:
        self._accepting = self._run(self._accept())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end(self._tasks)
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listener)
            if self._plugged_in:
                self._run(self._connect(client))
            else:
                self.refused_at.append(loop.time())
                _reset(client)

    async def _connect(self, client: socket.socket) -> None:
        server = socket.socket()
        try:
            server.setblocking(False)
            if self._receive_buffer:
                # Before connecting: the window that is offered follows from it.
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            await asyncio.get_running_loop().sock_connect(server, ("127.0.0.1", self._target))
            client.setblocking(False)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(client, server)
            self.links.append(link)
            await link.run()
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    def _run(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @staticmethod
    async def _end(tasks: set[asyncio.Task[None]]) -> None:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        # Linger 0: close() sends a reset.
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
