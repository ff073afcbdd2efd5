"""A worker reads many rooms at once, and each is as if it were read alone."""

import pytest
from django.db.models import F

from history.log import read
from history.models import Message
from rooms.live import snapshot
from rooms.models import JoinRequest, Membership, Room, User
from rooms.protocol import READERS_MAX
from tests.actions.factories import come_in, guest, open_room, say, transcript

pytestmark = pytest.mark.django_db


def load(*rooms: Room) -> list[snapshot.Snapshot]:
    found = snapshot.load([(room.stream_id, room.pk) for room in rooms])
    return [found[room.stream_id] for room in rooms]


def lively(name: str, *texts: str) -> Room:
    """A room with a message that is pinned, somebody who has read it and somebody who waits."""
    owner, room = open_room(name)
    fellow = come_in(f"{name}'s friend", room)
    say(owner, room, *texts)
    say(fellow, room, f"good day, {name}")
    Message.objects.filter(stream=room.stream_id, seq=3).update(pinned_at=F("at"))
    Membership.objects.filter(user=fellow).update(read_through=3)
    JoinRequest.objects.create(room=room, user=guest(f"{name}'s cousin"))
    return room


def test_rooms_that_are_read_together_are_as_each_is_alone() -> None:
    rooms = [lively("Ada", "one", "two"), lively("Bob", "three"), open_room("Eve")[1]]
    together = load(*rooms)
    assert together == [load(room)[0] for room in rooms]
    ada, _, eve = together
    assert [m["body"] for m in ada.change.messages if m["kind"] == "chat"] == [
        "one",
        "two",
        "good day, Ada",
    ]
    assert [person["name"] for person in ada.people.roster.values()] == ["Ada", "Ada's friend"]
    assert list(ada.people.roles.values()) == ["owner"]
    assert list(ada.people.reads.values()) == [3]
    assert [who["name"] for who in ada.waiting] == ["Ada's cousin"]
    assert [message["body"] for message in ada.pinned] == ["one"]
    assert (eve.waiting, eve.pinned, eve.people.reads) == ([], [], {})


def test_of_a_long_log_the_end_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "RESUME_LIMIT", 4)
    ada, long = open_room("Ada")
    say(ada, long, *"abcdef")
    bob, short = open_room("Bob")
    say(bob, short, *"xy")
    longer, shorter = load(long, short)
    assert (longer.floor, longer.change.through) == (3, 7)
    assert [message["body"] for message in longer.change.messages] == ["c", "d", "e", "f"]
    assert shorter.floor == 0
    assert len(shorter.change.messages) == len(transcript(short))


def test_how_far_many_people_have_read_says_nothing() -> None:
    _, room = open_room("Ada")
    User.objects.bulk_create(
        User(username=f"u{n}", display_name=f"User {n}", is_guest=True) for n in range(READERS_MAX)
    )
    Membership.objects.bulk_create(
        Membership(room=room, user=user, present=True, read_through=1)
        for user in User.objects.filter(username__startswith="u")
    )
    (crowd,) = load(room)
    assert len(crowd.people.roster) == READERS_MAX + 1
    assert crowd.people.reads == {}


def test_a_room_that_is_gone_is_missing() -> None:
    _, room = open_room("Ada")
    rooms = [(room.stream_id, room.pk), (room.stream_id + 1000, room.pk + 1000)]
    assert list(snapshot.load(rooms)) == [room.stream_id]
    assert snapshot.load([(room.stream_id, room.pk + 1000)]) == {}
    assert snapshot.load([]) == {}
