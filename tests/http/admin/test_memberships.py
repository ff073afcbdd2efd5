"""Memberships in the admin: people are banned from a room and let in again."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from rooms.models import Membership, Room, User
from tests.http.admin.staff import WHY, act, address, deeds, guest, order

pytestmark = pytest.mark.django_db


def test_somebody_is_banned_from_a_room_and_let_in_again(
    client: Client, boss: User, room: Room
) -> None:
    ben = Membership.objects.create(room=room, user=guest("Ben"), present=True)
    order(client, "rooms_membership_ban", ben)
    ben.refresh_from_db()
    assert ben.banned_at is not None
    assert WHY in room.stream.messages.filter(kind="notice").latest("seq").body
    banned = client.get(address("rooms_membership_changelist"), {"standing": "banned"})
    assertContains(banned, "Ben")
    assertNotContains(banned, "Ada")

    act(client, "rooms_membership", "unban_selected", ben)
    ben.refresh_from_db()
    assert ben.banned_at is None
    assert deeds() == [
        ("boss", "ban", "Ben", room.code, WHY),
        ("boss", "unban", "Ben", room.code, WHY),
    ]


def test_a_membership_is_found_by_person_and_room(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    for text in ("ada", ada.public_id, room.code):
        found = client.get(address("rooms_membership_changelist"), {"q": text})
        assert [row.user for row in found.context["cl"].result_list] == [ada]
    assertNotContains(client.get(address("rooms_membership_changelist"), {"q": "Zoe"}), "Ada")
