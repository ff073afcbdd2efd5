"""One worker tells its people of their other rooms: how often it asks, and whom it tells what."""

from collections.abc import Collection
from typing import Any

import orjson
import pytest

from history.readers import Unread
from rooms import unread
from rooms.live import elsewhere
from rooms.live.client import Client
from rooms.live.elsewhere import Elsewhere
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.unread import Place


class Ear:
    """The sender of a socket that keeps the rooms it was told of."""

    def __init__(self) -> None:
        self.told: list[list[tuple[str, int, int]]] = []

    def send(self, payloads: list[bytes]) -> None:
        for frame in map(orjson.loads, payloads):
            assert frame["type"] == "elsewhere"
            rooms = frame["rooms"]
            self.told.append([(room["code"], room["unread"], room["mentions"]) for room in rooms])


class Database:
    """Answers the two questions, and counts them."""

    def __init__(self) -> None:
        self.places: dict[int, list[Place]] = {}
        self.unread: dict[int, Unread] = {}
        self.looks: list[list[int]] = []
        self.counts: list[list[int]] = []

    def find(self, users: Collection[int]) -> dict[int, list[Place]]:
        self.looks.append(sorted(users))
        return {user: self.places.get(user, []) for user in users}

    def count(self, memberships: Collection[int]) -> dict[int, Unread]:
        self.counts.append(sorted(memberships))
        return {pk: self.unread[pk] for pk in memberships if pk in self.unread}

    def put(self, user: int, *rooms: int, head: int = 9, read: int = 9) -> None:
        """Put a person into rooms. The membership of user 2 in room 3 is 203."""
        self.places[user] = [
            Place(user * 100 + room, user, room, f"r_{room}", f"R{room}", "", "", head, read, 0)
            for room in rooms
        ]


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    database = Database()
    monkeypatch.setattr(unread, "places", database.find)
    monkeypatch.setattr(unread, "inside", database.count)
    return database


def connect(hub: Hub, *, user: int, room: int) -> Ear:
    if room not in hub.rooms:
        hub.rooms[room] = LiveRoom(room_id=room, stream_id=room, code=f"R{room}")
    ear: Any = Ear()
    client = Client(socket_id=f"{user} {room} {len(hub.rooms[room].clients)}", sender=ear)
    client.user_id = user
    hub.rooms[room].add(client)
    return ear  # type: ignore[no-any-return]


@pytest.fixture
def worker(hub: Hub) -> Elsewhere:
    return Elsewhere(rooms=hub.rooms, threads=hub.eviction._threads)


async def test_nobody_is_asked_about_while_nobody_is_there(
    worker: Elsewhere, database: Database
) -> None:
    await worker.look()
    assert database.looks == []


async def test_everybody_is_asked_about_in_one_statement(
    worker: Elsewhere, hub: Hub, database: Database
) -> None:
    ears = [connect(hub, user=user, room=1) for user in range(100)]
    for user in range(100):
        database.put(user, 1, 2)
    await worker.look()
    await worker.look()
    assert database.looks == [list(range(100))] * 2
    assert database.counts == [], "nothing is unread where all is read up to the head"
    assert [ear.told for ear in ears] == [[[("R2", 0, 0)]]] * 100, "and nothing is told twice"


async def test_only_what_has_moved_is_counted_again(
    worker: Elsewhere, hub: Hub, database: Database
) -> None:
    ear = connect(hub, user=1, room=1)
    database.put(1, 1, 2, 3, head=9, read=9)
    await worker.look()
    database.places[1][1] = database.places[1][1]._replace(head=11)
    database.unread[102] = Unread(2, 1)
    await worker.look()
    await worker.look()
    assert database.counts == [[102]]
    assert ear.told[-1] == [("R2", 2, 1), ("R3", 0, 0)]
    database.places[1][1] = database.places[1][1]._replace(head=12)
    await worker.look()
    assert database.counts == [[102], [102]]
    assert len(ear.told) == 2, "somebody joined there, which is no news here"
    database.places[1][1] = database.places[1][1]._replace(read_through=12)
    await worker.look()
    assert database.counts == [[102], [102]], "read to the end needs no count"
    assert ear.told[-1] == [("R2", 0, 0), ("R3", 0, 0)]


async def test_rooms_that_speak_to_somebody_come_first_and_a_hundred_is_enough(
    worker: Elsewhere, hub: Hub, database: Database
) -> None:
    ear = connect(hub, user=1, room=1)
    database.put(1, 4, 3, 2, 1, head=900, read=9)
    database.unread |= {103: Unread(400, 0), 102: Unread(1, 100), 104: Unread(), 101: Unread(7, 7)}
    await worker.look()
    assert ear.told == [[("R2", 1, 100), ("R3", 100, 0), ("R4", 0, 0)]], "and not the room itself"


async def test_a_room_that_somebody_left_meanwhile_is_not_told(
    worker: Elsewhere, hub: Hub, database: Database
) -> None:
    ear = connect(hub, user=1, room=1)
    database.put(1, 1, 2, 3, head=11, read=9)
    database.unread |= {101: Unread(1), 103: Unread(1)}  # no longer in the second
    await worker.look()
    assert ear.told == [[("R3", 1, 0)]]
    database.put(1, 1)
    await worker.look()
    assert ear.told[-1] == []


async def test_each_tab_is_told_of_the_other_rooms_than_its_own(
    worker: Elsewhere, hub: Hub, database: Database
) -> None:
    ears = [connect(hub, user=1, room=room) for room in (1, 2)]
    database.put(1, 1, 2)
    await worker.look()
    assert [ear.told for ear in ears] == [[[("R2", 0, 0)]], [[("R1", 0, 0)]]]


async def test_more_people_have_their_turn_one_after_the_other(
    worker: Elsewhere, hub: Hub, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "PEOPLE", 4)
    for user in range(10):
        connect(hub, user=user, room=1)
        database.put(user, 1, 2)
    for _ in range(4):
        await worker.look()
    assert [len(look) for look in database.looks] == [4, 4, 2, 4]


async def test_no_more_than_so_many_memberships_are_counted_at_once(
    worker: Elsewhere, hub: Hub, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "COUNTS", 3)
    ear = connect(hub, user=1, room=1)
    database.put(1, 2, 3, 4, 5, 6, head=11, read=9)
    database.unread |= {pk: Unread(1) for pk in range(102, 107)}
    await worker.look()
    await worker.look()
    assert database.counts == [[102, 103, 104], [105, 106]]
    assert ear.told[-1] == [(f"R{room}", 1, 0) for room in range(2, 7)]


async def test_who_is_in_one_room_alone_is_left_in_peace_for_a_while(
    worker: Elsewhere, hub: Hub, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = connect(hub, user=1, room=1)
    database.put(1, 1)
    for _ in range(5):
        await worker.look()
    assert database.looks == [[1]]
    assert ear.told == []
    connect(hub, user=1, room=2)  # into another room, here
    database.put(1, 1, 2)
    await worker.look()
    assert ear.told == [[("R2", 0, 0)]]
    monkeypatch.setattr(elsewhere, "REST", -1.0)
    database.put(1, 1)
    hub.rooms[2].clients.clear()
    for _ in range(3):
        await worker.look()
    assert database.looks[-2:] == [[1], [1]]
