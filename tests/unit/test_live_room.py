"""The list of who is there, as a worker keeps and tells it: from the log, and only from the log."""

from collections.abc import Sequence

import orjson

from history import wire
from history.log.entry import Change
from history.wire import WireMessage
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.protocol import WirePerson

ADA: WirePerson = {"id": "ada", "name": "Ada", "role": "owner"}
BOB: WirePerson = {"id": "bob", "name": "Bob", "role": "member"}


class Listener:
    """The sender of a socket that keeps what it is sent."""

    def __init__(self) -> None:
        self.frames: list[dict[str, object]] = []

    def send(self, payloads: Sequence[bytes]) -> None:
        self.frames += map(orjson.loads, payloads)

    async def drain(self) -> None: ...

    def close(self, code: int) -> None: ...

    def members(self) -> list[dict[str, object]]:
        """The `members` frames since this was asked last."""
        told = [frame for frame in self.frames if frame["type"] == "members"]
        self.frames.clear()
        return told


def room_with(*people: WirePerson) -> tuple[LiveRoom, Listener]:
    room, listener = LiveRoom(room_id=1, stream_id=1, code="BCDF"), Listener()
    room.roster = {person["id"]: person for person in people}
    room.roles = {"ada": "owner"}
    room.add(Client(socket_id="one", sender=listener))
    return room, listener


def event(kind: str, who: WirePerson, *, seq: int, changed: int | None = None) -> WireMessage:
    author: wire.WireAuthor = {"id": who["id"], "name": who["name"]}
    at = "2026-11-22T15:00:00.123Z"
    return wire.message(seq=seq, changed=changed, kind=kind, author=author, client_id=None, at=at)


def happens(room: LiveRoom, *events: tuple[str, WirePerson]) -> None:
    """One change with these joins and leaves."""
    made = [event(kind, who, seq=seq) for seq, (kind, who) in enumerate(events, room.cursor + 1)]
    end = room.cursor + len(made)
    room.apply([Change.of(stream_id=1, after=room.cursor, through=end, epoch=1, messages=made)])


async def test_joins_and_leaves_are_told_once_with_the_current_role() -> None:
    room, listener = room_with(BOB)
    happens(room, ("join", ADA))
    assert listener.members() == [{"type": "members", "count": 2, "joined": [ADA], "left": []}]
    happens(room, ("leave", BOB))
    assert listener.members() == [
        {"type": "members", "count": 1, "joined": [], "left": [{"id": "bob"}]}
    ]
    assert room.roster == {"ada": ADA}


async def test_a_member_who_comes_and_goes_within_one_change_is_no_news() -> None:
    room, listener = room_with(ADA)
    happens(room, ("join", BOB), ("leave", BOB), ("leave", ADA), ("join", ADA))
    assert listener.members() == []
    assert room.roster == {"ada": ADA}


async def test_a_member_back_under_another_name_is_no_newcomer() -> None:
    room, listener = room_with(ADA, BOB)
    robert: WirePerson = {**BOB, "name": "Robert"}
    happens(room, ("leave", BOB), ("join", robert))
    assert listener.members() == [{"type": "members", "count": 2, "joined": [robert], "left": []}]


async def test_names_and_roles_are_the_databases_to_say_and_presence_the_logs() -> None:
    room, listener = room_with(ADA)
    countess: WirePerson = {**ADA, "name": "Countess"}
    # Bob is in by now, which the log will tell in its turn.
    room.update_people({"ada": countess, "bob": BOB}, {"ada": "owner", "bob": "moderator"})
    assert listener.members() == [{"type": "members", "count": 1, "joined": [countess], "left": []}]
    happens(room, ("join", BOB))
    assert room.roster["bob"]["role"] == "moderator"
    listener.members()
    room.update_people({}, {"ada": "owner"})
    assert listener.members() == []
    assert set(room.roster) == {"ada", "bob"}


async def test_a_crowd_that_is_renamed_is_counted_once() -> None:
    crowd: list[WirePerson] = [{**BOB, "id": f"{number}"} for number in range(600)]
    room, listener = room_with(*crowd)
    room.update_people({who["id"]: {**who, "name": "Robert"} for who in crowd}, {})
    assert [frame["count"] for frame in listener.members()] == [600, 600]


async def test_a_join_that_is_changed_later_brings_nobody_back() -> None:
    room, listener = room_with(ADA)
    happens(room, ("join", BOB), ("leave", BOB))
    again = event("join", BOB, seq=1, changed=3)
    room.apply([Change.of(stream_id=1, after=2, through=3, epoch=1, messages=[again])])
    assert listener.members() == []
    assert set(room.roster) == {"ada"}


async def test_the_list_of_members_is_encoded_once_until_it_changes() -> None:
    crowd: list[WirePerson] = [{**BOB, "id": f"{number}"} for number in range(600)]
    room, _ = room_with(*crowd)

    def listed() -> list[dict[str, object]]:
        first, rest = room.listed()
        assert room.listed()[0] is first, "one encoding for all who are welcomed"
        people: list[dict[str, object]] = orjson.loads(orjson.dumps(first))
        assert len(people) == min(len(room.roster), 500)
        for frame in map(orjson.loads, rest):
            people += frame["joined"]
            assert frame["count"] == len(people)
        return people

    assert listed() == crowd
    happens(room, ("join", ADA))
    assert listed() == [*crowd, ADA]
    happens(room, ("leave", crowd[0]))
    assert listed() == [*crowd[1:], ADA]
    countess: WirePerson = {**ADA, "name": "Countess"}
    room.update_people({"ada": countess}, {"ada": "owner"})
    assert listed() == [*crowd[1:], countess]
