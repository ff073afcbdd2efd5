"""Passwords are not tried one after the other, nor expensive questions asked, nor sockets opened."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from rooms import limits
from rooms.consumers import RoomConsumer
from rooms.protocol import Close
from tests.http.conftest import Person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PASSWORD = "the right one, and a long one"


@pytest.fixture
def boss(settings: Any) -> None:
    settings.CHAT_RATE_LIMITS = True
    get_user_model().objects.create_superuser("boss", "boss@chat.example", PASSWORD)


def log_in(name: str, password: str, *, address: str) -> Any:
    fields = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/admin/login/?next=/admin/", fields)


@pytest.mark.usefixtures("boss")
def test_one_name_is_tried_twenty_times_from_however_many_addresses() -> None:
    """Ten times by anybody, and then ten first tries of an address."""
    burst = int(limits.table.logging_in_as.rate.burst + limits.table.logging_in_first.rate.burst)
    for number in range(burst):
        answer = log_in("boss", f"guess {number}", address=f"192.0.2.{number}")
        assert answer.status_code == 200
    for name in ("boss", "BOSS", "\uff42oss"):  # however it is written
        answer = log_in(name, PASSWORD, address="198.51.100.1")
        assert answer.status_code == 429, "the right one is not looked at either"
        assert 1 <= int(answer.headers["Retry-After"]) <= 60


@pytest.mark.usefixtures("boss")
def test_one_address_tries_thirty_names() -> None:
    burst = int(limits.table.logging_in_from.rate.burst)
    statuses = [
        log_in(f"name {number}", "guess", address="192.0.2.1").status_code
        for number in range(burst + 1)
    ]
    assert statuses == [200] * burst + [429]
    assert log_in("boss", PASSWORD, address="198.51.100.1").status_code == 302


@pytest.mark.usefixtures("boss")
def test_right_passwords_are_not_counted() -> None:
    for _ in range(3 * int(limits.table.logging_in_as.rate.burst)):
        assert log_in("boss", PASSWORD, address="192.0.2.1").status_code == 302


@pytest.mark.parametrize(
    ("limit", "path"), [("searching", "/history/?q=hello"), ("downloading", "/history/export/")]
)
def test_expensive_pages_are_not_served_without_end(
    ada: Person, settings: Any, limit: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.say(ada.create(), "hello")
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(limits.table, limit, limits.Limiter(limits.Rate(burst=2, per_second=0.1)))
    assert [ada.get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert 1 <= int(ada.get(path).headers["Retry-After"]) <= 10


async def test_sockets_are_not_opened_without_end(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is looked up for who opens them too fast: they are told to come back."""
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(limits.table, "connecting", limits.Limiter(limits.Rate(1, 0.1)))
    limits.table.connecting.require("192.0.2.1")
    codes: list[int] = []
    consumer = RoomConsumer()
    consumer.client = SimpleNamespace(  # type: ignore[assignment]
        sender=SimpleNamespace(close=codes.append), socket_id=""
    )
    consumer.address = "192.0.2.1"
    await consumer.enter(
        {"query_string": b"", "headers": [], "url_route": {"kwargs": {"code": "BCDF"}}}, None
    )
    assert codes == [Close.BUSY]
