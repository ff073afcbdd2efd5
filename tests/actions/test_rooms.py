"""Rooms are made, entered, left and closed, and their codes are used again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from pytest_django import Settings

from history.models import Message, Stream
from rooms import codes
from rooms.actions import admission, leaving, people, rooms, site_bans
from rooms.errors import CodesExhausted, NameTaken, Removed, RoomNotFound
from rooms.models import Membership, Room, User
from rooms.room_settings import GRACE_MAX
from tests.actions.factories import (
    change_settings,
    come_in,
    connect,
    guest,
    is_open,
    open_room,
    present,
    say,
    transcript,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def role(room: Room, user: object) -> str:
    return Membership.objects.get(room=room, user=user).role


# Making -------------------------------------------------------------------------------------------
def test_a_new_room_has_a_code_an_owner_and_an_empty_log() -> None:
    ada = guest("Ada")
    room = rooms.create(user=ada, title="Engines", grace=600)
    assert codes.normalize(room.code) == room.code
    assert len(room.code) == 4
    assert (room.owner, room.title, room.grace, room.is_open) == (ada, "Engines", 600, True)
    assert role(room, ada) == "owner"
    assert transcript(room) == []


def test_no_two_open_rooms_have_one_code() -> None:
    _, room = open_room()
    with pytest.raises(IntegrityError), transaction.atomic():
        Room.objects.create(code=room.code, stream=Stream.objects.create())
    rooms.close(room=room)
    Room.objects.create(code=room.code, stream=Stream.objects.create())


def test_creation_says_so_when_codes_run_short(settings: Settings) -> None:
    settings.CHAT_CODE_LENGTH = 1
    ada = guest("Ada")
    made = [rooms.create(user=ada) for _ in range(25)]
    with pytest.raises(CodesExhausted):
        made += [rooms.create(user=ada) for _ in range(3)]
    assert {room.code for room in made} <= set(codes.ALPHABET)
    assert len({room.code for room in made}) == 25
    for room in made[:10]:
        rooms.close(room=room)
    assert rooms.create(user=ada).is_open


def test_empty_rooms_are_given_up_sooner_the_fewer_codes_are_left(settings: Settings) -> None:
    """Their grace does not matter: how long nobody was there does."""
    settings.CHAT_CODE_LENGTH = 1
    ada = guest("Ada")
    year = GRACE_MAX
    made = [rooms.create(user=ada, grace=year) for _ in range(13)]
    assert {room.grace for room in made} == {year}
    Room.objects.update(closes_at=Now() + timedelta(days=365))

    def empty_for(seconds: int, *which: Room) -> None:
        rows = Room.objects.filter(pk__in=[room.pk for room in which])
        rows.update(empty_since=Now() - timedelta(seconds=seconds))
        Membership.objects.filter(room__in=which).update(reserved_until=None)

    empty_for(year, *made)
    assert rooms.give_up_longest_empty() == 0, "fewer than half are taken"
    made += [rooms.create(user=ada, grace=year)]
    empty_for(3599, *made)
    empty_for(3601, *made[:3])
    connect(ada, made[0])
    assert rooms.give_up_longest_empty() == 2
    assert [is_open(room) for room in made[:4]] == [True, False, False, True]
    made += [rooms.create(user=ada, grace=year) for _ in range(9)]
    Room.objects.filter(pk=made[3].pk).update(ended_at=Now())
    assert rooms.give_up_longest_empty() == 10, "of three quarters, those of ten minutes"
    assert is_open(made[0]), "somebody is there"
    assert is_open(made[3]), "its end can still be undone"
    assert all(is_open(room) for room in made[-9:])


def test_a_room_in_which_nothing_was_said_is_kept_for_ten_minutes() -> None:
    year = timedelta(seconds=GRACE_MAX)
    ada, room = open_room("Ada", grace=GRACE_MAX)
    bob = come_in("Bob", room)

    def stays() -> timedelta:
        room.refresh_from_db()
        assert room.closes_at is not None
        assert room.empty_since is not None
        return room.closes_at - room.empty_since

    for user in (ada, bob):
        leaving.leave(user=user, room=room)
    assert stays() == timedelta(minutes=10)
    rooms.join(user=bob, code=room.code)
    assert stays() == timedelta(minutes=10)
    connect(bob, room)
    say(bob, room, "hello")
    leaving.leave(user=bob, room=room)
    assert stays() == year
    # Erased messages count too.
    Message.objects.filter(stream=room.stream_id, seq__lt=7).delete()
    rooms.join(user=bob, code=room.code)
    assert stays() == year


def test_how_long_it_stays_open_empty_has_bounds(settings: Settings) -> None:
    settings.CHAT_ROOM_GRACE = 77
    ada = guest("Ada")
    assert rooms.create(user=ada).grace == 77
    assert rooms.create(user=ada, grace=-5).grace == 0
    assert rooms.create(user=ada, grace=10**12).grace == GRACE_MAX


# Coming in ----------------------------------------------------------------------------------------
def test_a_code_lets_in_however_it_is_typed() -> None:
    _, room = open_room()
    bob = guest("Bob")
    for typed in (
        room.code,
        room.code.lower(),
        "-".join(room.code),
        f" {room.code[:2]} {room.code[2:]} ",
    ):
        assert rooms.join(user=bob, code=typed) == room
    assert Membership.objects.filter(room=room, user=bob).count() == 1
    assert role(room, bob) == "member"


@pytest.mark.parametrize("code", ["", "????", "BC\0D", "B" * 5000, "AEIO", "\ud800", "' OR 1=1 --"])
def test_an_impossible_code_is_an_unknown_room(code: str) -> None:
    with pytest.raises(RoomNotFound):
        rooms.join(user=guest("Bob"), code=code)


def test_unknown_closed_and_forbidden_rooms_read_the_same() -> None:
    _, room = open_room()
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    Membership.objects.filter(user=bob).update(banned_at=room.created_at)
    answers = []
    for who, code in ((bob, room.code), (guest("Eve"), "ZZZZ")):
        with pytest.raises(RoomNotFound) as refusal:
            rooms.join(user=who, code=code)
        answers.append((refusal.value.code, refusal.value.message))
    rooms.close(room=room)
    with pytest.raises(RoomNotFound) as refusal:
        rooms.join(user=guest("Eve"), code=room.code)
    assert {*answers} == {(refusal.value.code, refusal.value.message)}


def test_a_person_banned_from_the_site_finds_no_room() -> None:
    _, room = open_room()
    bob = guest("Bob")
    site_bans.ban(user=bob)
    with pytest.raises(RoomNotFound):
        rooms.join(user=bob, code=room.code)


@pytest.mark.parametrize(
    "come",
    [
        lambda user, room: rooms.join(user=user, code=room.code),
        lambda user, room: admission.ask(user=user, code=room.code),
        lambda user, room: rooms.create(user=user),
        lambda user, room: people.enter_as(user=user, name="Bob"),
    ],
    ids=["join", "ask", "create", "enter"],
)
def test_a_person_banned_since_the_request_began_is_refused(
    come: Callable[[User, Room], object],
) -> None:
    """The session read the person before the ban."""
    ada, room = open_room()
    change_settings(room, ada, by_request=True)
    bob = guest("Bob")
    site_bans.ban(user=User.objects.get(pk=bob.pk))
    with pytest.raises((RoomNotFound, Removed)):
        come(bob, room)


def test_a_join_is_in_the_log_when_the_page_connects_and_not_before() -> None:
    _, room = open_room()
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    assert transcript(room) == ["1 join Ada"]
    connect(bob, room)
    assert transcript(room) == ["1 join Ada", "2 join Bob"]


# Names --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("same", ["Ada", "ADA", " ada ", "Ａｄａ", "A da"])
def test_nobody_comes_in_under_the_name_of_somebody_there(same: str) -> None:
    _, room = open_room("Ada")
    other = guest(same)
    with pytest.raises(NameTaken):
        rooms.join(user=other, code=room.code)
    assert not Membership.objects.filter(user=other).exists()


def test_a_name_is_kept_between_the_form_and_the_page() -> None:
    _, room = open_room()
    bob, other = guest("Bob"), guest("bob")
    rooms.join(user=bob, code=room.code)
    with pytest.raises(NameTaken):
        rooms.join(user=other, code=room.code)
    Membership.objects.filter(user=bob).update(reserved_until=room.created_at)
    rooms.join(user=other, code=room.code)
    connect(other, room)
    with pytest.raises(NameTaken):
        connect(bob, room)
    assert present(room) == {"Ada", "bob"}


def test_a_name_is_free_again_when_its_owner_has_left() -> None:
    _, room = open_room()
    bob = come_in("Bob", room)
    leaving.leave(user=bob, room=room)
    come_in("Bob", room)


def test_the_same_name_may_be_in_two_rooms() -> None:
    open_room("Ada")
    open_room("Ada")


def test_nobody_is_renamed_to_somebody_in_one_of_their_rooms() -> None:
    _, room = open_room("Ada")
    bob = come_in("Bob", room)
    with pytest.raises(NameTaken):
        people.rename(user=bob, name="ada")
    people.rename(user=bob, name="Bobby")
    assert transcript(room)[-1] == "3 notice Bobby: Bob is now called Bobby"
    assert present(room) == {"Ada", "Bobby"}


def test_a_name_that_is_kept_for_somebody_on_the_way_is_theirs_alone() -> None:
    ada, room = open_room("Ada")
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    with pytest.raises(NameTaken):  # or the socket would bring a second Ada
        people.rename(user=bob, name="ADA")
    with pytest.raises(NameTaken):
        people.rename(user=ada, name="bob")
    connect(bob, room)
    assert present(room) == {"Ada", "Bob"}
