"""Clients that try again every second, without jitter and for ever, as somebody's bots do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Origin

from tests.support.client import Visitor

GIVE_UP = 5.0  # seconds for a handshake
PAUSE = 1.0
_PATIENCE = 40.0  # seconds after which a client that is still away fails its test


class Returning:
    """One of them. It says nothing and knows nothing: each time it asks for the newest page."""

    def __init__(self, visitor: Visitor, code: str, number: int) -> None:
        self._url = f"{visitor.base_url.replace('http', 'ws', 1)}/ws/rooms/{code}/"
        self._origin = Origin(visitor.base_url)
        # Each seems to be another browser, as nginx sees it.
        self._cookies = f"{visitor.cookies()}; browser={number}"
        self._here = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self.refused: list[int] = []  # the status of each handshake that was refused
        self.lost = asyncio.Event()
        self.away = 0.0  # seconds for which it was, the longest time

    async def here(self) -> None:
        """Wait until it is welcomed, or has been."""
        await asyncio.wait_for(self._here.wait(), _PATIENCE)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        since = loop.time()
        while True:
            try:
                async with connect(
                    self._url,
                    origin=self._origin,
                    additional_headers={"Cookie": self._cookies},
                    open_timeout=GIVE_UP,
                    close_timeout=1,
                    proxy=None,
                ) as socket:
                    await asyncio.wait_for(socket.recv(), 2 * GIVE_UP)  # the welcome
                    self.away = max(self.away, loop.time() - since)
                    self._here.set()
                    with suppress(ConnectionClosed):
                        async for _ in socket:
                            pass
                    since = loop.time()
                    self._here.clear()
                    self.lost.set()
            except InvalidStatus as error:
                self.refused.append(error.response.status_code)
            except (OSError, TimeoutError, WebSocketException):
                pass  # tried again, like a refusal
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def returning(base_url: str, count: int) -> AsyncIterator[list[Returning]]:
    """Sockets of one person in one room, all of them welcomed."""
    async with Visitor(base_url, "Ada") as ada:
        code = await ada.create()
        clients = [Returning(ada, code, number) for number in range(count)]
        try:
            await asyncio.gather(*(client.here() for client in clients))
            for client in clients:
                client.refused.clear()
                client.lost.clear()
                client.away = 0.0
            yield clients
        finally:
            await asyncio.gather(*(client.stop() for client in clients))


async def losses(clients: Sequence[Returning], count: int) -> None:
    """Wait until so many of them have lost their socket."""
    pending = {asyncio.create_task(client.lost.wait()) for client in clients}
    while len(clients) - len(pending) < count:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
