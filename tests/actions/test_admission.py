"""Locked and full rooms, passcodes, and requests to be let in."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from history.models import Stream
from rooms.actions import (
    admission,
    leaving,
    rooms,
    sanctions,
)
from rooms.errors import (
    Forbidden,
    MustAsk,
    NotMember,
    PasscodeNeeded,
    RateLimited,
    RoomFull,
    RoomLocked,
    WrongPasscode,
)
from rooms.fingerprints import Fingerprints
from rooms.models import JoinRequest, Membership, Room, User
from tests.actions.factories import (
    change_settings,
    come_in,
    connect,
    guest,
    last_notice,
    open_room,
    present,
)

pytestmark = pytest.mark.django_db


# Coming in ----------------------------------------------------------------------------------------
def test_a_locked_room_lets_nobody_new_in_and_keeps_those_it_knows() -> None:
    ada, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    leaving.leave(user=bob, room=room)
    sanctions.remove(room=room, by=ada, user=eve)
    change_settings(room, ada, locked=True)
    rooms.join(user=bob, code=room.code)
    for who in (eve, guest("Zoe")):
        with pytest.raises(RoomLocked):
            rooms.join(user=who, code=room.code)
    change_settings(room, ada, locked=False)
    rooms.join(user=eve, code=room.code)


def test_a_passcode_is_asked_of_newcomers() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, passcode="sesame")
    bob = guest("Bob")
    with pytest.raises(PasscodeNeeded) as refusal:
        rooms.join(user=bob, code=room.code)
    assert not isinstance(refusal.value, WrongPasscode)
    wrong = admission.prove(code=room.code, passcode="Sesame")
    with pytest.raises(WrongPasscode):
        rooms.join(user=bob, code=room.code, proof=wrong)
    proof = admission.prove(code=room.code.lower(), passcode="ｓesame")
    change_settings(room, ada, passcode="another")
    with pytest.raises(WrongPasscode):
        rooms.join(user=bob, code=room.code, proof=proof)
    proof = admission.prove(code=room.code, passcode="another")
    rooms.join(user=bob, code=room.code, proof=proof)
    connect(bob, room)
    assert admission.prove(code="ZZZZ", passcode="another") == ""


def test_a_full_room_has_places_for_moderators_and_for_admitted_people() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, capacity=2)
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    with pytest.raises(RoomFull):
        rooms.join(user=guest("Eve"), code=room.code)
    connect(bob, room)
    moderator = come_in_anyway("Grace", room)
    leaving.leave(user=bob, room=room)
    assert present(room) == {"Ada", "Grace"}
    assert moderator
    with pytest.raises(RoomFull):
        rooms.join(user=bob, code=room.code)
    # A page that was away for longer than the grace finds the place taken by its socket too.
    Membership.objects.filter(user=bob).update(left_at=None)
    with pytest.raises(RoomFull):
        connect(bob, room)


def come_in_anyway(name: str, room: Room) -> User:
    user = guest(name)
    Membership.objects.create(room=room, user=user, role="moderator")
    rooms.join(user=user, code=room.code)
    connect(user, room)
    return user


def test_a_request_waits_until_a_moderator_answers_it() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, by_request=True)
    bob, eve = guest("Bob"), guest("Eve")
    for who in (bob, eve):
        with pytest.raises(MustAsk):
            rooms.join(user=who, code=room.code)
        admission.ask(user=who, code=room.code)
        admission.ask(user=who, code=room.code)
    assert [r.user for r in admission.waiting(room)] == [bob, eve]
    with pytest.raises(NotMember):
        connect(bob, room)
    admission.admit(room=room, by=ada, user=bob)
    assert last_notice(room) == "Ada let Bob in."
    rooms.join(user=bob, code=room.code)
    connect(bob, room)
    with pytest.raises(Forbidden):
        admission.admit(room=room, by=bob, user=eve)
    admission.turn_away(room=room, by=ada, user=eve)
    assert not admission.is_waiting(user=eve, code=room.code)
    with pytest.raises(RateLimited):
        admission.ask(user=eve, code=room.code)
    JoinRequest.objects.filter(user=eve).update(decided_at=Now() - timedelta(hours=1))
    admission.ask(user=eve, code=room.code)


def test_a_crowd_from_one_place_keeps_nobody_else_from_asking() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, by_request=True)
    most = admission.FROM_ONE_ADDRESS
    assert 40 <= most <= admission.QUEUE_MAX / 2, "a class may, and leaves room for others"
    for number in range(most + 10):
        refused = pytest.raises(RateLimited) if number >= most else nullcontext()
        with refused:
            fingerprints = Fingerprints(f"browser {number}", "one address")
            admission.ask(user=guest(f"Guest {number}"), code=room.code, fingerprints=fingerprints)
    assert admission.waiting(room).count() == most
    eve = guest("Eve")
    admission.ask(user=eve, code=room.code, fingerprints=Fingerprints("phone", "home"))
    assert admission.is_waiting(user=eve, code=room.code)
    # One browser is one who asks, whatever the network.
    with pytest.raises(RateLimited):
        admission.ask(user=guest("Eva"), code=room.code, fingerprints=Fingerprints("phone", "café"))
    admission.ask(user=eve, code=room.code, fingerprints=Fingerprints("phone", "café"))

    with pytest.raises((Forbidden, NotMember)):
        admission.turn_all_away(room=room, by=eve)
    deed = admission.turn_all_away(room=room, by=ada)
    assert deed is not None
    assert (deed.verb, len(deed.details["people"])) == ("turn all away", most + 1)
    assert eve.public_id in deed.details["people"]
    assert not admission.waiting(room).exists()
    assert admission.was_turned_away(user=eve, code=room.code)
    with pytest.raises(RateLimited):  # nor as somebody else
        admission.ask(user=guest("Eva"), code=room.code, fingerprints=Fingerprints("phone", "café"))
    assert admission.turn_all_away(room=room, by=ada) is None


def test_a_request_ends_when_its_page_stops_asking() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, by_request=True)
    bob, eve = guest("Bob"), guest("Eve")
    for who in (bob, eve):
        admission.ask(user=who, code=room.code)
    minute = timedelta(minutes=1)
    JoinRequest.objects.update(heard_at=Now() - minute)
    assert admission.is_waiting(user=bob, code=room.code)
    admission.write_down_heard()
    JoinRequest.objects.filter(user=eve).update(heard_at=Now() - 2 * minute)
    JoinRequest.objects.filter(user=bob).update(heard_at=F("heard_at") - minute)
    assert [request.user for request in admission.waiting(room)] == [bob]
    assert not admission.is_waiting(user=eve, code=room.code)
    epoch = Stream.objects.get(pk=room.stream_id).epoch
    assert admission.forget_silent() == 1
    assert Stream.objects.get(pk=room.stream_id).epoch > epoch, "those in charge are told"
    assert admission.forget_silent() == 0
    admission.ask(user=eve, code=room.code)
    assert admission.is_waiting(user=eve, code=room.code)


def test_a_request_ends_when_its_person_joins_an_opened_room() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, by_request=True)
    bob = guest("Bob")
    admission.ask(user=bob, code=room.code)
    change_settings(room, ada, by_request=False)
    rooms.join(user=bob, code=room.code)
    assert not admission.is_waiting(user=bob, code=room.code)
    with pytest.raises(NotMember):
        admission.admit(room=room, by=ada, user=bob)
