"""Members who are muted, removed or banned can do no more than that leaves them."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from rooms.actions import (
    accounts,
    admission,
    rooms,
    sanctions,
)
from rooms.errors import (
    Muted,
    NewcomersKeptOut,
    Removed,
    RoomNotFound,
)
from rooms.fingerprints import Fingerprints
from rooms.models import Membership, Shunned, User
from tests.actions.factories import (
    come_in,
    connect,
    guest,
    last_notice,
    open_room,
    say,
    transcript,
)

pytestmark = pytest.mark.django_db


# Speaking -----------------------------------------------------------------------------------------
def test_a_muted_member_reads_and_does_not_write_until_the_mute_is_over() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    sanctions.mute(room=room, by=ada, user=bob, minutes=90, reason="shouting")
    assert last_notice(room) == "Ada muted Bob for 90 minutes: shouting"
    with pytest.raises(Muted) as refusal:
        say(bob, room, "but")
    assert "shouting" in refusal.value.message
    assert 5300 < (refusal.value.retry_after or 0) <= 5400
    connect(bob, room)
    Membership.objects.filter(user=bob).update(muted_until=Now() - timedelta(seconds=1))
    say(bob, room, "thanks")


# Going --------------------------------------------------------------------------------------------
def test_a_removed_member_is_told_why_and_is_a_newcomer_on_coming_back() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    sanctions.remove(room=room, by=ada, user=bob, reason="off\u202e topic\n")
    assert transcript(room)[-2:] == ["3 notice Ada: Ada removed Bob: off topic", "4 leave Bob"]
    with pytest.raises(Removed) as refusal:
        connect(bob, room)
    assert refusal.value.message == "You were removed from this room: off topic"
    rooms.join(user=bob, code=room.code)
    connect(bob, room)


def test_a_ban_shuts_out_the_person_and_guests_from_the_same_place_for_a_day() -> None:
    ada, room = open_room("Ada")
    here, elsewhere = Fingerprints("device", "school"), Fingerprints("phone", "home")
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code, fingerprints=here)
    connect(bob, room)
    eve = guest("Eve")
    rooms.join(user=eve, code=room.code, fingerprints=here)
    registered = guest("Mary")
    User.objects.filter(pk=registered.pk).update(
        is_guest=False, date_joined=Now() - timedelta(hours=1)
    )
    registered.refresh_from_db()
    early = guest("Early")
    User.objects.filter(pk=early.pk).update(date_joined=Now() - timedelta(days=3))
    early.refresh_from_db()
    before = guest("Grown")
    accounts.register(user=before, username="grown", password="seven green lanterns")
    # SQLite's clock has milliseconds, and whoever registers in that of the ban has done so since.
    User.objects.filter(pk=before.pk).update(registered_at=Now() - timedelta(seconds=1))
    before.refresh_from_db()
    sanctions.ban(room=room, by=ada, user=bob, reason="spam")
    rooms.join(user=before, code=room.code, fingerprints=here)
    with pytest.raises(RoomNotFound):
        rooms.join(user=bob, code=room.code, fingerprints=elsewhere)
    for fingerprints in (here, Fingerprints("device", "café"), Fingerprints("other", "school")):
        with pytest.raises(NewcomersKeptOut):
            rooms.join(user=guest("Ben"), code=room.code, fingerprints=fingerprints)
        with pytest.raises(NewcomersKeptOut):
            admission.ask(user=guest("Ben"), code=room.code, fingerprints=fingerprints)
    rooms.join(user=guest("Zoe"), code=room.code, fingerprints=elsewhere)
    rooms.join(user=eve, code=room.code, fingerprints=here)
    rooms.join(user=registered, code=room.code, fingerprints=here)
    upstart = guest("Marten")  # registering is no way round it
    User.objects.filter(pk=upstart.pk).update(is_guest=False)
    upstart.refresh_from_db()
    with pytest.raises(NewcomersKeptOut):
        rooms.join(user=upstart, code=room.code, fingerprints=here)
    # Nor is it for a guest made before the ban who chooses a password after it.
    accounts.register(user=early, username="early", password="seven green lanterns")
    with pytest.raises(NewcomersKeptOut):
        rooms.join(user=early, code=room.code, fingerprints=here)
    _, other = open_room("Ben")
    rooms.join(user=guest("Bert"), code=other.code, fingerprints=here)
    Shunned.objects.update(until=Now() - timedelta(seconds=1))
    rooms.join(user=guest("Ben"), code=room.code, fingerprints=here)
    rooms.close(room=room)
    assert not Shunned.objects.filter(room=room).exists()
    assert not Membership.objects.filter(room=room).exclude(address_trace="").exists()


def test_a_ban_can_be_of_one_person_and_their_browser_only() -> None:
    ada, room = open_room("Ada")
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code, fingerprints=Fingerprints("device", "school"))
    sanctions.ban(room=room, by=ada, user=bob, network=False)
    rooms.join(user=guest("Eve"), code=room.code, fingerprints=Fingerprints("other", "school"))
    with pytest.raises(NewcomersKeptOut):
        rooms.join(user=guest("Ben"), code=room.code, fingerprints=Fingerprints("device", "home"))
