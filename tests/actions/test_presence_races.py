"""People who come and go while rooms close: whatever happens at the same time, an occupied room stays open."""

from functools import partial

import pytest
from hypothesis import strategies as st
from pytest_django import Settings

from rooms import presence
from rooms.actions import leaving, rooms
from rooms.errors import (
    CodesExhausted,
    RoomClosed,
    RoomNotFound,
)
from rooms.models import Connection, Membership, Room, User
from tests.actions.factories import (
    away,
    come_in,
    connect,
    guest,
    is_open,
    kill,
    lose,
    open_room,
    pass_leave_grace,
    present,
    sweep,
    together,
    transcript,
    waiting_for,
    worker,
)

pytestmark = pytest.mark.django_db(transaction=True)


# Closing ------------------------------------------------------------------------------------------
def empty_room(*, grace: int = 0) -> Room:
    ada, room = open_room("Ada", grace=grace)
    leaving.leave(user=ada, room=room)
    return room


def test_a_sweep_that_waited_for_a_join_closes_nothing() -> None:
    room, bob = empty_room(), guest("Bob")
    with waiting_for(room, rooms.close_abandoned):
        rooms.join(user=bob, code=room.code)
        connect(bob, room)
    assert is_open(room)
    assert present(room) == {"Bob"}


def test_a_sweep_that_waited_for_the_form_sees_the_seat_it_gave() -> None:
    room, bob = empty_room(), guest("Bob")
    with waiting_for(room, rooms.close_abandoned):
        rooms.join(user=bob, code=room.code)
        Room.objects.filter(pk=room.pk).update(closes_at=room.created_at)
    assert is_open(room)
    connect(bob, room)


def test_a_join_that_waited_for_the_closing_finds_no_room() -> None:
    room, bob = empty_room(), guest("Bob")
    with waiting_for(room, partial(rooms.join, user=bob, code=room.code)) as answer:
        rooms.close_abandoned()
    assert isinstance(answer(), RoomNotFound)
    assert not Membership.objects.filter(user=bob).exists()


def test_a_socket_that_waited_for_the_closing_is_told_so() -> None:
    ada, room = open_room("Ada")
    with waiting_for(room, partial(connect, ada, room)) as answer:
        rooms.close(room=room)
    assert isinstance(answer(), RoomClosed)
    assert Connection.objects.count() == 1, "the one from before"


def test_the_last_leave_and_a_join_at_once_never_close_an_occupied_room() -> None:
    def leave(user: User, room: Room) -> None:
        leaving.leave(user=user, room=room)
        sweep()

    def enter_room(user: User, room: Room) -> None:
        rooms.join(user=user, code=room.code)
        connect(user, room)

    for number in range(12):
        ada, room = open_room(f"Ada {number}", grace=0)
        bob = guest(f"Bob {number}")
        _, bobs, *_ = together(partial(leave, ada, room), partial(enter_room, bob, room), sweep)
        if is_open(room):
            assert bobs is None
            assert present(room) == {bob.display_name}
        else:
            assert isinstance(bobs, RoomNotFound | RoomClosed)
            assert present(room) == set()


def test_a_code_is_given_out_once_however_many_ask(settings: Settings) -> None:
    settings.CHAT_CODE_LENGTH = 1
    users = [guest(f"Owner {number}") for number in range(4)]

    def create(user: User) -> list[str]:
        made: list[str] = []
        try:
            while True:
                made.append(rooms.create(user=user).code)
        except CodesExhausted:
            return made

    made = [
        code for codes in together(*(partial(create, user) for user in users)) for code in codes
    ]
    assert len(made) == len(set(made))
    assert 25 <= len(made) <= 27


# Presence -----------------------------------------------------------------------------------------
def test_two_tabs_that_vanish_at_once_from_two_workers_leave_no_ghost() -> None:
    ada, room = open_room("Ada")
    lose(ada)
    first, second = connect(ada, room, on=worker("one")), connect(ada, room, on=worker("two"))
    with waiting_for(room, partial(leaving.vanish, socket_ids=[first])):
        leaving.vanish(socket_ids=[second])
    assert away(ada)


def test_a_page_that_reloads_onto_another_worker_was_never_away() -> None:
    ada, room = open_room("Ada")
    old = Connection.objects.get(user=ada).socket_id
    with waiting_for(room, partial(leaving.vanish, socket_ids=[old])):
        connect(ada, room, on=worker("two"))
    assert not away(ada)


def test_a_leave_that_waited_while_somebody_came_back_is_not_announced() -> None:
    ada, room = open_room("Ada")
    lose(ada)
    pass_leave_grace()
    with waiting_for(room, leaving.announce_leaves):
        connect(ada, room)
        lose(ada)  # a grace of its own
    assert transcript(room) == ["1 join Ada"]


def test_every_worker_sweeps_and_each_leave_is_announced_once() -> None:
    _, room = open_room("Ada")
    dying = worker("dying")
    for number in range(5):
        come_in(f"Guest {number}", room, on=dying)
    kill(dying)
    together(*[presence.reap] * 4)
    pass_leave_grace()
    together(*[sweep] * 4)
    left = [line.split(" ", 2)[1:] for line in transcript(room)[6:]]
    assert sorted(left) == [["leave", f"Guest {number}"] for number in range(5)]


def test_a_person_who_comes_twice_at_once_joins_once() -> None:
    _, room = open_room("Ada")
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    together(*(partial(connect, bob, room, on=worker(f"{n}")) for n in range(4)))
    assert transcript(room) == ["1 join Ada", "2 join Bob"]


ways_in = st.sampled_from([*"aAbBcC😀", "Ａ", "a ", "b\u0301", "😀\ufe0f", "ⓐ", "ⅽ"])
