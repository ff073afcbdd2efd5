"""A sanction or a deletion is taken back within a day, by those who may."""

from datetime import timedelta
from functools import partial

import pytest
from django.db.models.functions import Now

from rooms import commands
from rooms.actions import (
    changes,
    clearing,
    roles,
    rooms,
    sanctions,
    undoing,
    verbs,
)
from rooms.errors import (
    Forbidden,
    MessageNotFound,
)
from rooms.models import Deed, Membership, Room, User
from rooms.pages.manage import people
from tests.actions.factories import (
    ask,
    come_in,
    last_notice,
    open_room,
    said,
    say,
)

pytestmark = pytest.mark.django_db


def test_a_removal_is_undone_with_the_role_that_was_lost_and_once() -> None:
    ada, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    for person in (bob, eve):
        roles.make_moderator(room=room, by=ada, user=person)
    deed = sanctions.remove(room=room, by=ada, user=bob)
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=eve, deed=deed)
    undoing.undo(room=room, by=ada, deed=deed)
    assert Membership.objects.get(room=room, user=bob).role == "moderator"
    rooms.join(user=bob, code=room.code)
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=deed)


def test_a_mute_and_a_ban_are_undone_within_a_day_and_once() -> None:
    ada, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    mute = sanctions.mute(room=room, by=ada, user=bob, minutes=60)
    undone = undoing.undo(room=room, by=ada, deed=mute)
    assert undone.undoes == mute
    say(bob, room, "free")
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=mute)
    ban = sanctions.ban(room=room, by=ada, user=eve)
    undoing.undo(room=room, by=ada, deed=ban)
    rooms.join(user=eve, code=room.code)
    old = sanctions.ban(room=room, by=ada, user=bob)
    with pytest.raises(Forbidden):
        roles.make_moderator(room=room, by=eve, user=bob)
    age = undoing.UNDO_WITHIN + timedelta(minutes=1)
    old_copy = Deed(
        **{f.attname: getattr(old, f.attname) for f in Deed._meta.concrete_fields if f.name != "id"}
    )
    old_copy.at = old.at - age
    old_copy.save()
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=old_copy)
    sanctions.unban(room=room, by=ada, user=bob)
    rooms.join(user=bob, code=room.code)


def test_no_moderator_takes_back_an_action_of_the_owner() -> None:
    ada, room = open_room("Ada")
    mary, max_, bob = (come_in(name, room) for name in ("Mary", "Max", "Bob"))
    (hers,), (his,) = say(mary, room, "by Mary"), say(bob, room, "by Bob")
    for moderator in (mary, max_):
        roles.make_moderator(room=room, by=ada, user=moderator)
    for message in (hers, his):
        ask(room, (ada, commands.Delete(message.seq)))
    say(bob, room, "spam")
    clearing.clear(room=room, by=ada, user=bob, minutes=10)
    sanctions.mute(room=room, by=ada, user=bob, minutes=60)
    sanctions.ban(room=room, by=ada, user=bob)
    owners = list(Deed.objects.filter(verb__in=verbs.UNDOABLE))
    assert len(owners) == 5
    for moderator in (mary, max_):
        assert people.undoable(member(moderator, room)) == []
        for deed in owners:
            with pytest.raises(Forbidden):
                undoing.undo(room=room, by=moderator, deed=deed)
        # The same by other names.
        for verb in (sanctions.unban, sanctions.unmute, partial(sanctions.mute, minutes=1)):
            with pytest.raises(Forbidden):
                verb(room=room, by=moderator, user=bob)  # type: ignore[operator]
    assert len(people.undoable(member(ada, room))) == 5
    for deed in owners:
        undoing.undo(room=room, by=ada, deed=deed)
    assert said(room) == ["by Mary", "by Bob", "spam"]


def test_nobody_takes_back_an_action_against_themselves() -> None:
    ada, room = open_room("Ada")
    mary, max_, bob = (come_in(name, room) for name in ("Mary", "Max", "Bob"))
    (hers,) = say(mary, room, "by Mary")
    for moderator in (mary, max_):
        roles.make_moderator(room=room, by=ada, user=moderator)
    ask(room, (max_, commands.Delete(hers.seq)))
    (deed,) = Deed.objects.filter(verb=changes.DELETED)
    assert people.undoable(member(mary, room)) == []
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=mary, deed=deed)
    # Of one's own rank, about another: a moderator's deed is any moderator's to take back.
    assert people.undoable(member(max_, room)) == [deed]
    undoing.undo(room=room, by=max_, deed=deed)
    mute = sanctions.mute(room=room, by=max_, user=bob, minutes=60)
    undoing.undo(room=room, by=mary, deed=mute)


def member(user: User, room: Room) -> Membership:
    return Membership.objects.select_related("room", "user").get(user=user, room=room)


def test_recent_messages_of_a_member_are_removed_and_restored() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(bob, room, "long ago")
    room.stream.messages.update(at=Now() - timedelta(hours=1))  # type: ignore[union-attr]
    say(ada, room, "mine")
    first, second, _ = say(bob, room, "spam for @Ada", "more *spam*", "a secret")
    with pytest.raises(Forbidden):
        clearing.clear(room=room, by=bob, user=ada, minutes=10)
    deed = clearing.clear(room=room, by=ada, user=bob, minutes=10, reason="spam")
    assert said(room) == ["long ago", "mine"]
    assert last_notice(room) == "Ada removed 3 messages from Bob: spam"
    with pytest.raises(MessageNotFound):
        clearing.clear(room=room, by=ada, user=bob, minutes=10)
    # Its author takes one back for good: nobody restores it.
    ask(room, (bob, commands.Delete(deed.details["seqs"][-1])))
    undoing.undo(room=room, by=ada, deed=deed)
    assert said(room) == ["long ago", "mine", "spam for @Ada", "more *spam*"]
    for message in (first, second):
        message.refresh_from_db()
    assert first.mentions.get().user == ada
    assert "<em>" in second.html
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=deed)
