"""Nobody outside of a room can tell whether there is one."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from rooms import limits
from rooms.actions import rooms
from rooms.limits import shared
from rooms.models import Room
from tests.http.conftest import NewPerson, Person, remove
from tests.security.test_pages import CODE, addresses
from tests.support.services import RedisServer

pytestmark = pytest.mark.django_db

# A header of each answer's own, and what a page was made with.
OWN = {"X-Request-ID", "Expires"}


@pytest.fixture
def three(ada: Person, ben: Person) -> dict[str, str]:
    """The codes of a room that never was, of one that has closed and of one that is not for Ben."""
    closed, forbidden = ada.create(title="Closed"), ada.create(title="Forbidden")
    ben.join(closed)
    ben.join(forbidden)
    remove(ben, forbidden, ban=True)
    rooms.close(room=closed)
    # To Ben the closed one is to be as unknown as one that he never was in.
    ben.membership(closed).delete()
    taken = {closed.code, forbidden.code}
    unknown = next(code for code in ("BCDF", "GHJK", "MNPQ") if code not in taken)
    return {"unknown": unknown, "closed": closed.code, "forbidden": forbidden.code}


def whole(response: HttpResponse, code: str) -> tuple[object, ...]:
    """All of an answer but what differs between any two."""
    body = response.content.decode("latin1") if not response.streaming else ""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)
    headers = sorted(
        (name, value.replace(code, CODE))
        for name, value in response.headers.items()
        if name not in OWN
    )
    cookies = sorted((name, morsel["path"]) for name, morsel in response.cookies.items())
    return response.status_code, headers, cookies, body.replace(code, CODE)


def test_unknown_closed_and_forbidden_rooms_answer_alike(
    ben: Person, three: dict[str, str], person: NewPerson
) -> None:
    stranger = person("Eve")
    for who in (ben, stranger):
        answers = {
            kind: whole(who.post(name=who.name, code=code, join=""), code)
            for kind, code in three.items()
        }
        assert answers["closed"] == answers["unknown"]
        assert answers["closed"][0] == 404
        if who is ben:  # Eve is let in to the one that is open
            assert answers["forbidden"] == answers["unknown"]


def test_every_page_of_a_room_answers_those_outside_alike(
    three: dict[str, str], person: NewPerson
) -> None:
    pages = [path for path in sorted(set(addresses())) if f"/rooms/{CODE}/" in path]
    pages = [path for path in pages if not path.startswith(("/admin", "/history"))]
    assert len(pages) >= 3
    eve = person("Eve")
    eve.create()
    for path in pages:
        if path.endswith("preview.png"):  # drawn from the code alone
            continue
        for ask in (eve.get, eve.post):
            answers = []
            for code in three.values():
                eve.client.cookies.pop("messages", None)  # what a page before has left to say
                room_page = path.replace(f"/rooms/{CODE}/", f"/rooms/{code}/")
                answers.append(whole(ask(room_page), code))
            assert answers[0] == answers[1] == answers[2], (path, ask.__name__)


def test_every_transcript_answers_those_outside_alike(
    three: dict[str, str], person: NewPerson
) -> None:
    eve = person("Eve")
    eve.create()
    ids = ["r_0123456789abcdef", *Room.objects.exclude(owner=eve.user).values_list("public_id", flat=True)]  # fmt: skip
    answers = [whole(eve.get(f"/history/rooms/{room}/"), room) for room in ids]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 404


def test_they_cost_as_much_time_and_as_many_tries(
    ben: Person,
    three: dict[str, str],
    settings: Any,
    redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.CHAT_RATE_LIMITS, settings.REDIS_URL = True, redis_server.url
    monkeypatch.setattr(shared, "TIMEOUT", 10.0)  # a busy machine is not a Redis that is away
    shared.store.cache_clear()
    # A bucket that is full again is forgotten, the quickest within 0.1 s: none is while we look.
    for name, key in (
        ("entering", "enter.address"),
        ("entering_as", "enter.person"),
        ("entering_room", "enter.room"),
        ("joining_from", "join.address"),
    ):
        slow = limits.Limiter(limits.Rate(burst=300, per_second=0.01), key)
        monkeypatch.setattr(limits.table, name, slow)
    store = redis.Redis.from_url(redis_server.url)

    def join(code: str) -> Callable[[], HttpResponse]:
        return lambda: ben.post(name="Ben", code=code, join="")

    spent, asked, took = {}, {}, {kind: [] for kind in three}
    for kind, code in three.items():
        store.flushall()
        for limiter in limits.table.SHARED:
            limiter.forget()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert join(code)().status_code == 404
        asked[kind] = len(queries)
        spent[kind] = sorted(key.decode().replace(code, CODE) for key in store.scan_iter())
    assert spent["unknown"] == spent["closed"] == spent["forbidden"]
    assert any(":guess." in key for key in spent["unknown"])
    assert asked["unknown"] == asked["closed"]

    settings.CHAT_RATE_LIMITS = False
    for _ in range(25):
        for kind, code in three.items():
            began = time.thread_time()
            join(code)()
            took[kind].append(time.thread_time() - began)
    # The work, not the wait, and the least of each: what the machine does besides only adds to it.
    least = {kind: min(times) for kind, times in took.items()}
    assert least["closed"] < 1.5 * least["unknown"]
    # A banned person knows the room: a lock shows them that it is still open, and nothing else does.
    assert least["forbidden"] < 2 * least["unknown"]
    store.close()
