"""Who deletes the account is gone: the name at once, what was said if so wished."""

import pytest
from django.contrib.sessions.models import Session

from history import log
from history.models import Mention, Message, Reaction, Revision
from rooms.actions import accounts, farewell, people, rooms
from rooms.actions.signins import note
from rooms.errors import ChatError
from rooms.models import Deed, Membership, Room, User
from tests.actions.house import come_in, connect, open_room, present, say, session, transcript

pytestmark = pytest.mark.django_db


def test_what_was_said_stays_as_nobodys_in_particular() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(ada, room, "I was here")
    people.rename(user=ada, name="Countess")
    people.rename(user=ada, name="Ada")
    farewell.delete_account(user=ada, erase=False)

    text = "\n".join(transcript(room))
    assert "I was here" in text
    assert "Ada" not in text
    assert "Countess" not in text
    assert present(room) == {"Bob"}
    told = log.changed_since(room.stream_id, 0).messages
    assert {m["author"]["name"] for m in told if m["author"]} == {"Bob", "deleted person"}
    room.refresh_from_db()
    assert room.owner == bob
    assert Membership.objects.get(room=room, user=bob).role == Membership.Role.OWNER


def test_what_was_said_goes_with_all_that_it_was_before() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    [mine] = say(ada, room, "regrettable")
    [theirs] = say(bob, room, "I answer")
    head = room.stream.messages.latest("seq").seq
    Revision.objects.create(message=mine, cause="edit", body="worse", html="")
    Reaction.objects.create(message=mine, user=bob, emoji="😮")
    Reaction.objects.create(message=theirs, user=ada, emoji="👍")
    Mention.objects.create(message=theirs, user=ada, stream=room.stream, seq=theirs.seq)
    farewell.delete_account(user=ada, erase=True)

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
    farewell.delete_account(user=ada, erase=False)
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
    farewell.delete_account(user=ada, erase=False)
    assert Room.objects.get(pk=room.pk).owner is None
    bob = come_in("Bob", room)
    assert present(room) == {"Bob"}
    rooms.leave(user=bob, room=room)


def test_a_name_is_taken_out_of_what_the_room_was_told_and_nothing_else() -> None:
    ada, room = open_room("Al")
    come_in("Bob", room)
    [said] = say(ada, room, "Also Al, and always")
    rooms.close(room=room, reason="Al was also here, Al's friends say.")
    farewell.delete_account(user=ada, erase=False)
    notice = Message.objects.get(kind="notice", author=None)
    assert notice.body == "deleted person was also here, deleted person's friends say."
    said.refresh_from_db()
    assert said.body == "Also Al, and always", "what people said is theirs"
