"""The end of a room, from the page on which it is run."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from rooms.actions import ending
from rooms.models import Room
from tests.http.conftest import Person
from tests.http.pages import alert, read
from tests.http.test_manage import where

pytestmark = pytest.mark.django_db
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


def value(person: Person, room: Room, name: str) -> str:
    return read(person.get(where(room))).one("input", name=name).attributes.get("value", "")


def local(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_a_room_is_ended_and_goes_on_without_a_script(room: Room, ada: Person, ben: Person) -> None:
    said = ada.post(where(room, "end/"))
    assert said.status_code == 302
    page = read(ada.get(where(room)))
    assert "It closes in a minute" in page.text
    assert page.one("form", action=where(room, "end/undo/"))
    assert not page.all("form", action=where(room, "end/plan/"))
    ada.post(where(room, "end/undo/"))
    assert "The room stays open." in read(ada.get(where(room))).text
    room.refresh_from_db()
    assert room.ended_at is None
    assert "That cannot be undone" in alert(
        ada.client.post(where(room, "undo/99999/"), follow=True)
    )
    assert "has not ended" in alert(ada.client.post(where(room, "end/undo/"), follow=True))


def test_the_line_of_what_can_be_undone_has_it(room: Room, ada: Person) -> None:
    answer = ada.client.post(where(room, "end/"), **JSON)
    assert answer.json()["code"] == room.code
    assert "Ada ended the room" in read(ada.get(where(room))).text
    undone = ada.client.post(where(room, f"undo/{answer.json()['undo']}/"), **JSON)
    assert undone.status_code == 200


def test_times_are_the_visitor_s_and_stay_as_they_are_shown(room: Room, ada: Person) -> None:
    ada.client.cookies["zone"] = "Asia/Tokyo"
    tokyo = timedelta(hours=9)
    end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
    typed = {"ends_at": local(end + tokyo), "door_closes_at": ""}
    ada.post(where(room, "end/plan/"), **typed)
    room.refresh_from_db()
    assert room.ends_at == end
    assert value(ada, room, "ends_at") == typed["ends_at"]
    assert "in the time zone Asia/Tokyo" in read(ada.get(where(room))).text
    exact = end + timedelta(seconds=31)
    Room.objects.filter(pk=room.pk).update(ends_at=exact)
    ada.post(where(room, "end/plan/"), **typed | {"door_closes_at": local(end + tokyo)[:14] + "00"})
    room.refresh_from_db()
    assert room.ends_at == exact, "what the field shows stands for all of it"
    ada.post(where(room, "end/plan/"), ends_at="", door_closes_at="")
    room.refresh_from_db()
    assert (room.ends_at, room.door_closes_at) == (None, None)


def test_a_time_in_the_hour_that_comes_twice_stays(room: Room, ada: Person) -> None:
    ada.client.cookies["zone"] = "Europe/Berlin"
    later = datetime(2050, 10, 30, 1, 30, tzinfo=UTC)  # 2:30 for the second time
    Room.objects.filter(pk=room.pk).update(ends_at=later)
    shown = value(ada, room, "ends_at")
    assert shown == "2050-10-30T02:30"
    assert ada.post(where(room, "end/plan/"), ends_at=shown, door_closes_at="").status_code == 302
    room.refresh_from_db()
    assert room.ends_at == later


def test_a_button_has_the_room_close_in_so_many_minutes(room: Room, ada: Person) -> None:
    ada.post(where(room, "end/plan/"), ends_at="", door_closes_at="", minutes="45")
    room.refresh_from_db()
    assert room.ends_at is not None
    left = room.ends_at - datetime.now(UTC)
    assert timedelta(minutes=44) < left <= timedelta(minutes=45, seconds=1)


@pytest.mark.parametrize(
    "typed", ["soon", "2026-13-01T10:00", "2020-01-01T10:00", "9999-12-31T23:59"]
)
def test_what_cannot_be_is_refused_and_stays_typed(room: Room, ada: Person, typed: str) -> None:
    refused = ada.post(where(room, "end/plan/"), ends_at=typed, door_closes_at="")
    assert refused.status_code == 422
    page = read(refused)
    assert page.one("input", name="ends_at").attributes["aria-invalid"] == "true"
    if typed[:1].isalpha() or "-13-" in typed:
        assert page.one("input", name="ends_at").attributes["value"] == typed
    answer = ada.client.post(where(room, "end/plan/"), {"ends_at": typed}, **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_frame")
    room.refresh_from_db()
    assert room.ends_at is None


@pytest.mark.parametrize(
    ("ends", "door", "field", "problem"),
    [
        ("9999-12-31T23:59", "", "ends_at", "more than a year ahead"),
        ("2050-10-30T02:30", "2020-01-01T10:00", "door_closes_at", "time has passed"),
        ("", "tomorrow", "door_closes_at", "a date and a time"),
        ("2050-10-30T02:30", "9999-12-31T23:59", "door_closes_at", "more than a year ahead"),
    ],
)
def test_what_is_wrong_stands_beside_its_own_field(
    room: Room, ada: Person, ends: str, door: str, field: str, problem: str
) -> None:
    # A time that the room has already may be as far away as it likes.
    Room.objects.filter(pk=room.pk).update(ends_at=datetime(2050, 10, 30, 2, 30, tzinfo=UTC))
    page = read(ada.post(where(room, "end/plan/"), ends_at=ends, door_closes_at=door))
    for name in ("ends_at", "door_closes_at"):
        found = page.one("input", name=name).attributes
        assert ("aria-invalid" in found) == (name == field)
        if name == field:
            described = found["aria-describedby"].split()[-1]
            assert problem in page.one("p", id=described).text


def test_both_times_are_judged_at_once(room: Room, ada: Person) -> None:
    over = {"ends_at": "2020-01-02T10:00", "door_closes_at": "2020-01-01T10:00"}
    page = read(ada.post(where(room, "end/plan/"), **over))
    for name in over:
        assert page.one("p", id=f"{name}-problem").text == "That time has passed."
    assert "open" in page.one("details", id="fold-ending").attributes


def test_nobody_else_ends_a_room(room: Room, ada: Person, ben: Person) -> None:
    for path in ("end/", "end/undo/", "end/plan/"):
        answer = ben.client.post(where(room, path), {"minutes": "5"}, **JSON)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
        assert ada.get(where(room, path)).status_code == 405
    room.refresh_from_db()
    assert (room.ended_at, room.ends_at) == (None, None)


def test_a_newcomer_is_told_why_and_the_end_leads_to_the_transcript(
    room: Room, ada: Person, ben: Person
) -> None:
    ada.post(where(room, "end/"))
    late = Person("Late").post(name="Late", code=room.code, join="")
    assert late.status_code == 403
    assert "This room has ended: nobody new can come in." in alert(late)
    assert ben.get(f"/rooms/{room.code}/").status_code == 200, "who is there can read"
    Room.objects.filter(pk=room.pk).update(ends_at=F("ends_at") - timedelta(minutes=1))
    ending.carry_out()
    closed = ben.get(f"/rooms/{room.code}/")
    assert closed.status_code == 404
    assert read(closed).one("a", href=f"/history/rooms/{room.public_id}/")
