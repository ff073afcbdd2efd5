"""Whoever comes into a room of very many is told all of them, however slowly they read."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from rooms.errors import Unavailable
from rooms.live import welcome
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.sockets import BACKLOG_LIMIT
from tests.support.view import RoomView
from tests.unit.test_gathering import happens

CROWD = 20_000


class SlowReader:
    """Reads when it is waited for, and is cut off like any other for what waits then."""

    def __init__(self) -> None:
        self.view = RoomView()
        self.waiting = 0
        self.drained = asyncio.Event()
        self.read = asyncio.Event()

    def send(self, payloads: Sequence[bytes]) -> None:
        self.waiting += sum(map(len, payloads))
        assert self.waiting <= BACKLOG_LIMIT, "too slow"
        for payload in payloads:
            self.view.apply(orjson.loads(payload))

    async def drain(self) -> None:
        self.drained.set()
        await self.read.wait()
        self.waiting = 0

    def close(self, code: int) -> None:
        raise AssertionError(f"closed with {code}")


@pytest.fixture
def crowded(room: LiveRoom) -> LiveRoom:
    room.info = {"id": "r_1", "code": room.code}
    people = (f"guest {number}" for number in range(CROWD))
    room.roster = {who: {"id": who, "name": who.title(), "role": "member"} for who in people}
    return room


def newcomer(reader: SlowReader) -> Client:
    client = Client(socket_id="late", sender=reader)
    client.you = {"id": "guest 0", "name": "Guest 0", "role": "member", "muted_until": None, "muted_for": ""}  # fmt: skip
    return client


async def enter(hub: Hub, room: LiveRoom, client: Client) -> None:
    await welcome.enter(hub=hub, threads=hub.repair._threads, room=room, client=client, after=None)


async def test_twenty_thousand_people_are_more_than_may_wait_at_once(
    hub: Hub, crowded: LiveRoom
) -> None:
    reader = SlowReader()
    reader.read.set()
    await enter(hub, crowded, newcomer(reader))
    assert reader.view.members == crowded.roster


async def test_what_happens_while_they_are_told_is_told_after(hub: Hub, crowded: LiveRoom) -> None:
    reader = SlowReader()
    coming = asyncio.create_task(enter(hub, crowded, newcomer(reader)))
    await asyncio.wait_for(reader.drained.wait(), 5)
    assert len(reader.view.members) < CROWD
    happens(crowded, ("join", "eve"), ("leave", "guest 7"), ("chat", "guest 9"))
    reader.read.set()
    await asyncio.wait_for(coming, 5)
    happens(crowded, ("join", "bob"))
    assert reader.view.cursor == crowded.cursor == 4
    assert reader.view.members == crowded.roster
    assert {"eve", "bob"} < reader.view.members.keys()


async def test_nobody_comes_in_who_may_have_lost_the_right_meanwhile(
    hub: Hub, crowded: LiveRoom
) -> None:
    reader = SlowReader()
    coming = asyncio.create_task(enter(hub, crowded, newcomer(reader)))
    await asyncio.wait_for(reader.drained.wait(), 5)
    crowded.epoch = 1
    reader.read.set()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(coming, 5)
    assert not crowded.clients
