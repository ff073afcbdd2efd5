"""A guest who signs in to an account may bring everything along, and nothing is brought twice."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from history.log import read, write
from history.models import Mention, Message, Reaction
from rooms import access
from rooms.actions import (
    accounts,
    admission,
    deletion,
    leaving,
    merge,
    rooms,
    sanctions,
    settings,
    subscriptions,
)
from rooms.actions.sign_ins import note
from rooms.errors import NotMember, RateLimited, RoomLocked, SignedOut
from rooms.models import Connection, Membership, PushSubscription, Room, SignIn, User
from tests.actions.factories import (
    come_in,
    connect,
    guest,
    open_room,
    present,
    say,
    session,
    transcript,
    worker,
)
from tests.actions.notified import subscribe

pytestmark = pytest.mark.django_db

PASSWORD = "seven green lanterns"
Role = Membership.Role


def account(name: str = "Ada", username: str = "ada") -> User:
    user = guest(name)
    accounts.register(user=user, username=username, password=PASSWORD)
    return user


def membership(user: User, room: Room) -> Membership:
    return Membership.objects.get(user=user, room=room)


def stream_of(room: Room) -> tuple[int, int]:
    room.stream.refresh_from_db()
    return room.stream.head, room.stream.epoch


def test_everything_of_the_guest_is_the_account_s() -> None:
    visitor, room = open_room("Visitor")
    bob = come_in("Bob", room)
    [hello] = say(visitor, room, "hello")
    [answer] = say(bob, room, "welcome")
    Reaction.objects.create(message=answer, user=visitor, emoji="👍")
    Mention.objects.create(message=answer, user=visitor, stream=room.stream, seq=answer.seq)
    Message.objects.filter(pk=answer.pk).update(html=f'<b data-user="{visitor.public_id}">x</b>')
    ada = account()
    head, epoch = stream_of(room)

    assert merge.merge(guest=visitor, account=ada)

    room.refresh_from_db()
    assert room.owner == ada
    assert membership(ada, room).role == Role.OWNER
    assert present(room) == {"Ada", "Bob"}
    assert not Message.objects.filter(author=visitor).exists()
    for row in (hello, answer):
        row.refresh_from_db()
        assert row.changed_seq > head, "open pages are told"
    assert hello.author == ada
    assert ada.public_id in answer.html
    assert Reaction.objects.get(message=answer).user == ada
    assert Mention.objects.get(message=answer).user == ada
    assert stream_of(room)[1] > epoch
    assert "Visitor is now called Ada." in {m.body + "." for m in room.stream.messages.all()}


def test_notices_about_the_guest_are_about_the_account() -> None:
    bob, room = open_room("Bob")
    visitor, ada = come_in("Visitor", room), account()
    sanctions.mute(room=room, by=bob, user=visitor, minutes=5, reason="Visitor shouts")
    sanctions.unmute(room=room, by=bob, user=visitor)
    merge.merge(guest=visitor, account=ada)
    namesake = come_in("Visitor", room)
    sanctions.mute(room=room, by=bob, user=namesake, minutes=5)
    deletion.delete_account(user=ada, erase=True)
    told = Message.objects.filter(kind="notice").order_by("seq")
    assert list(told.values_list("body", flat=True)) == [
        "Bob muted deleted person for 5 minutes: deleted person shouts",
        "Bob unmuted deleted person.",
        "deleted person had another name.",
        "Bob muted Visitor for 5 minutes.",
    ]


def test_a_client_that_missed_the_merge_is_told_the_same_as_a_newcomer() -> None:
    visitor, room = open_room("Visitor")
    say(visitor, room, *(f"message {n}" for n in range(20)))
    cursor = stream_of(room)[0]
    ada = account()
    merge.merge(guest=visitor, account=ada)
    change = read.changed_since(room.stream_id, cursor)
    told = {message["seq"]: message for message in change.messages}
    assert change.through == stream_of(room)[0]
    numbers = [message["changed"] for message in change.messages]
    assert numbers == sorted(set(numbers))
    for message in read.page(room.stream_id, limit=100).messages:
        assert told[message["seq"]] == message
        assert message["author"] == {"id": ada.public_id, "name": "Ada", "registered": True}


def test_of_two_memberships_in_one_room_one_is_made() -> None:
    ada = account()
    room = rooms.create(user=ada)
    connect(ada, room)
    visitor = come_in("Visitor", room)
    say(visitor, room, "as a visitor")
    merge.merge(guest=visitor, account=ada)
    assert Membership.objects.filter(room=room).count() == 1
    assert membership(ada, room).role == Role.OWNER
    assert present(room) == {"Ada"}
    transcript(room)  # its numbers are contiguous
    assert Message.objects.get(body="as a visitor").author == ada


@pytest.mark.parametrize(
    ("own", "brought", "kept"), [("", "nothing", "nothing"), ("to_me", "nothing", "to_me")]
)
def test_a_bell_that_the_account_has_turned_stays_so(own: str, brought: str, kept: str) -> None:
    ada = account()
    room = rooms.create(user=ada)
    visitor = come_in("Visitor", room)
    for user, bell in ((ada, own), (visitor, brought)):
        Membership.objects.filter(user=user, room=room).update(bell=bell)
    merge.merge(guest=visitor, account=ada)
    assert membership(ada, room).bell == kept


def test_a_reaction_of_both_is_kept_once_and_all_messages_stay() -> None:
    ada = account()
    room = rooms.create(user=ada)
    connect(ada, room)
    visitor = come_in("Visitor", room)
    [one] = say(ada, room, "one")
    [two] = say(visitor, room, "two")
    for user in (ada, visitor):
        Reaction.objects.create(message=one, user=user, emoji="👍")
    Message.objects.filter(pk=two.pk).update(client_id=one.client_id)
    merge.merge(guest=visitor, account=ada)
    assert Reaction.objects.count() == 1
    assert Message.objects.filter(author=ada, kind="chat").count() == 2


@pytest.mark.parametrize("who", ["guest", "account"])
def test_a_ban_is_not_washed_off(who: str) -> None:
    _, room = open_room("Bob")
    visitor, ada = come_in("Visitor", room), account()
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    banned = visitor if who == "guest" else ada
    with transaction.atomic():
        write.lock([room.stream_id])
        Membership.objects.filter(user=banned, room=room).update(banned_at="2026-01-01T00:00:00Z")
    merge.merge(guest=visitor, account=ada)
    assert membership(ada, room).banned_at is not None


@pytest.mark.parametrize("history_open", [True, False])
def test_a_removed_guest_gets_nothing_back_by_way_of_an_account(history_open: bool) -> None:
    """The account came in as somebody new: what that does not show, the guest does not bring."""
    bob, room = open_room("Bob")
    visitor = come_in("Visitor", room)
    say(bob, room, "before")
    Room.objects.filter(pk=room.pk).update(history_open=history_open)
    sanctions.remove(room=room, by=bob, user=visitor)
    say(bob, room, "about the removed guest")
    ada = account()
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    seen = membership(ada, room).hidden_through
    assert (seen == 0) is history_open
    assert merge.merge(guest=visitor, account=ada)
    own = membership(ada, room)
    assert (own.hidden_through, own.left_at, own.removed_at) == (seen, None, None)
    assert present(room) == {"Ada", "Bob"}


@pytest.mark.parametrize("state", ["present", "left"])
@pytest.mark.parametrize("who", ["guest", "account"])
def test_a_removal_is_not_washed_off_by_having_been_there_before(who: str, state: str) -> None:
    bob, room = open_room("Bob")
    ada = account()
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    visitor = come_in("Visitor", room)
    removed, other = (visitor, ada) if who == "guest" else (ada, visitor)
    if state == "left":
        leaving.leave(user=other, room=room)
    sanctions.remove(room=room, by=bob, user=removed, reason="spam")
    merge.merge(guest=visitor, account=ada)
    own = membership(ada, room)
    assert own.removed_at is not None
    assert own.left_at is not None
    assert (own.removed_for, own.role) == ("spam", Role.MEMBER)
    assert present(room) == {"Bob"}
    assert not access.may_read(own)
    Room.objects.filter(pk=room.pk).update(locked=True)
    with pytest.raises(RoomLocked):
        rooms.join(user=ada, code=room.code)


def test_of_two_views_of_a_room_the_narrower_one_is_left() -> None:
    bob, room = open_room("Bob")
    visitor, ada = come_in("Visitor", room), account()
    rooms.join(user=ada, code=room.code)
    Membership.objects.filter(user=visitor, room=room).update(hidden_through=7)
    Membership.objects.filter(user=ada, room=room).update(hidden_through=5)
    sanctions.mute(room=room, by=bob, user=visitor, minutes=60, reason="shouting")
    sanctions.mute(room=room, by=bob, user=ada, minutes=5)
    merge.merge(guest=visitor, account=ada)
    own = membership(ada, room)
    assert own.hidden_through == 7
    assert own.muted_for == "shouting"


def test_the_new_name_of_a_room_is_not_told_to_the_account_of_a_removed_guest() -> None:
    bob, room = open_room("Bob")
    visitor, ada = come_in("Visitor", room), account()
    sanctions.remove(room=room, by=bob, user=visitor)
    rooms.join(user=ada, code=room.code)
    leaving.leave(user=ada, room=room)
    former = room.code
    settings.renew_code(room=room, by=bob)
    merge.merge(guest=visitor, account=ada)
    assert membership(ada, room).seen_code == former


def test_a_guest_who_was_turned_away_does_not_ask_on_as_an_account() -> None:
    bob, room = open_room("Bob")
    Room.objects.filter(pk=room.pk).update(by_request=True)
    visitor, ada = guest("Visitor"), account()
    admission.ask(user=visitor, code=room.code)
    admission.ask(user=ada, code=room.code)
    admission.turn_away(room=room, by=bob, user=visitor)
    merge.merge(guest=visitor, account=ada)
    assert not admission.is_waiting(user=ada, code=room.code)
    with pytest.raises(RateLimited):
        admission.ask(user=ada, code=room.code)


def test_of_the_subscriptions_of_both_those_that_were_seen_last_are_kept() -> None:
    visitor, ada = guest("Visitor"), account()
    for user in (visitor, ada):
        for n in range(subscriptions.MOST):
            row = subscribe(user, f"https://push.example.net/{user}/{n}")
            # The latest of both are those with the smallest numbers.
            seen = Now() - timedelta(days=n)
            PushSubscription.objects.filter(pk=row.pk).update(seen_at=seen)
    merge.merge(guest=visitor, account=ada)
    assert not PushSubscription.objects.exclude(user=ada).exists()
    kept = sorted(PushSubscription.objects.values_list("endpoint", flat=True))
    assert kept == sorted(
        f"https://push.example.net/{name}/{n}"
        for name in ("Visitor", "Ada")
        for n in range(subscriptions.MOST // 2)
    )


def test_where_the_name_is_taken_the_account_does_not_come_in() -> None:
    _, room = open_room("Ada")
    visitor, ada = come_in("Visitor", room), account()
    merge.merge(guest=visitor, account=ada)
    assert present(room) == {"Ada"}
    assert membership(ada, room).left_at is None, "it is still a member, and may choose a name"


def test_the_guest_is_no_more() -> None:
    visitor, room = open_room("Visitor")
    key = session(visitor)
    note(user=visitor, key=key, agent="", address="")
    ada = account()
    merge.merge(guest=visitor, account=ada)
    visitor.refresh_from_db()
    assert (visitor.is_active, visitor.display_name, visitor.erased_at is None) == (
        False,
        "",
        False,
    )
    with pytest.raises((SignedOut, NotMember)):
        connect(visitor, room, key=key)
    assert SignIn.objects.get(session_key=key).user == ada
    assert not merge.merge(guest=visitor, account=ada), "and cannot be brought twice"


def test_open_sockets_are_the_accounts_until_they_come_back() -> None:
    visitor, room = open_room("Visitor")
    ada = account()
    merge.merge(guest=visitor, account=ada)
    assert {row.user for row in Connection.objects.all()} == {ada}
    leaving.vanish(socket_ids=list(Connection.objects.values_list("socket_id", flat=True)))
    assert membership(ada, room).away_since is not None
    connect(ada, room, on=worker())
    assert membership(ada, room).away_since is None
