"""What a room is told is kept as facts, and read from them."""

import pytest

from history import wire
from history.log import read
from history.models import Message
from rooms.actions import deletion, sanctions
from rooms.models import Room, User
from tests.actions.factories import come_in, open_room
from tests.support.german import german

pytestmark = pytest.mark.django_db


def muted() -> tuple[User, User, Room]:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    sanctions.mute(room=room, by=ada, user=bob, minutes=10, reason="he is Bob")
    return ada, bob, room


def notice() -> Message:
    return Message.objects.get(kind="notice")


def shown(room: Room) -> list[str]:
    """What everybody in the room is shown of its notices, by both ways of reading."""
    page = [m["body"] for m in read.page(room.stream_id).messages if m["kind"] == "notice"]
    assert page == [wire.from_row(notice())["body"]]
    return page


def test_a_notice_is_stored_in_the_language_of_the_site_whoever_acts() -> None:
    with german():
        _, _, room = muted()
        assert notice().text == "Ada hat Bob für 10 Minuten stumm geschaltet: he is Bob"
        assert shown(room) == [notice().body]
    assert notice().body == notice().text == "Ada muted Bob for 10 minutes: he is Bob"
    assert notice().facts["what"] == 600


def test_readers_are_shown_the_facts_and_not_the_text_that_was_stored() -> None:
    _, _, room = muted()
    Message.objects.filter(kind="notice").update(facts={**notice().facts, "what": 1200})
    assert shown(room) == ["Ada muted Bob for 20 minutes: he is Bob"]


def test_a_notice_without_facts_is_shown_as_it_was_stored() -> None:
    _, _, room = muted()
    Message.objects.filter(kind="notice").update(facts=None, body="Ada sang.")
    assert shown(room) == [notice().text] == ["Ada sang."]


def test_a_deleted_person_is_neither_in_the_facts_nor_in_the_text() -> None:
    _, bob, room = muted()
    deletion.delete_account(user=bob, erase=False)
    assert shown(room) == ["Ada muted deleted person for 10 minutes: he is deleted person"]
    assert notice().body == notice().text
    assert "Bob" not in str(notice().facts)


def test_what_the_release_before_erases_from_the_text_is_not_read_from_the_facts() -> None:
    """It knows no facts, and may run beside this one."""
    _, _, room = muted()
    Message.objects.filter(kind="notice").update(body="Ada muted deleted person.")
    assert notice().facts is None
    assert shown(room) == [notice().text] == ["Ada muted deleted person."]


def test_a_change_of_anything_else_leaves_the_facts() -> None:
    muted()
    Message.objects.filter(kind="notice").update(changed_seq=99, body=notice().body)
    assert notice().facts is not None
