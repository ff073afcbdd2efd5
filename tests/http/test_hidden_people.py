"""Somebody whom the visitor has hidden is one line on every page, and counts nowhere."""

from typing import Any

import pytest

from history.models import Mention
from rooms import limits
from rooms.models import HiddenPerson, Room
from tests.http.conftest import Person
from tests.http.pages import read

JSON = {"headers": {"accept": "application/json"}}
LINE = "Hidden: a message from Ben"


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ben.join(room)
    return room


def hide(person: Person, other: Person, **fields: str) -> Any:
    return person.post(
        "/account/hidden/", **{"person": other.user.public_id, "hidden": "yes", **fields}
    )


def shown(person: Person, path: str) -> str:
    return read(person.get(path)).text


def test_it_is_one_line_in_transcript_and_search_with_the_text_a_tap_away(
    ada: Person, ben: Person, room: Room
) -> None:
    ben.say(room, "the blue ferry")
    hide(ada, ben)
    places = (f"/history/rooms/{room.public_id}/", "/history/?q=ferry")
    for path in places:
        page = read(ada.get(path))
        (folded,) = page.all("details", class_="folded")
        assert LINE in folded.text, path
        assert "blue ferry" in folded.text, path
    here = shown(ada, f"/history/rooms/{room.public_id}/search/?q=ferry")
    assert "Hidden for you" in here
    assert "blue ferry" not in here
    for path in places:
        assert not read(ben.get(path)).all("details", class_="folded"), "for nobody else"


def test_an_answer_does_not_quote_it(ada: Person, ben: Person, room: Room) -> None:
    [said] = ben.say(room, "the blue ferry")
    [answer] = ada.say(room, "no")
    type(answer).objects.filter(pk=answer.pk).update(reply_to=said.seq)
    hide(ada, ben)
    page = read(ada.get(f"/history/rooms/{room.public_id}/"))
    (quote,) = page.all("p", class_="line__quote")
    assert "hidden for you" in quote.text
    assert "ferry" not in quote.text


def test_nothing_of_it_is_unread_nor_the_last_word(ada: Person, ben: Person, room: Room) -> None:
    ada.say(room, "mine")
    first, _ = ben.say(room, "@Ada look", "and look")
    Mention.objects.create(message=first, user=ada.user, stream=room.stream, seq=first.seq)
    assert "1 for you" in shown(ada, "/")
    hide(ada, ben)
    for path in ("/", "/history/", "/history/rooms/"):
        assert read(ada.get(path)).all(class_="unread") == [], path
    assert "and look" not in shown(ada, "/")
    assert "mine" in shown(ada, "/")


def test_it_is_undone_in_the_account_without_a_script(ada: Person, ben: Person, room: Room) -> None:
    assert "People you have hidden" not in shown(ada, "/account/")
    answer = hide(ada, ben, next=f"/history/rooms/{room.public_id}/")
    assert answer.headers["Location"] == f"/history/rooms/{room.public_id}/"
    assert "People you have hidden" in shown(ada, "/account/")
    assert "Show again" in shown(ada, "/account/")
    answer = hide(ada, ben, hidden="no", next="//evil.example/")
    assert answer.headers["Location"] == "/account/"
    assert "You see the messages of Ben again." in shown(ada, "/account/")
    assert not HiddenPerson.objects.exists()


def test_a_program_is_answered_in_json(ada: Person, ben: Person, room: Room) -> None:
    fields = {"person": ben.user.public_id, "hidden": "yes"}
    answer = ada.client.post("/account/hidden/", fields, **JSON)
    assert answer.json() == {
        "message": "Messages of Ben are folded for you, in all rooms. Nobody is told.",
        "hidden": True,
    }
    answer = ada.client.post("/account/hidden/", {**fields, "hidden": "no"}, **JSON)
    assert answer.json()["hidden"] is False
    answer = ada.client.post("/account/hidden/", {**fields, "person": "x" * 5000}, **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    answer = ada.client.post("/account/hidden/", {**fields, "person": ada.user.public_id}, **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_frame")


def test_pages_of_a_hidden_person_are_what_they_were(ada: Person, ben: Person, room: Room) -> None:
    """It cannot be found out."""
    paths = ("/account/", f"/rooms/{room.code}/", f"/history/rooms/{room.public_id}/", "/history/")

    def pages() -> list[str]:
        return [shown(ben, path) for path in paths]

    before = pages()
    hide(ada, ben)
    assert pages() == before


def test_too_many_in_a_short_time_are_refused(
    ada: Person, ben: Person, room: Room, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(limits.table, "hiding", limits.Limiter(limits.Rate(2, 0.01), "hide.person"))
    fields = {"person": ben.user.public_id, "hidden": "yes"}
    codes = [ada.client.post("/account/hidden/", fields, **JSON).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_without_a_script_it_begins_on_the_page_of_a_report(
    ada: Person, ben: Person, room: Room
) -> None:
    [said] = ben.say(room, "the blue ferry")
    [own] = ada.say(room, "mine")
    report = f"/rooms/{room.code}/report/"
    for about in (f"seq={said.seq}", f"person={ben.user.public_id}"):
        form = read(ada.get(f"{report}?{about}")).one("form", action="/account/hidden/")
        assert "Hide Ben for me" in form.text
    fields = {i.attributes["name"]: i.attributes["value"] for i in form.all("input")}
    answer = ada.post("/account/hidden/", hidden="yes", **fields)
    assert answer.headers["Location"] == f"/rooms/{room.code}/"
    assert HiddenPerson.objects.get().person == ben.user
    nobody = ("", f"seq={own.seq}", "seq=999", "seq=99999999999999999999", "person=u_nobody")
    for about in nobody:
        assert not read(ada.get(f"{report}?{about}")).all("form", action="/account/hidden/"), about
