"""A room's call: its link, and what the room is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from history.models import Message
from rooms.live import snapshot
from rooms.models import Membership, Room
from tests.http.conftest import Person
from tests.http.pages import read
from tests.http.test_manage import SAVED, where

pytestmark = pytest.mark.django_db
JSON = {"headers": {"accept": "application/json"}}
LINK = "https://meet.example/{room}"


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


def fresh(room: Room) -> Room:
    return Room.objects.get(pk=room.pk)


def notices(room: Room) -> list[str]:
    rows = Message.objects.filter(stream=room.stream_id, kind=Message.Kind.NOTICE).order_by("seq")
    return [row.text for row in rows]


def button(person: Person, room: Room) -> Any:
    return read(person.get(f"/rooms/{room.code}/")).one("a", class_="room-bar__call").attributes


def call(person: Person, room: Room) -> Any:
    return person.client.post(f"/rooms/{room.code}/call/", **JSON)


def test_the_owner_s_link_is_a_button_that_opens_apart(
    room: Room, ada: Person, ben: Person
) -> None:
    assert "hidden" in button(ben, room)
    ada.post(where(room, "settings/"), **SAVED, call_link=f" {LINK} ")
    assert notices(room) == ["Ada set a call link."]
    link = f"https://meet.example/{room.public_id}"
    shown = button(ben, room)
    assert (shown["href"], shown["target"], shown["rel"]) == (link, "_blank", "noopener noreferrer")
    assert "hidden" not in shown
    assert snapshot.describe(fresh(room))["call_link"] == link
    ada.post(where(room, "settings/"), **SAVED, call_link="")
    assert notices(room)[-1] == "Ada removed the call link."
    assert snapshot.describe(fresh(room))["call_link"] == ""


def test_the_site_s_link_is_there_where_the_owner_named_none(
    room: Room, ada: Person, settings: Any
) -> None:
    settings.CHAT_CALL_LINK = "https://site.example/{room}"
    assert button(ada, room)["href"] == f"https://site.example/{room.public_id}"
    ada.post(where(room, "settings/"), **SAVED, call_link=LINK)
    assert button(ada, room)["href"] == f"https://meet.example/{room.public_id}"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://meet.example/", "https://a:b@c.d/"]
)
def test_what_is_no_such_link_is_refused_and_stays_typed(
    room: Room, ada: Person, link: str
) -> None:
    refused = ada.post(where(room, "settings/"), **SAVED | {"title": "Kept"}, call_link=link)
    assert refused.status_code == 422
    page = read(refused)
    field = page.one("input", name="call_link").attributes
    assert (field["value"], field["aria-invalid"]) == (link, "true")
    assert page.one("input", name="title").attributes["value"] == "Kept"
    answer = ada.client.post(where(room, "settings/"), {**SAVED, "call_link": link}, **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_frame")
    assert fresh(room).call_link == ""


def test_the_room_is_told_of_a_call_once(room: Room, ada: Person, ben: Person) -> None:
    ada.post(where(room, "settings/"), **SAVED, call_link=LINK)
    assert call(ben, room).json() == {"told": True}
    assert call(ada, room).json() == {"told": False}, "who comes to it is no news"
    assert notices(room)[1:] == ["Ben started a call."]
    Room.objects.update(called_at=F("called_at") - timedelta(minutes=10))
    assert call(ada, room).json() == {"told": True}
    assert notices(room)[-1] == "Ada started a call."
    answer = ben.post(f"/rooms/{room.code}/call/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/rooms/{room.code}/")


def test_who_cannot_speak_cannot_call_and_strangers_learn_nothing(
    room: Room, ada: Person, ben: Person
) -> None:
    refused = call(ben, room)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    ada.post(where(room, "settings/"), **SAVED, call_link=LINK)
    Membership.objects.filter(user=ben.user).update(muted_until=Now() + timedelta(minutes=5))
    assert call(ben, room).json()["error"]["code"] == "muted"
    Membership.objects.filter(user=ben.user).update(muted_until=None)
    ada.post(where(room, "end/"))
    assert call(ben, room).json()["error"]["code"] == "ended"
    answers = {
        (answer.status_code, answer.content)
        for answer in (
            Person("Eve").client.post(f"/rooms/{code}/call/", **JSON)
            for code in (room.code, "ZZZZ")
        )
    }
    assert len(answers) == 1
    assert len(notices(room)) == 2, "the link and the end"
