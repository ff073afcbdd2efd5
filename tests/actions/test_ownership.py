"""A room has one owner: handed over, succeeded, or come back."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from rooms.actions import (
    leaving,
    roles,
    rooms,
    site_bans,
)
from rooms.models import Membership, Room
from tests.actions.factories import (
    come_in,
    connect,
    last_notice,
    lose,
    open_room,
    pass_leave_grace,
    role,
    sweep,
)

pytestmark = pytest.mark.django_db


# Owners -------------------------------------------------------------------------------------------
def test_a_room_handed_over_has_one_owner() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    roles.hand_over(room=room, by=ada, user=bob)
    room.refresh_from_db()
    assert (room.owner, role(room, bob), role(room, ada)) == (bob, "owner", "moderator")
    assert last_notice(room) == "Ada handed the room over to Bob."


def test_the_next_in_line_is_the_moderator_who_was_there_longest() -> None:
    ada, room = open_room("Ada")
    come_in("Bob", room)
    eve = come_in("Eve", room)
    roles.make_moderator(room=room, by=ada, user=eve)
    leaving.leave(user=ada, room=room)
    assert roles.find_heirs() == 0, "for half an hour the owner may come back"
    Membership.objects.filter(user=ada).update(left_at=Now() - roles.GONE - timedelta(seconds=1))
    assert roles.find_heirs() == 1
    room.refresh_from_db()
    assert room.owner == eve
    assert last_notice(room) == "Eve is the owner now: Ada has been away too long."
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert role(room, ada) == "moderator"


def test_an_owner_who_leaves_and_comes_back_is_the_owner() -> None:
    ada, room = open_room("Ada")
    come_in("Bob", room)
    leaving.leave(user=ada, room=room)
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert role(room, ada) == "owner"


def test_an_owner_who_leaves_an_empty_room_is_its_owner_on_coming_back() -> None:
    ada, room = open_room("Ada")
    leaving.leave(user=ada, room=room)
    bob = come_in("Bob", room)
    sweep()
    assert roles.find_heirs() == 0
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert (role(room, ada), role(room, bob)) == ("owner", "member")


@pytest.mark.parametrize("how", ["left", "banned", "absent"])
def test_an_owner_who_is_gone_for_good_is_followed_by_the_next(how: str) -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    if how == "left":
        Membership.objects.filter(user=ada).update(
            present=False, left_at=Now() - timedelta(hours=1)
        )
    elif how == "banned":
        site_bans.ban(user=ada)
    else:
        lose(ada)
        pass_leave_grace()
        sweep()
        assert roles.find_heirs() == 0, "for a day the owner may come back"
        room.stream.messages.update(at=Now() - timedelta(days=2))  # type: ignore[union-attr]
        Room.objects.update(created_at=Now() - timedelta(days=2))
    assert roles.find_heirs() == 1
    room.refresh_from_db()
    assert (room.owner, role(room, bob)) == (bob, "owner")
    assert roles.find_heirs() == 0
