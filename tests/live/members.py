"""People in a room of a running site, spread over its workers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.support.client import RoomSocket, Visitor
from tests.support.sockets import PATIENCE
from tests.support.workers import Site


@asynccontextmanager
async def members_of_a_room(
    site: Site, *names: str, **options: Any
) -> AsyncIterator[list[RoomSocket]]:
    """Everyone's socket in a new room of the first one, each at the next worker in turn."""
    async with AsyncExitStack() as stack:
        sockets: list[RoomSocket] = []
        code = ""
        for number, name in enumerate(names):
            worker = number % len(site.workers)
            visitor = await stack.enter_async_context(site.visitor(name, worker=worker))
            code = await visitor.join(code) if code else await visitor.create()
            sockets.append(await stack.enter_async_context(visitor.socket(code, **options)))
        for socket in sockets:
            await socket.until(lambda view: len(view.members) == len(names))
        yield sockets


@asynccontextmanager
async def tab(socket: RoomSocket, *, site: Site, worker: int) -> AsyncIterator[RoomSocket]:
    """Another socket of the same person in the same room, at a worker of choice."""
    async with RoomSocket(socket.visitor, socket.code, base_urls=[site.urls[worker]]) as other:
        yield other


async def all_see(sockets: list[RoomSocket], body: str) -> None:
    """Returns when everyone has been shown a message."""
    for socket in sockets:
        await socket.until(lambda view: body in view.bodies)


async def fence(sockets: list[RoomSocket], body: str) -> None:
    """Wait until everything sent to the room before has arrived at everyone."""
    await sockets[0].post(body)
    await all_see(sockets, body)


async def eventually(condition: Callable[[], Any], *, timeout: float = PATIENCE) -> None:
    """Wait for what no socket is told of: something in the database, say."""
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110 - nothing tells us
            await asyncio.sleep(0.05)


async def command(site: Site, python: str) -> str:
    """Run something in a process of its own, as `manage.py shell` does; what it printed."""
    models = "from history.models import *; from rooms.models import *; "
    return await asyncio.to_thread(site.manage, "shell", "--no-imports", "-c", models + python)


def events(socket: RoomSocket) -> list[str]:
    """The room's comings and goings as this socket has them, in order."""
    return [
        f"{message['kind']} {message['author']['name']}"
        for message in socket.view.transcript
        if message["kind"] in {"join", "leave"}
    ]


async def shut(socket: RoomSocket) -> None:
    """End a socket that the server has closed, or is about to, without complaint."""
    await socket.drop()


def visitor_of(socket: RoomSocket) -> Visitor:
    assert isinstance(socket.visitor, Visitor)
    return socket.visitor
