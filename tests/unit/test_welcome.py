"""A client is told all members of a large room, however slowly it reads, and nothing without the right."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from history.log import read
from rooms.errors import Removed, Unavailable
from rooms.live import snapshot, welcome
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.sockets import BACKLOG_LIMIT
from tests.support.view import RoomView
from tests.unit.test_eviction import Database
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


async def enter(hub: Hub, room: LiveRoom, client: Client, *, after: int | None = None) -> None:
    threads = hub.repair._threads
    await welcome.enter(hub=hub, threads=threads, room=room, client=client, after=after)


async def test_twenty_thousand_people_are_more_than_may_wait_at_once(
    hub: Hub, crowded: LiveRoom
) -> None:
    reader = SlowReader()
    reader.read.set()
    await enter(hub, crowded, newcomer(reader))
    assert reader.view.members == crowded.roster


async def test_events_during_the_welcome_are_told_after_it(hub: Hub, crowded: LiveRoom) -> None:
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


@pytest.mark.parametrize("events", [[], [("chat", "guest 9")]], ids=["ban", "ban and message"])
async def test_nobody_comes_in_who_may_have_lost_the_right_meanwhile(
    hub: Hub, crowded: LiveRoom, events: list[tuple[str, str]]
) -> None:
    reader = SlowReader()
    coming = asyncio.create_task(enter(hub, crowded, newcomer(reader)))
    await asyncio.wait_for(reader.drained.wait(), 5)
    crowded.epoch = 1
    happens(crowded, *events)
    reader.read.set()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(coming, 5)
    assert reader.view.cursor == 0
    assert not crowded.clients


@pytest.fixture
def banned(monkeypatch: pytest.MonkeyPatch, room: LiveRoom) -> Client:
    """A client on its way in, of a user who is banned with the room's epoch 1."""
    room.info = {"id": "r_1", "code": room.code}
    client = newcomer(SlowReader())
    client.user_id = 7
    database = Database()
    database.epoch, database.refused = 1, {7: Removed()}
    monkeypatch.setattr(snapshot, "recheck", database.recheck)
    return client


async def test_a_client_of_an_earlier_epoch_is_checked_before_it_is_told_anything(
    hub: Hub, room: LiveRoom, banned: Client
) -> None:
    room.epoch = 1
    with pytest.raises(Removed):
        await enter(hub, room, banned, after=0)
    assert not banned.sender.view.welcomes


async def test_a_page_read_before_a_ban_is_not_shown_to_the_banned(
    hub: Hub, room: LiveRoom, banned: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(stream_id: int, **_: object) -> read.Page:
        room.epoch = 1
        return read.Page([], older=False)

    monkeypatch.setattr(read, "page", page)
    room.recent.floor = room.cursor = 5  # memory has no page
    with pytest.raises(Removed):
        await enter(hub, room, banned)
    assert not banned.sender.view.welcomes
