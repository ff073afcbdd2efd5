"""Refusals over HTTP have one JSON shape for programs, and a page for people."""

import json

import pytest
from django.test import Client

from history import personal
from rooms import limits
from rooms.errors import RateLimited, Unavailable
from rooms.models import Room
from tests.http.conftest import Person

pytestmark = [pytest.mark.django_db, pytest.mark.once]
JSON = {"accept": "application/json"}


@pytest.fixture
def room(ada: Person) -> Room:
    return ada.create()


@pytest.mark.parametrize(
    ("path", "fields", "status", "code"),
    [
        ("/", {"name": "", "create": ""}, 422, "bad_name"),
        ("/", {"name": "Ada", "code": "ZZZZ", "join": ""}, 404, "not_found"),
        ("/account/name/", {"name": "Admin"}, 422, "bad_name"),
        ("/rooms/CODE/manage/settings/", {"slow_mode": "-1"}, 400, "bad_frame"),
        ("/rooms/CODE/manage/undo/99/", {}, 403, "forbidden"),
        ("/rooms/CODE/bell/", {"bell": "loud"}, 400, "bad_frame"),
        ("/rooms/CODE/bell/", {}, 400, "bad_frame"),
        ("/rooms/ZZZZ/bell/", {"bell": "nothing"}, 404, "not_found"),
        ("/rooms/CODE/report/", {"reason": "spam", "seq": "999"}, 404, "not_found"),
        ("/rooms/ZZZZ/report/", {"reason": "spam", "seq": "1"}, 404, "not_found"),
    ],
)
def test_a_program_reads_the_error_in_one_place(
    room: Room, ada: Person, path: str, fields: dict[str, str], status: int, code: str
) -> None:
    path = path.replace("CODE", room.code)
    answer = ada.client.post(path, fields, headers=JSON)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (set(error), error["code"]) == ({"code", "message"}, code)
    assert error["message"]
    for_people = ada.client.post(path, fields)
    assert for_people.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/account/handoff/state/", "/push/", "/rooms/CODE/bell/"])
def test_a_program_without_a_session_is_refused_and_not_sent_to_a_form(
    room: Room, path: str
) -> None:
    answer = Client().get(path.replace("CODE", room.code), headers=JSON)
    assert answer.status_code in {403, 404}
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/account/hidden/", "/rooms/CODE/bell/", "/push/"])
def test_a_form_with_another_session_s_token_is_refused_in_the_same_shape(
    room: Room, path: str
) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(
        path.replace("CODE", room.code), {"csrfmiddlewaretoken": ""}, headers=JSON
    )
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"
    assert "reload" in answer.json()["error"]["message"]
    for_people = browser.post(path.replace("CODE", room.code))
    assert "This form has expired" in for_people.content.decode()


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (RateLimited(retry_after=1.2), {"code": "rate_limited", "retry_after": 1.2}),
        (Unavailable(), {"code": "unavailable"}),
    ],
)
def test_unexpected_errors_have_the_same_shape(
    room: Room,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
    refusal: RateLimited | Unavailable,
    error: dict[str, object],
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise refusal

    monkeypatch.setattr(personal, "own_messages", refuse)
    answer = ada.client.get("/history/", headers=JSON)
    assert answer.status_code == refusal.status
    assert json.loads(answer.content) == {"error": {**error, "message": refusal.message}}
    assert answer.headers.get("Retry-After") == ("2" if refusal.retry_after else None)


def test_a_client_that_is_too_fast_is_told_when_to_come_back(
    room: Room, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*, person: str) -> None:
        raise RateLimited(retry_after=2.5)

    monkeypatch.setattr(limits, "order", refuse)
    answer = ada.client.post(f"/rooms/{room.code}/manage/code/", headers=JSON)
    assert answer.status_code == 429
    assert answer.json()["error"]["retry_after"] == 2.5
    assert answer.headers["Retry-After"] == "3"
