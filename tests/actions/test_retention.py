"""Messages past their retention are gone, for everybody, and no others are."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.db.models.functions import Now

from history.log import read
from history.models import Message, Reaction, Revision
from rooms.actions import messages, reports, retention, rooms
from rooms.models import Membership, Report, Room, User
from rooms.turn import turn
from tests.actions import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: Any) -> Any:
    settings.CHAT_RETENTION_DAYS = 30
    return settings


def age(room: Room, days: float) -> None:
    """Move everything that happened in a room into the past, by `days`."""
    rows = Message.objects.filter(stream=room.stream_id)
    rows.update(at=F("at") - timedelta(days=days))
    rows.exclude(deleted_at=None).update(deleted_at=F("deleted_at") - timedelta(days=days))


def sweep() -> None:
    after = retention.sweep(0)
    while after:
        after = retention.sweep(after)


def bodies(room: Room) -> list[str]:
    rows = Message.objects.filter(stream=room.stream_id, kind="chat").order_by("seq")
    return [row.body for row in rows]


def test_nothing_is_erased_where_nobody_wants_it() -> None:
    ada, room = factories.open_room()
    factories.say(ada, room, "old")
    age(room, 10_000)
    sweep()
    assert bodies(room) == ["old"]


def test_an_old_message_is_erased_by_a_change_that_everybody_is_shown(site: Any) -> None:
    ada, room = factories.open_room()
    (old,) = factories.say(ada, room, "old")
    with turn(room) as t:
        changes = t.edits([old.seq])
        row = changes.get(old.seq)
        assert row
        changes.edit(row, body="older", html="", mentions=())
        changes.react(row, user_id=ada.pk, emoji="👍", on=True)
    age(room, 31)
    factories.say(ada, room, "new")
    before = read.heads([room.stream_id])[room.stream_id][0]
    sweep()
    change = read.changed_since(room.stream_id, before)
    assert [(m["seq"], m["deleted"], m["body"]) for m in change.messages] == [(old.seq, True, "")]
    assert change.messages[0]["reactions"] == {}
    assert change.through == read.heads([room.stream_id])[room.stream_id][0]
    assert bodies(room) == ["", "new"]
    assert not Revision.objects.exists()
    assert not Reaction.objects.exists()
    sweep()
    assert read.heads([room.stream_id])[room.stream_id][0] == change.through, "once"


@pytest.mark.parametrize(("of_room", "gone"), [(None, False), (5, True), (1000, False)])
def test_the_shorter_of_the_rooms_and_the_sites_counts(
    site: Any, of_room: int | None, gone: bool
) -> None:
    ada, room = factories.open_room()
    Room.objects.filter(pk=room.pk).update(retention_days=of_room)
    factories.say(ada, room, "some days old")
    age(room, 10)
    sweep()
    assert bodies(room) == ["" if gone else "some days old"]
    age(room, 30)
    sweep()
    assert bodies(room) == [""]


def test_a_message_that_is_pinned_or_reported_stays_as_long(site: Any) -> None:
    ada, room = factories.open_room()
    ben = factories.come_in("Ben", room)
    said = factories.say(ada, room, *(str(number) for number in range(30)))
    Message.objects.filter(pk=said[0].pk).update(pinned_at=Now())
    ben_here = Membership.objects.select_related("room", "user").get(user=ben, room=room)
    report, _ = reports.report(by=ben_here, reason="spam", seq=said[15].seq)
    age(room, 31)
    sweep()
    left = [int(body) for body in bodies(room) if body]
    assert left == [0, *range(15 - reports.AROUND, 15 + reports.AROUND + 1)]
    staff = User.objects.create_superuser("boss", "", "x", display_name="Boss")
    reports.settle(report=report, by=staff, upheld=False)
    sweep()
    assert [body for body in bodies(room) if body] == ["0"]
    assert Report.objects.get().excerpt, "the report keeps its own"


def test_rows_go_when_nobody_can_be_behind_their_change(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "RESUME_LIMIT", 5)
    ada, room = factories.open_room()
    factories.say(ada, room, *"abc")
    age(room, 31)
    sweep()
    assert bodies(room) == ["", "", ""]
    age(room, 2)
    factories.say(ada, room, *"de")
    sweep()
    assert bodies(room)[:-2], "somebody may resume from before"
    factories.say(ada, room, *"fgh")
    sweep()
    assert bodies(room) == list("defgh")
    head = read.heads([room.stream_id])[room.stream_id][0]
    page = read.page(room.stream_id, limit=3)
    assert [m["body"] for m in page.messages] == list("fgh")
    first = read.page(room.stream_id, before=page.messages[0]["seq"])
    assert [m["body"] for m in first.messages] == list("de")
    assert not first.older
    assert read.changed_since(room.stream_id, 0).through == head
    (next_one,) = factories.say(ada, room, "next")
    assert next_one.seq == head + 1, "no number is used again"


def test_a_closed_room_is_emptied_by_command(site: Any) -> None:
    ada, room = factories.open_room()
    factories.say(ada, room, "old", "older")
    messages.delete(message=Message.objects.get(body="old"), by=ada)
    rooms.close(room=room)
    age(room, 31)
    Room.objects.filter(pk=room.pk).update(closed_at=Now() - timedelta(days=2))
    call_command("retain", verbosity=0)
    assert not Message.objects.filter(stream=room.stream_id).exists()
    assert not Revision.objects.exists()
    assert read.page(room.stream_id).messages == []
    assert Membership.objects.filter(room=room).exists(), "that somebody was there stays"
