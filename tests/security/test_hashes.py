"""Every request that makes the site hash has a limit, and a right password does not give it back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from rooms import limits
from tests.http.conftest import Person
from tests.http.test_account import PASSWORD, register
from tests.http.test_manage import SAVED, where

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HASHES = 3
JSON = {"accept": "application/json"}
Ask = Callable[[], Any]


def sign_in(ada: Person) -> Ask:
    ada.create()
    assert register(ada).status_code == 302
    return lambda: Client().post("/account/login/", {"username": "ada", "password": PASSWORD})


def sign_in_to_the_admin(ada: Person) -> Ask:
    get_user_model().objects.create_superuser("boss", "boss@chat.example", PASSWORD)
    return lambda: Client().post("/admin/login/", {"username": "boss", "password": PASSWORD})


def make_an_account(ada: Person) -> Ask:
    typed = {"password": PASSWORD, "again": PASSWORD, "username": "ada", "name": "Ada"}
    return lambda: Client().post("/account/register/", typed)


def prove_it_to_delete_the_account(ada: Person) -> Ask:
    ada.create()
    assert register(ada).status_code == 302
    return lambda: ada.post("/account/delete/", password="wrong", texts="keep")


def change_the_password(ada: Person) -> Ask:
    ada.create()
    assert register(ada).status_code == 302
    typed = {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}
    return lambda: ada.post("/account/password/", **typed)


def set_a_passcode(ada: Person) -> Ask:
    path = where(ada.create(), "settings/")
    return lambda: ada.client.post(path, {**SAVED, "passcode": "sesame"}, headers=JSON)


def try_a_passcode(ada: Person) -> Ask:
    room = ada.create()
    ada.client.post(where(room, "settings/"), {**SAVED, "passcode": "sesame"})
    typed = {"name": "Ben", "code": room.code, "join": "", "passcode": "sesam"}
    return lambda: Client().post("/", typed)


WAYS = [sign_in, sign_in_to_the_admin, make_an_account, try_a_passcode]
OF_SOMEBODY_KNOWN = [prove_it_to_delete_the_account, change_the_password, set_a_passcode]


@pytest.mark.parametrize(
    ("way", "limit"),
    [(way, "hashing_from") for way in WAYS + OF_SOMEBODY_KNOWN]
    + [(way, "hashing_as") for way in OF_SOMEBODY_KNOWN],
)
def test_hashes_are_not_asked_for_without_end(
    ada: Person, settings: Any, way: Callable[[Person], Ask], limit: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ask = way(ada)
    settings.CHAT_RATE_LIMITS = True
    rate = limits.Rate(burst=HASHES, per_second=0.1)
    monkeypatch.setattr(limits.table, limit, limits.Limiter(rate, "hash"))
    each = 2 if way is change_the_password else 1  # it is proved, and another is made
    answers = [ask() for _ in range(HASHES + 1)]
    refused = [answer.status_code == 429 for answer in answers]
    assert refused == [number >= HASHES // each for number in range(HASHES + 1)]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20


def test_orders_are_not_given_without_end(
    ada: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = where(ada.create(), "settings/")
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(limits.table, "ordering", limits.Limiter(limits.Rate(2, 0.1), "order"))
    answers = [ada.client.post(path, SAVED, headers=JSON) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "rate_limited"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 10
