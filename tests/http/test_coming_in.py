"""What coming into a room by its link asks of the database, and what looking at pages does not."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rooms import limits, presence
from rooms.actions import entering
from rooms.errors import ChatError, RoomNotFound
from rooms.limits import buckets
from rooms.models import User
from tests.http.conftest import Person
from tests.http.test_manage import SAVED, where

pytestmark = pytest.mark.django_db

_AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def counted(into: list[str]) -> Iterator[None]:
    """Collect the statements of the body, without those that begin and end transactions."""
    with CaptureQueriesContext(connection) as captured:
        yield
    into += [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(_AROUND)]


def test_a_newcomer_costs_fourteen_statements(ada: Person) -> None:
    room = ada.create()
    ada.connect(room)
    worker = presence.register(boot_id="test", host="test", pid=0)
    statements: dict[str, list[str]] = {"page": [], "form": [], "room": [], "socket": []}
    client = Client()
    with counted(statements["page"]):
        client.get(f"/rooms/{room.code}/")
    with counted(statements["form"]):
        joined = client.post("/", {"name": "Ben", "code": room.code, "join": ""})
    assert joined.status_code == 302
    with counted(statements["room"]):
        page = client.get(joined.headers["Location"])
    assert "data-room-id" in page.content.decode()
    arrival = entering.Arrival(secrets.token_hex(8), client.session.session_key, room.code)
    with counted(statements["socket"]):
        (outcome,) = entering.arrive(worker_id=worker, arrivals=[arrival])
    assert isinstance(outcome, entering.Entrance)
    # SQLite has no statement that inserts into one table and updates another.
    allowed = 14 if connection.vendor == "postgresql" else 15
    told = "\n".join(f"{step}: {sql}" for step, asked in statements.items() for sql in asked)
    assert sum(map(len, statements.values())) <= allowed, told


def test_the_form_is_one_transaction_of_which_a_refusal_leaves_nothing(ada: Person) -> None:
    room = ada.create()
    for fields in ({"name": "Ada", "code": room.code}, {"name": "Ben", "code": "WXZ2"}):
        client = Client()
        with CaptureQueriesContext(connection) as captured:
            refused = client.post("/", fields | {"join": ""})
        assert refused.status_code in {404, 422}, fields
        # The test's own transaction is around it: ours is its one savepoint.
        assert sum(q["sql"].startswith("SAVEPOINT") for q in captured.captured_queries) <= 1
        assert "sessionid" not in client.cookies
    assert User.objects.count() == 1


def test_a_school_comes_in_by_a_right_code_from_one_address(
    ada: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred at one moment: whoever knows the code is no guesser."""
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(buckets, "monotonic", lambda: 0.0)
    for number in range(500):
        with limits.join(person="", address="192.0.2.7", code="BCDF", at_home=False):
            pass
        if number % 10 == 0:
            # As many mistype it as a guesser may.
            with (
                suppress(ChatError),
                limits.join(person="", address="192.0.2.8", code="BCDG", at_home=False),
            ):
                raise RoomNotFound
    room = ada.create()
    joined = [
        Client().post("/", {"name": f"Ben {number}", "code": room.code, "join": ""})
        for number in range(3)
    ]
    assert [answer.status_code for answer in joined] == [302] * 3


def test_a_class_comes_in_by_a_passcode_that_is_hashed_once(
    ada: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = ada.create()
    ada.client.post(where(room, "settings/"), {**SAVED, "passcode": "sesame"})
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(limits.table, "hashing_from", limits.Limiter(limits.Rate(2, 0.01), "hash"))
    form = {"code": room.code, "join": "", "passcode": "sesame"}
    answers = [Client().post("/", {**form, "name": f"Ben {n}"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 6
    wrong = [
        Client().post("/", {**form, "name": f"Eve {n}", "passcode": "sesam"}) for n in range(2)
    ]
    assert [answer.status_code for answer in wrong] == [403, 429], "a wrong one costs its hash"
    settings.CHAT_RATE_LIMITS = False
    ada.client.post(where(room, "settings/"), {**SAVED, "passcode": "changed"})
    old = Client().post("/", {**form, "name": "Late"})
    assert old.status_code == 403, "what was right once is not any more"
