"""The open rooms of many people and what is unread there, as a worker asks about those who are connected."""

import pytest

from rooms import unread
from rooms.actions import leaving, rooms, sanctions, site_bans
from rooms.models import HiddenPerson, Membership
from tests.actions import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_rooms_that_are_open_and_still_theirs_are_found() -> None:
    ada, own = factories.open_room("Ada")
    owner, kept = factories.open_room("Bob")
    others = [factories.open_room("Bob")[1] for _ in range(3)]
    for room in (kept, *others):
        factories.connect(ada, rooms.join(user=ada, code=room.code))
    left, removed, banned = others
    leaving.leave(user=ada, room=left)
    for room, verb in ((removed, sanctions.remove), (banned, sanctions.ban)):
        verb(room=room, by=room.owner, user=ada)
    closed = factories.open_room("Cy")[1]
    factories.connect(ada, rooms.join(user=ada, code=closed.code))
    rooms.close(room=closed)

    found = unread.places([ada.pk, owner.pk])
    assert [place.code for place in found[ada.pk]] == [kept.code, own.code], "the latest first"
    assert [place.code for place in found[owner.pk]] == [kept.code]
    site_bans.ban(user=ada)
    assert ada.pk not in unread.places([ada.pk])
    assert unread.places([]) == {}


def test_of_very_many_rooms_the_latest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "OPEN_ROOMS", 2)
    ada, _ = factories.open_room("Ada")
    ben, ben_s = factories.open_room("Ben")
    latest = [rooms.create(user=ada) for _ in range(2)]
    found = unread.places([ada.pk, ben.pk])
    assert [place.code for place in found[ada.pk]] == [room.code for room in latest[::-1]]
    assert [place.code for place in found[ben.pk]] == [ben_s.code], "each has as many"


def test_what_is_unread_is_counted_only_for_those_who_are_still_inside() -> None:
    ada, room = factories.open_room("Ada")
    ben, eve = (factories.come_in(name, room) for name in ("Ben", "Eve"))
    factories.say(ada, room, "one", "two")
    factories.say(eve, room, "three")
    keys = dict(Membership.objects.filter(room=room).values_list("user_id", "pk"))
    before = unread.places([ben.pk])[ben.pk][0]
    assert unread.inside(keys.values())[keys[ben.pk]].messages == 3
    HiddenPerson.objects.create(user=ben, person=eve)
    assert unread.inside(keys.values())[keys[ben.pk]].messages == 2
    assert unread.places([ben.pk])[ben.pk][0] != before, "so that it is counted again"
    sanctions.remove(room=room, by=ada, user=ben)
    assert keys[ben.pk] not in unread.inside(keys.values())
