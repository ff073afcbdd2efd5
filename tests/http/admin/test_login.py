"""Signing in as staff: wrong passwords are counted by address and by user name."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from rooms import limits
from rooms.models import User
from tests.http.admin.staff import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _limited(settings: Any) -> Any:
    settings.CHAT_RATE_LIMITS = True
    settings.REDIS_URL = ""
    yield
    for limiter in limits.table.SHARED:
        limiter._buckets.clear()


def log_in(name: str, password: str, *, address: str = "192.0.2.7") -> Any:
    fields = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/admin/login/?next=/admin/", fields)


@pytest.mark.parametrize("there", ["foo", "logout", "https://evil.example/", "/\\evil.example", ""])
def test_it_leads_to_a_path_of_this_site(boss: User, there: str) -> None:
    fields = {"username": "boss", "password": PASSWORD, "next": there}
    client = Client()
    answer = client.post("/admin/login/", fields, query_params={"next": there})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    answer = client.post("/admin/logout/", {"next": there})
    assert answer.headers.get("Location", "/admin/") == "/admin/"


def test_a_password_of_a_command_is_taken_from_any_keyboard(db: None) -> None:
    User.objects.create_superuser("chief", "chief@chat.example", "gru\u0308ne Lampen ４２")
    assert log_in("chief", "grüne Lampen 42").status_code == 302


def test_a_name_is_tried_so_often_from_anywhere_whether_there_is_one_or_not(boss: User) -> None:
    # Ten times by anybody, and then by ten who try for the first time.
    for name, network in (("boss", "192.0.2"), ("nobody", "203.0.113")):
        for number in range(20):
            answer = log_in(name, "wrong", address=f"{network}.{number}")
            assert answer.status_code == 200
        for password in ("wrong", PASSWORD):
            answer = log_in(name, password, address="198.51.100.1")
            assert answer.status_code == 429
            left = int(answer.headers["Retry-After"])
            assert 30 < left <= 60
            assertContains(answer, f"Please try again in {left} seconds", status_code=429)
    # Written otherwise it is the same name.
    assert log_in(" BOSS ", "wrong", address="198.51.100.2").status_code == 429


def test_an_address_tries_so_many_names(boss: User) -> None:
    for number in range(30):
        assert log_in(f"name {number}", "wrong").status_code == 200
    assert log_in("boss", PASSWORD).status_code == 429
    assert log_in("boss", PASSWORD, address="198.51.100.1").status_code == 302


def test_right_passwords_are_not_counted(boss: User) -> None:
    for _ in range(15):
        assert log_in("boss", PASSWORD).status_code == 302


def test_accounts_that_are_not_staff_are_counted_like_others(db: None) -> None:
    User.objects.create_user("bob", password=PASSWORD)
    for _ in range(10):
        assert log_in("bob", PASSWORD).status_code == 200
    assert log_in("bob", PASSWORD).status_code == 429
