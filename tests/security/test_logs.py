"""Nobody writes into the log but the site."""

import json
import logging

import pytest
from django.test import Client

from chatsite.logs import JsonFormatter, LineFormatter
from tests.http.conftest import Person

FORGED = "Ada\r\n2026-01-01T00:00:00.000Z WARNING rooms.access everything is fine\x1b[2J\u2028\x85"


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()])
def test_a_name_with_line_ends_is_one_line(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("rooms", logging.INFO, "", 1, "renamed to %s", (FORGED,), None)
    record.socket = FORGED
    line = formatter.format(record)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    if isinstance(formatter, JsonFormatter):
        assert json.loads(line)["message"] == f"renamed to {FORGED}"


def test_an_id_that_a_balancer_would_not_make_is_not_taken_over() -> None:
    for forged in ("a\r\nb", "x" * 65, "id with spaces", '"}'):
        answer = Client().get("/offline/", headers={"x-request-id": forged})
        assert answer.headers["X-Request-ID"] != forged
    assert Client().get("/offline/", headers={"x-request-id": "a1-b2"})["X-Request-ID"] == "a1-b2"


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()])
def test_no_line_names_the_token_of_a_hook(formatter: logging.Formatter) -> None:
    told = ("Internal Server Error: %s", ("/hooks/chathookSecret",))
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, *told, None)
    try:
        raise ValueError("https://chat.example.org/hooks/chathookSecret/")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    assert "chathookSecret" not in formatter.format(record)


@pytest.mark.django_db
def test_neither_messages_nor_their_authors_are_logged(
    ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "rooms")
    caplog.set_level(logging.DEBUG, "history")
    room = ada.create(title="A title in confidence")
    ada.say(room, "Something in confidence")
    ada.get(f"/rooms/{room.code}/")
    ada.get("/history/")
    assert "confidence" not in caplog.text


def test_refusals_anyone_can_provoke_are_one_short_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, "django.security")
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
    [record] = [r for r in caplog.records if r.name.startswith("django.security")]
    assert "Traceback" not in LineFormatter().format(record)
