"""Rooms at the admin: found, and closed."""

import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from history.models import Message
from rooms.actions import rooms
from rooms.models import Membership, Room, User
from tests.http.admin.staff import WHY, act, address, deeds, guest, order, room_of, row

pytestmark = pytest.mark.django_db


def test_rooms_are_listed_with_state_people_and_messages(client: Client, boss: User) -> None:
    ada, bob = guest("Ada"), guest("Bob")
    talk = room_of(ada, "one", "two", "three", title="Talk")
    Membership.objects.create(room=talk, user=bob, present=True)
    over = room_of(bob)
    rooms.close(room=over)

    page = client.get(address("rooms_room_changelist")).content.decode()

    assert re.match(rf"{talk.code} Talk open Ada 2 3 \w", row(page, talk.code))
    assert re.match(rf"{over.code} – closed Bob 0 0 \w", row(page, over.code))


@pytest.mark.parametrize(
    ("state", "shown"),
    [("open", "TF"), ("occupied", "T"), ("empty", "F"), ("closed", "C")],
)
def test_rooms_are_filtered_by_state(client: Client, boss: User, state: str, shown: str) -> None:
    room_of(guest("Ada"), title="The busy one")
    rooms.create(user=guest("Bob"), title="Free for all")
    rooms.close(room=room_of(guest("Carl"), title="Closed by now"))

    page = client.get(address("rooms_room_changelist"), {"state": state})

    for title in ("The busy one", "Free for all", "Closed by now"):
        (assertContains if title[0] in shown else assertNotContains)(page, title)


@pytest.mark.parametrize("find", ["code", "spelled", "title", "owner"])
def test_a_room_is_found_by_code_title_or_owner(
    client: Client, boss: User, room: Room, find: str
) -> None:
    other = room_of(guest("Zoe"))
    texts = {
        "code": room.code,
        "spelled": f" {room.code[:2]}-{room.code[2:]} ".lower(),
        "title": "tical eng",
        "owner": "ada",
    }
    page = client.get(address("rooms_room_changelist"), {"q": texts[find]})
    assertContains(page, f">{room.code}<")
    assertNotContains(page, f">{other.code}<")


def test_a_rooms_page_leads_to_its_messages_and_members(
    client: Client, boss: User, room: Room
) -> None:
    room_of(guest("Zoe"), "elsewhere")
    page = client.get(address("rooms_room_change", room.pk)).content.decode()
    messages, members, reports = re.findall(r'href="([^"]*\?room=\d+)"', page)

    assertContains(client.get(messages), "goodbye")
    assertNotContains(client.get(messages), "elsewhere")
    assertContains(client.get(members), "Ada")
    assertNotContains(client.get(members), "Zoe")
    assert client.get(reports).status_code == 200


def test_closing_is_asked_about_done_and_logged(client: Client, boss: User, room: Room) -> None:
    path = address("rooms_room_close", room.pk)
    assertContains(client.get(path), room.code)
    assertContains(client.post(path, {"confirmed": "yes"}), "Please say why.")
    room.refresh_from_db()
    assert room.is_open

    there = address("rooms_room_change", room.pk)
    assertRedirects(order(client, "rooms_room_close", room), there)

    room.refresh_from_db()
    assert not room.is_open
    assert room.stream.messages.latest("seq").kind == Message.Kind.NOTICE
    assert deeds() == [("boss", "close room", "", room.code, WHY)]
    # A second time there is nothing to do and nothing to log.
    order(client, "rooms_room_close", room)
    assert room.stream.messages.filter(kind=Message.Kind.NOTICE).count() == 1
    assert len(deeds()) == 1


@pytest.mark.parametrize("told", [True, False])
def test_the_reason_is_told_to_the_room_if_staff_says_so(
    client: Client, boss: User, room: Room, told: bool
) -> None:
    order(client, "rooms_room_close", room, **({"tell": "yes"} if told else {}))
    notice = room.stream.messages.latest("seq").body
    assert notice == "This room was closed by a moderator." + (f" {WHY}" if told else "")


def test_several_rooms_are_closed_at_once(client: Client, boss: User) -> None:
    several = [room_of(guest(f"Person {number}")) for number in range(3)]
    rooms.close(room=several[2])

    asked = act(client, "rooms_room", "close_selected", *several, confirmed=False)
    assertContains(asked, several[0].code)
    assert Room.objects.filter(closed_at__isnull=True).count() == 2

    told = act(client, "rooms_room", "close_selected", *several)
    assertContains(told, "Close the room: 2 done.")
    assertContains(told, "Close the room: 1 unchanged.")
    assert not Room.objects.filter(closed_at__isnull=True).exists()
    assert len(deeds()) == 2
