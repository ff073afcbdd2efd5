import json
import logging

import pytest
from django.http import HttpRequest, HttpResponse
from redis.exceptions import ConnectionError as RedisConnectionError

from chatsite.logs import JsonFormatter, LayerAwayFilter, LineFormatter
from chatsite.web.request_id import RequestIdMiddleware


def record(text: str, *values: object, **fields: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "rooms", "levelno": 30, "levelname": "WARNING"})
    made.msg, made.args = text, values
    made.__dict__.update(fields)
    return made


def test_nothing_a_visitor_chose_starts_a_line_of_its_own() -> None:
    line = LineFormatter().format(record("joined: %s", "Ada\r\n2026 INFO rooms forged\u2028too"))
    assert "\n" not in line
    assert "\r" not in line
    assert "\u2028" not in line
    assert "Ada\\x0d\\n2026 INFO" in line


def test_a_traceback_stays_on_its_line() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError as error:
        made = record("failed", exc_info=(ValueError, error, error.__traceback__))
    assert "\n" not in LineFormatter().format(made)
    assert "\n" not in JsonFormatter().format(made)


def test_a_record_names_its_socket() -> None:
    assert " socket=3f " in LineFormatter().format(record("gone", socket="3f"))
    assert json.loads(JsonFormatter().format(record("gone", socket="3f")))["socket"] == "3f"


@pytest.mark.parametrize(
    ("sent", "kept"), [("lb-1.a_B", True), ("two words", False), ("x" * 65, False), ("", False)]
)
def test_a_request_is_known_by_the_balancers_id_if_that_is_one(sent: str, kept: bool) -> None:
    lines: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        lines.append(LineFormatter().format(record("seen")))
        return HttpResponse()

    request = HttpRequest()
    request.META["HTTP_X_REQUEST_ID"] = sent
    answer = RequestIdMiddleware(view)(request)
    assert (answer.headers["X-Request-ID"] == sent) is kept
    assert f" request={answer.headers['X-Request-ID']} " in lines[0]


@pytest.mark.parametrize(
    ("error", "kept"),
    [(RedisConnectionError("refused"), False), (OSError(), False), (ValueError(), True)],
)
def test_an_absent_layer_is_not_logged_each_second(error: Exception, kept: bool) -> None:
    made = record("Unexpected exception in receive task", exc_info=(type(error), error, None))
    assert LayerAwayFilter().filter(made) is kept
