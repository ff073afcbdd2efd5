"""A deleted account's name is gone at once, and its messages on request."""

import pytest
from django.contrib.sessions.models import Session

from history.log import read
from history.models import Mention, Message, Reaction, Revision
from rooms.actions import accounts, deletion, leaving, people, rooms, sanctions, settings
from rooms.actions.sign_ins import note
from rooms.errors import ChatError
from rooms.models import Deed, Membership, Room, User
from tests.actions.factories import come_in, connect, open_room, present, say, session, transcript

pytestmark = pytest.mark.django_db


def test_texts_that_stay_have_no_author_any_more() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(ada, room, "I was here")
    people.rename(user=ada, name="Countess")
    people.rename(user=ada, name="Ada")
    deletion.delete_account(user=ada, erase=False)

    text = "\n".join(transcript(room))
    assert "I was here" in text
    assert "Ada" not in text
    assert "Countess" not in text
    assert present(room) == {"Bob"}
    told = read.changed_since(room.stream_id, 0).messages
    assert {m["author"]["name"] for m in told if m["author"]} == {"Bob", "deleted person"}
    room.refresh_from_db()
    assert room.owner == bob
    assert Membership.objects.get(room=room, user=bob).role == Membership.Role.OWNER


def test_texts_that_are_erased_go_with_their_earlier_versions() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    [mine] = say(ada, room, "regrettable")
    [theirs] = say(bob, room, "I answer")
    head = room.stream.messages.latest("seq").seq
    Revision.objects.create(message=mine, cause="edit", body="worse", html="")
    Reaction.objects.create(message=mine, user=bob, emoji="😮")
    Reaction.objects.create(message=theirs, user=ada, emoji="👍")
    Mention.objects.create(message=theirs, user=ada, stream=room.stream, seq=theirs.seq)
    deletion.delete_account(user=ada, erase=True)

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.body, mine.html, mine.is_deleted) == ("", "", True)
    assert mine.changed_seq > head
    assert theirs.changed_seq > head, "its reaction is gone"
    assert not Revision.objects.exists()
    assert not Reaction.objects.exists()
    assert not Mention.objects.exists()
    assert theirs.body == "I answer"


def test_nobody_can_be_that_person_again() -> None:
    ada, room = open_room("Ada")
    accounts.register(user=ada, username="ada", password="seven green lanterns")
    key = session(ada)
    note(user=ada, key=key, agent="", address="")
    deletion.delete_account(user=ada, erase=False)
    assert not Session.objects.filter(session_key=key).exists()
    assert accounts.check_password(username="ada", password="seven green lanterns") is None
    with pytest.raises(ChatError):
        connect(ada, room, key=key)
    ada = User.objects.get(pk=ada.pk)
    assert ada.erased_at is not None
    assert not ada.is_active
    assert not ada.has_usable_password()
    row = Deed.objects.get(verb="delete account")
    assert (row.actor_id, row.actor_name) == (ada.public_id, "deleted person")
    newcomer = come_in("Ada", room)
    accounts.register(user=newcomer, username="ada", password="nine purple lanterns")


def test_a_room_with_nobody_in_it_has_no_owner_until_somebody_comes() -> None:
    ada, room = open_room("Ada")
    deletion.delete_account(user=ada, erase=False)
    assert Room.objects.get(pk=room.pk).owner is None
    bob = come_in("Bob", room)
    assert present(room) == {"Bob"}
    leaving.leave(user=bob, room=room)


def test_a_name_is_taken_out_of_notices_about_the_person_and_nothing_else() -> None:
    ada, room = open_room("Al")
    bob = come_in("Bob", room)
    [said] = say(ada, room, "Also Al, and always")
    people.rename(user=ada, name="Countess")
    sanctions.mute(room=room, by=ada, user=bob, minutes=5, reason="Countess says so, not Al Ko")
    people.rename(user=ada, name="Al")
    settings.renew_code(room=room, by=ada)
    told = notices(room)
    rooms.close(room=room, reason="Al was also here, Al's friends say.")
    deletion.delete_account(user=ada, erase=True)
    assert told[1] == "Countess muted Bob for 5 minutes: Countess says so, not Al Ko"
    assert notices(room) == [
        "deleted person had another name.",
        "deleted person muted Bob for 5 minutes: deleted person says so, not deleted person Ko",
        "deleted person had another name.",
        "deleted person gave the room a new code. The old code no longer works.",
        "This room was closed by a moderator. Al was also here, Al's friends say.",
    ]
    said.refresh_from_db()
    assert said.body == ""


def test_notices_about_others_stay_even_if_they_read_alike() -> None:
    """Names and reasons can say anything: also what a notice of another name says."""
    eve, room = open_room("Bob is now called Eve")
    zed, bob = come_in("Zed", room), come_in("Bob", room)
    sanctions.mute(room=room, by=eve, user=zed, minutes=5, reason="he is now called Bob")
    sanctions.mute(room=room, by=eve, user=bob, minutes=5)
    deletion.delete_account(user=bob, erase=True)
    assert notices(room) == [
        "Bob is now called Eve muted Zed for 5 minutes: he is now called Bob",
        "Bob is now called Eve muted deleted person for 5 minutes.",
    ]
    deletion.delete_account(user=eve, erase=True)
    assert notices(room)[:2] == [
        "deleted person muted Zed for 5 minutes: he is now called Bob",
        "deleted person muted deleted person for 5 minutes.",
    ]
    deletion.delete_account(user=zed, erase=False)
    assert (
        notices(room)[0]
        == "deleted person muted deleted person for 5 minutes: he is now called Bob"
    )


def test_a_namesake_keeps_the_notices_of_their_own() -> None:
    bob, room = open_room("Bob")
    first = come_in("banned", room)
    sanctions.ban(room=room, by=bob, user=first, reason="banned for spam")
    second = come_in("banned", room)
    sanctions.mute(room=room, by=bob, user=second, minutes=5)
    deletion.delete_account(user=second, erase=True)
    assert notices(room) == [
        "Bob banned banned: banned for spam",
        "Bob muted deleted person for 5 minutes.",
    ]
    deletion.delete_account(user=first, erase=True)
    assert notices(room)[0] == "Bob banned deleted person: deleted person for spam"


def test_a_former_name_is_gone_from_notices_about_its_bearer() -> None:
    bob, room = open_room("Bob")
    ada = come_in("Countess", room)
    sanctions.remove(room=room, by=bob, user=ada)
    people.rename(user=ada, name="Ada")
    deletion.delete_account(user=ada, erase=False)
    assert notices(room) == ["Bob removed deleted person."]


def notices(room: Room) -> list[str]:
    rows = Message.objects.filter(stream=room.stream_id, kind="notice").order_by("seq")
    return list(rows.values_list("body", flat=True))
