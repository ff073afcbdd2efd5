from collections.abc import AsyncIterator

import pytest

from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    threads = DatabaseThreads(name="hub")
    yield Hub(name="test", threads=threads)
    await threads.close()


@pytest.fixture
async def room(hub: Hub) -> LiveRoom:
    room = LiveRoom(room_id=1, stream_id=1, code="BCDF")
    room.ready.set_result(None)
    hub.rooms[1] = room
    return room
