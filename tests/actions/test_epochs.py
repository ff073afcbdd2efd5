"""Every change of membership or rights in a room raises its epoch.

Workers check their sockets again when the epoch has moved, and look their posts' authors up. A verb
that forgot it would leave people in a room, and heard there, who may be neither.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from history.models import Stream
from rooms.actions import (
    accounts,
    admission,
    clearing,
    deletion,
    ending,
    hiding,
    leaving,
    merge,
    people,
    roles,
    rooms,
    sanctions,
    settings,
    sign_ins,
    site_bans,
    undoing,
)
from rooms.models import Deed, JoinRequest, Membership, Room, User
from rooms.room_settings import RoomSettings
from tests.actions.factories import come_in, guest, open_room, pass_room_grace, say, session

pytestmark = pytest.mark.django_db

PASSWORD = "seven green lanterns"
# Given a room of Ada's with Bob in it: does what has to be so first, and returns the verb.
Case = Callable[[Room, User, User], Callable[[], object]]
CASES: dict[str, Case] = {}


def case(prepare: Case) -> Case:
    CASES[prepare.__name__] = prepare
    return prepare


@pytest.mark.parametrize("name", CASES)
def test_it_raises_the_epoch(name: str) -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    verb = CASES[name](room, ada, bob)
    before = Stream.objects.get(pk=room.stream_id).epoch
    verb()
    assert Stream.objects.get(pk=room.stream_id).epoch > before


def test_changes_that_concern_nobody_s_rights_do_not_raise_the_epoch() -> None:
    """Each time that it is raised costs every worker a look at its sockets."""
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(bob, room, "hello")
    before = Stream.objects.get(pk=room.stream_id).epoch
    come_in("Eve", room)
    say(ada, room, "hello")
    clearing.clear(room=room, by=ada, user=bob, minutes=10)
    assert Stream.objects.get(pk=room.stream_id).epoch == before


# In a room ----------------------------------------------------------------------------------------


@case
def mute(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: sanctions.mute(room=room, by=ada, user=bob, minutes=10)


@case
def unmute(room: Room, ada: User, bob: User) -> Callable[[], object]:
    sanctions.mute(room=room, by=ada, user=bob, minutes=10)
    return lambda: sanctions.unmute(room=room, by=ada, user=bob)


@case
def remove(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: sanctions.remove(room=room, by=ada, user=bob)


@case
def ban(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: sanctions.ban(room=room, by=ada, user=bob)


@case
def unban(room: Room, ada: User, bob: User) -> Callable[[], object]:
    sanctions.ban(room=room, by=ada, user=bob)
    return lambda: sanctions.unban(room=room, by=ada, user=bob)


def _undone(deed: Deed, room: Room, ada: User) -> Callable[[], object]:
    return lambda: undoing.undo(room=room, by=ada, deed=deed)


@case
def undo_of_a_mute(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return _undone(sanctions.mute(room=room, by=ada, user=bob, minutes=10), room, ada)


@case
def undo_of_a_removal(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return _undone(sanctions.remove(room=room, by=ada, user=bob), room, ada)


@case
def undo_of_a_ban(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return _undone(sanctions.ban(room=room, by=ada, user=bob), room, ada)


@case
def make_moderator(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: roles.make_moderator(room=room, by=ada, user=bob)


@case
def unmake_moderator(room: Room, ada: User, bob: User) -> Callable[[], object]:
    roles.make_moderator(room=room, by=ada, user=bob)
    return lambda: roles.unmake_moderator(room=room, by=ada, user=bob)


@case
def hand_over(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: roles.hand_over(room=room, by=ada, user=bob)


@case
def succession(room: Room, ada: User, bob: User) -> Callable[[], object]:
    leaving.leave(user=ada, room=room)
    Membership.objects.filter(user=ada).update(left_at=Now() - timedelta(hours=1))
    return roles.find_heirs


@case
def leave(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: leaving.leave(user=bob, room=room)


@case
def close(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: rooms.close(room=room)


@case
def closing_of_an_empty_room(room: Room, ada: User, bob: User) -> Callable[[], object]:
    for user in (ada, bob):
        leaving.leave(user=user, room=room)
    pass_room_grace(room)
    return rooms.close_abandoned


# Its settings and its door ------------------------------------------------------------------------


def _set(room: Room, ada: User, **settings_: object) -> None:
    room.refresh_from_db()
    wanted = replace(RoomSettings.of(room), **settings_)  # type: ignore[arg-type]
    settings.change(room=room, by=ada, wanted=wanted)


@case
def change_of_settings(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: _set(room, ada, slow_mode=30)


@case
def new_code(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: settings.renew_code(room=room, by=ada)


def _asked(room: Room, ada: User) -> User:
    """Somebody who waits outside."""
    _set(room, ada, by_request=True)
    eve = guest("Eve")
    admission.ask(user=eve, code=room.code)
    return eve


@case
def knock(room: Room, ada: User, bob: User) -> Callable[[], object]:
    _set(room, ada, by_request=True)
    eve = guest("Eve")
    return lambda: admission.ask(user=eve, code=room.code)


@case
def admit(room: Room, ada: User, bob: User) -> Callable[[], object]:
    eve = _asked(room, ada)
    return lambda: admission.admit(room=room, by=ada, user=eve)


@case
def turn_away(room: Room, ada: User, bob: User) -> Callable[[], object]:
    eve = _asked(room, ada)
    return lambda: admission.turn_away(room=room, by=ada, user=eve)


@case
def turn_all_away(room: Room, ada: User, bob: User) -> Callable[[], object]:
    _asked(room, ada)
    return lambda: admission.turn_all_away(room=room, by=ada)


@case
def join_of_somebody_who_waited(room: Room, ada: User, bob: User) -> Callable[[], object]:
    eve = _asked(room, ada)
    _set(room, ada, by_request=False)
    return lambda: rooms.join(user=eve, code=room.code)


@case
def silence_of_somebody_who_waited(room: Room, ada: User, bob: User) -> Callable[[], object]:
    _asked(room, ada)
    JoinRequest.objects.update(heard_at=Now() - timedelta(hours=1))
    return admission.forget_silent


# Of the whole site --------------------------------------------------------------------------------


@case
def rename(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: people.rename(user=bob, name="Rob")


@case
def register(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: accounts.register(user=bob, username="bob", password=PASSWORD)


@case
def merge_into_an_account(room: Room, ada: User, bob: User) -> Callable[[], object]:
    eve = guest("Eve")
    accounts.register(user=eve, username="eve", password=PASSWORD)
    return lambda: merge.merge(guest=bob, account=eve)


@case
def site_ban(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: site_bans.ban(user=bob)


@case
def site_unban(room: Room, ada: User, bob: User) -> Callable[[], object]:
    site_bans.ban(user=bob)
    return lambda: site_bans.unban(user=bob)


@case
def deletion_of_an_account(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: deletion.delete_account(user=bob, erase=False)


@case
def deletion_of_an_account_and_texts(room: Room, ada: User, bob: User) -> Callable[[], object]:
    say(bob, room, "better not said")
    return lambda: deletion.delete_account(user=bob, erase=True)


@case
def end_of_a_session(room: Room, ada: User, bob: User) -> Callable[[], object]:
    key = session(bob)
    sign_ins.note(user=bob, key=key, agent="", address="")
    return lambda: sign_ins.end(keys=[key])


@case
def end_of_the_room(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: ending.end(room=room, by=ada)


@case
def end_of_the_room_undone(room: Room, ada: User, bob: User) -> Callable[[], object]:
    deed = ending.end(room=room, by=ada)
    return lambda: undoing.undo(room=room, by=ada, deed=deed)


@case
def plan_of_the_end(room: Room, ada: User, bob: User) -> Callable[[], object]:
    at = room.created_at + timedelta(days=1)
    return lambda: ending.plan(room=room, by=ada, ends_at=at, door_closes_at=None)


@case
def end_that_was_planned(room: Room, ada: User, bob: User) -> Callable[[], object]:
    Room.objects.filter(pk=room.pk).update(ends_at=Now())
    return ending.carry_out


@case
def door_that_closes(room: Room, ada: User, bob: User) -> Callable[[], object]:
    Room.objects.filter(pk=room.pk).update(door_closes_at=Now())
    return ending.carry_out


@case
def hiding_somebody(room: Room, ada: User, bob: User) -> Callable[[], object]:
    return lambda: hiding.hide(user=bob, person_id=ada.public_id)


@case
def showing_somebody_again(room: Room, ada: User, bob: User) -> Callable[[], object]:
    hiding.hide(user=bob, person_id=ada.public_id)
    return lambda: hiding.show_again(user=bob, person_id=ada.public_id)
