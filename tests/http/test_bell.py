"""What a member of a room is notified of."""

import secrets
from typing import Any

import pytest

from rooms import bell
from rooms.models import Membership, Room, User
from tests.http.conftest import Person, remove

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


def read(by: Person, room: Room) -> Any:
    answer = by.get(f"/rooms/{room.code}/bell/")
    assert answer.status_code == 200
    return answer.json()


def turn(by: Person, room: Room, to: str) -> int:
    return by.post(f"/rooms/{room.code}/bell/", bell=to).status_code


def fill(room: Room, count: int) -> None:
    """Give a room members who are elsewhere just now, until it has `count`."""
    more = count - Membership.objects.filter(room=room, left_at=None).count()
    people = [User(username=secrets.token_hex(8), display_name=f"M{n}") for n in range(more)]
    User.objects.bulk_create(people)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in people)


def test_a_bell_that_was_never_turned_rings_for_everything_in_a_room_of_twenty(
    ada: Person, ben: Person, room: Room
) -> None:
    fill(room, bell.SMALL_ROOM)
    Membership.objects.filter(user=ada.user).update(read_through=2)
    said = {"bell": "everything", "chosen": False, "shows_text": True, "read": 2}
    assert read(ada, room) == said
    fill(room, bell.SMALL_ROOM + 1)
    assert read(ada, room)["bell"] == "to_me"
    ben.post(f"/rooms/{room.code}/leave/")
    assert read(ada, room)["bell"] == "everything", "those who left are not counted"


@pytest.mark.parametrize("to", ["everything", "to_me", "nothing"])
def test_a_bell_stays_as_its_member_turned_it(
    ada: Person, ben: Person, room: Room, to: str
) -> None:
    assert turn(ada, room, to) == 200
    fill(room, bell.SMALL_ROOM + 1)
    assert (read(ada, room)["bell"], read(ada, room)["chosen"]) == (to, True)
    assert read(ben, room)["chosen"] is False, "everybody has a bell of their own"


def test_a_bell_is_still_as_it_was_for_who_comes_back(ada: Person, ben: Person, room: Room) -> None:
    turn(ben, room, "nothing")
    ben.post(f"/rooms/{room.code}/leave/")
    ben.come_in(room)
    assert read(ben, room)["bell"] == "nothing"


@pytest.mark.parametrize(
    ("by_the_person", "by_the_site", "shown"),
    [(True, "text", True), (True, "names", False), (False, "text", False), (True, "off", True)],
)
def test_text_is_shown_if_person_and_site_want_it(
    ada: Person, room: Room, settings: Any, by_the_person: bool, by_the_site: str, shown: bool
) -> None:
    settings.CHAT_PUSH = by_the_site
    User.objects.filter(pk=ada.user.pk).update(notifies_with_text=by_the_person)
    assert read(ada, room)["shows_text"] is shown


@pytest.mark.parametrize("how", ["left", "removed", "banned", "closed", "never in"])
def test_to_who_is_not_in_the_room_there_is_no_such_room(
    ada: Person, ben: Person, room: Room, how: str
) -> None:
    if how == "left":
        ben.post(f"/rooms/{room.code}/leave/")
    elif how == "closed":
        Room.objects.filter(pk=room.pk).update(closed_at=room.created_at)
    elif how == "never in":
        ben = Person("Eve")
        ben.create()
    else:
        remove(ben, room, ban=how == "banned")
    path = f"/rooms/{room.code}/bell/"
    for answer in (ben.get(path), ben.client.post(path, {"bell": "nothing"})):
        assert answer.status_code == 404
    assert not Membership.objects.filter(bell="nothing").exists()


@pytest.mark.parametrize(
    ("position", "talk", "to_me"),
    [("everything", True, True), ("to_me", False, True), ("nothing", False, False)],
)
def test_each_position_rings_for_what_its_name_says(position: str, talk: bool, to_me: bool) -> None:
    turned = Membership.Bell(position)
    assert (bell.rings(turned, to_me=False), bell.rings(turned, to_me=True)) == (talk, to_me)
