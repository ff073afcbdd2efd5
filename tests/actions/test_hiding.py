"""Somebody is hidden for one person, and for nobody else."""

from typing import Any

import pytest

from rooms import access, hides
from rooms.actions import deletion, hiding, merge, rooms
from rooms.live import snapshot
from rooms.models import HiddenPerson, Room, User
from rooms.refusals.orders import CannotHideYourself, HidesMany, NotHidden, SharesNoRoom
from tests.actions.factories import come_in, enter, guest, open_room, say, session, transcript
from tests.actions.test_merge import account, stream_of

pytestmark = pytest.mark.django_db


def hidden_by(user: User) -> set[int]:
    return set(hides.hidden_by(user.pk))


def test_a_person_is_hidden_for_one_and_shown_again() -> None:
    ada, room = open_room()
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    assert hiding.hide(user=ada, person_id=bob.public_id) == bob
    assert hiding.hide(user=ada, person_id=bob.public_id) == bob, "again is no error"
    assert (hidden_by(ada), hidden_by(bob), hidden_by(eve)) == ({bob.pk}, set(), set())
    assert hiding.show_again(user=ada, person_id=bob.public_id) == bob
    assert hidden_by(ada) == set()
    with pytest.raises(NotHidden):
        hiding.show_again(user=ada, person_id=bob.public_id)


def test_who_hides_whom_is_asked_once_for_all_recipients(
    django_assert_num_queries: Any,
) -> None:
    ada, room = open_room()
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    hiding.hide(user=ada, person_id=bob.public_id)
    hiding.hide(user=eve, person_id=ada.public_id)
    with django_assert_num_queries(1):
        found = hides.by_each([ada.pk, eve.pk, bob.pk])
    assert found == {ada.pk: {bob.pk}, eve.pk: {ada.pk}}


def test_only_people_of_one_s_rooms_can_be_hidden_and_others_read_like_nobody() -> None:
    ada, _ = open_room()
    stranger, _ = open_room("Stranger")
    with pytest.raises(SharesNoRoom) as elsewhere:
        hiding.hide(user=ada, person_id=stranger.public_id)
    with pytest.raises(SharesNoRoom) as nobody:
        hiding.hide(user=ada, person_id="u_0123456789abcdef")
    assert elsewhere.value.message == nobody.value.message
    with pytest.raises(CannotHideYourself):
        hiding.hide(user=ada, person_id=ada.public_id)


def test_somebody_hides_a_limited_number_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiding, "MOST", 1)
    ada, room = open_room()
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    hiding.hide(user=ada, person_id=bob.public_id)
    with pytest.raises(HidesMany) as refusal:
        hiding.hide(user=ada, person_id=eve.public_id)
    assert "at most 1 people" in refusal.value.message
    assert hidden_by(ada) == {bob.pk}


def test_the_own_pages_are_told_and_the_log_says_nothing() -> None:
    ada, room = open_room()
    bob = come_in("Bob", room)
    before, (head, epoch) = transcript(room), stream_of(room)
    hiding.hide(user=ada, person_id=bob.public_id)
    assert transcript(room) == before
    assert stream_of(room) == (head, epoch + 1), "pages that are open are checked again"
    found = snapshot.recheck(room.pk, room.stream_id, {ada.pk, bob.pk}, {session(ada)})
    assert found.members[ada.pk].hides == [bob.public_id]
    assert found.members[bob.pk].hides == ()
    assert enter(ada, room).membership.hides == [bob.public_id]
    assert enter(bob, room).membership.hides == ()


def test_who_hides_nobody_costs_no_query_more(django_assert_num_queries: Any) -> None:
    ada, room = open_room()
    with django_assert_num_queries(1):
        access.find({(ada.pk, room.code)})


class TestAGuestWhoIsMerged:
    def test_brings_along_whom_they_hid(self) -> None:
        visitor, room = open_room("Visitor")
        bob, eve = come_in("Bob", room), come_in("Eve", room)
        ada = account()
        rooms.join(user=ada, code=room.code)
        for who, person in ((visitor, bob), (visitor, eve), (ada, bob)):
            hiding.hide(user=who, person_id=person.public_id)
        assert merge.merge(guest=visitor, account=ada)
        assert hidden_by(ada) == {bob.pk, eve.pk}
        assert hidden_by(visitor) == set()

    def test_stays_hidden_for_who_hid_them_but_not_for_oneself(self) -> None:
        visitor, room = open_room("Visitor")
        bob = come_in("Bob", room)
        ada = account()
        rooms.join(user=ada, code=room.code)
        for who, person in ((bob, visitor), (ada, visitor), (visitor, ada)):
            hiding.hide(user=who, person_id=person.public_id)
        assert merge.merge(guest=visitor, account=ada)
        assert (hidden_by(bob), hidden_by(ada)) == ({ada.pk}, set())
        assert HiddenPerson.objects.count() == 1


@pytest.mark.parametrize("erase", [False, True])
def test_with_an_account_goes_whom_it_hid_and_with_its_texts_that_it_was_hidden(
    erase: bool,
) -> None:
    ada, room = open_room()
    bob = come_in("Bob", room)
    say(bob, room, "stays perhaps")
    hiding.hide(user=ada, person_id=bob.public_id)
    hiding.hide(user=bob, person_id=ada.public_id)
    deletion.delete_account(user=bob, erase=erase)
    assert hidden_by(bob) == set()
    assert hidden_by(ada) == (set() if erase else {bob.pk}), "what is left of them stays folded"


def test_the_room_is_found_by_people_who_left_too() -> None:
    ada, room = open_room()
    bob = come_in("Bob", room)
    rooms.close(room=Room.objects.get(pk=room.pk))
    assert hiding.hide(user=ada, person_id=bob.public_id) == bob, "in a transcript"
    with pytest.raises(SharesNoRoom):
        hiding.hide(user=guest("Eve"), person_id=bob.public_id)
