"""Members leave, and rooms close when they have been empty for their grace."""

from datetime import timedelta

import pytest

from history.models import Stream
from rooms.actions import leaving, rooms
from rooms.errors import NotMember, RoomClosed, RoomNotFound
from rooms.models import Membership, Room
from tests.actions.factories import (
    come_in,
    connect,
    guest,
    is_open,
    open_room,
    pass_leave_grace,
    pass_room_grace,
    present,
    say,
    sweep,
    transcript,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def role(room: Room, user: object) -> str:
    return Membership.objects.get(room=room, user=user).role


# Leaving ------------------------------------------------------------------------------------------
def test_leaving_is_at_once_and_for_all_sockets() -> None:
    _, room = open_room()
    bob = come_in("Bob", room)
    connect(bob, room)
    change = leaving.leave(user=bob, room=room)
    assert change is not None
    assert change.through == 3
    assert transcript(room)[-1] == "3 leave Bob"
    assert present(room) == {"Ada"}
    with pytest.raises(NotMember):
        connect(bob, room)


def test_neither_a_member_who_has_left_nor_a_stranger_can_leave() -> None:
    _, room = open_room()
    bob = come_in("Bob", room)
    leaving.leave(user=bob, room=room)
    for who in (bob, guest("Eve")):
        with pytest.raises(NotMember):
            leaving.leave(user=who, room=room)
    assert len(transcript(room)) == 3


def test_a_member_who_never_connected_leaves_without_a_message() -> None:
    _, room = open_room()
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    assert leaving.leave(user=bob, room=room) is None
    assert transcript(room) == ["1 join Ada"]


def test_the_same_code_brings_back_a_member_who_left() -> None:
    ada, room = open_room()
    leaving.leave(user=ada, room=room)
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert transcript(room) == ["1 join Ada", "2 leave Ada", "3 join Ada"]
    assert role(room, ada) == "owner"


# Closing ------------------------------------------------------------------------------------------
def test_an_empty_room_closes_after_its_grace_frees_its_code_and_keeps_its_log() -> None:
    ada, room = open_room(grace=600)
    say(ada, room, "hello")
    leaving.leave(user=ada, room=room)
    sweep()
    assert is_open(room)
    pass_room_grace(room)
    sweep()
    assert not is_open(room)
    assert transcript(room) == ["1 join Ada", "2 chat Ada: hello", "3 leave Ada"]
    Room.objects.create(code=room.code, stream=Stream.objects.create())


def test_its_grace_begins_when_the_last_member_leaves() -> None:
    ada, room = open_room(grace=600)
    bob = come_in("Bob", room)
    leaving.leave(user=ada, room=room)
    room.refresh_from_db()
    assert room.closes_at is None
    leaving.leave(user=bob, room=room)
    room.refresh_from_db()
    left = Membership.objects.get(room=room, user=bob).left_at
    assert room.closes_at is not None
    assert left is not None
    assert abs(room.closes_at - left - timedelta(seconds=600)) < timedelta(seconds=5)


def test_somebody_who_comes_back_stops_the_closing() -> None:
    ada, room = open_room(grace=600)
    leaving.leave(user=ada, room=room)
    pass_room_grace(room)
    rooms.join(user=ada, code=room.code)
    sweep()
    assert is_open(room), "somebody is on the way in"
    connect(ada, room)
    pass_room_grace(room)
    sweep()
    assert is_open(room)


def test_a_room_without_grace_waits_for_its_creator_and_for_joining_members() -> None:
    ada = guest("Ada")
    room = rooms.create(user=ada, grace=0)
    sweep()
    assert is_open(room)
    connect(ada, room)
    leaving.leave(user=ada, room=room)
    rooms.join(user=ada, code=room.code)
    sweep()
    assert is_open(room)
    connect(ada, room)
    leaving.leave(user=ada, room=room)
    pass_room_grace(room)  # SQLite's clock has milliseconds: it is the same one still
    sweep()
    assert not is_open(room)


def test_a_visitor_the_form_let_in_has_a_place_until_the_page_connects() -> None:
    """Also when the last one leaves meanwhile, and when the page takes longer than a grace of none."""
    ada, room = open_room("Ada", grace=0)
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    leaving.leave(user=ada, room=room)
    Room.objects.filter(pk=room.pk).update(closes_at=room.created_at)
    sweep()
    assert is_open(room)
    connect(bob, room)
    leaving.leave(user=bob, room=room)
    pass_room_grace(room)  # SQLite's clock has milliseconds: it is the same one still
    sweep()
    assert not is_open(room)


def test_a_seat_that_is_given_up_or_never_taken_keeps_no_room_open() -> None:
    ada, room = open_room("Ada", grace=0)
    bob, eve = guest("Bob"), guest("Eve")
    for user in (bob, eve):
        rooms.join(user=user, code=room.code)
    leaving.leave(user=ada, room=room)
    leaving.leave(user=bob, room=room)
    sweep()
    assert is_open(room), "Eve's"
    pass_room_grace(room)
    sweep()
    assert not is_open(room)


def test_a_room_nobody_ever_came_into_closes_too() -> None:
    room = rooms.create(user=guest("Ada"))
    pass_room_grace(room)
    sweep()
    assert not is_open(room)


def test_a_present_person_keeps_a_room_open_whatever_it_says_about_closing() -> None:
    _, room = open_room()
    Room.objects.filter(pk=room.pk).update(closes_at=room.created_at)
    assert rooms.close_abandoned() == 0
    assert is_open(room)


def test_a_moderator_closes_a_room_over_the_heads_of_those_in_it() -> None:
    ada, room = open_room()
    assert rooms.close(room=room, reason="Enough.")
    assert transcript(room)[-1] == "2 notice nobody: This room was closed by a moderator. Enough."
    assert present(room) == set()
    with pytest.raises(RoomClosed):
        connect(ada, room)
    with pytest.raises(RoomNotFound):
        rooms.join(user=ada, code=room.code)
    assert not rooms.close(room=room), "once is enough"
    pass_leave_grace()
    sweep()
    assert len(transcript(room)) == 2


def test_a_code_used_again_is_another_room_to_those_of_the_first() -> None:
    ada, old = open_room("Ada")
    rooms.close(room=old)
    bob = guest("Bob")
    new = Room.objects.create(code=old.code, stream=Stream.objects.create(), owner=bob)
    Membership.objects.create(room=new, user=bob, role="owner")
    connect(bob, new)
    assert transcript(new) == ["1 join Bob"]
    with pytest.raises(RoomClosed):
        connect(ada, new)
    rooms.join(user=ada, code=new.code)
    connect(ada, new)
    assert present(new) == {"Ada", "Bob"}
    assert transcript(old)[-1].startswith("2 notice")
