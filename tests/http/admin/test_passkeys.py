"""Passkeys of the staff: made, signed with, and nothing that only looks like one."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from rooms.models import Deed, Passkey, User
from tests.http.admin.staff import PASSWORD, address
from tests.support.authenticator import Authenticator

pytestmark = pytest.mark.django_db

PROVE, SET_UP = "/account/factor/", "/admin/second-factor/"
ADD, REMOVE = f"{SET_UP}passkey/", f"{SET_UP}remove/"


def add(client: Client, device: Authenticator, name: str = "") -> Any:
    options = client.post(f"{ADD}options/").json()
    return client.post(ADD, {"passkey": device.make(options), "name": name})


@pytest.fixture
def device(client: Client, boss: User) -> Authenticator:
    """The device that has the superuser's passkey."""
    device = Authenticator()
    assertContains(add(client, device, "Laptop"), "Your recovery codes")
    return device


def half() -> Client:
    browser = Client()
    browser.post("/admin/login/?next=/admin/", {"username": "boss", "password": PASSWORD})
    return browser


def asked(browser: Client) -> Any:
    return browser.post(f"{PROVE}passkey/").json()


def send(browser: Client, signed: str) -> Any:
    return browser.post(PROVE, {"factor_passkey": signed}, headers={"Accept": "application/json"})


def test_a_passkey_is_added_and_signs_in(client: Client, device: Authenticator) -> None:
    [key] = Passkey.objects.all()
    assert (key.name, key.host, key.transports) == ("Laptop", "testserver", "hybrid internal")
    assertContains(client.get(SET_UP), "Not used yet")
    browser = half()
    assertContains(browser.get(PROVE), "Use a passkey")
    assert browser.get("/admin/").status_code == 302
    answer = browser.post(PROVE, {"factor_passkey": device.sign(asked(browser))})
    assert answer.headers["Location"] == "/admin/"
    assertContains(browser.get(SET_UP), "Last used:")
    assert Deed.objects.get(verb="add factor").details == {"kind": "passkey", "name": "Laptop"}


def test_what_was_signed_once_opens_nothing_again(device: Authenticator) -> None:
    first, second = half(), half()
    signed = device.sign(asked(first))
    asked(second)
    assert send(second, signed).json()["error"]["code"] == "wrong_factor", "another challenge"
    assert send(first, signed).status_code == 302
    refused = send(half(), signed)
    assert refused.json()["error"]["code"] == "forbidden", "no challenge at all"
    # A device that counts has been copied if it counts backwards.
    device.count = 0
    third = half()
    assert send(third, device.sign(asked(third))).status_code == 403
    assert Deed.objects.filter(verb="refuse factor").count() == 2


def test_nothing_is_signed_for_a_site_that_looks_like_this_one(device: Authenticator) -> None:
    browser = half()
    device.origin = "http://testserver.example"
    assert send(browser, device.sign(asked(browser))).status_code == 403
    device.origin = "http://testserver"
    options = asked(browser)
    assert send(browser, device.sign(options | {"rpId": "example"})).status_code == 403


def test_a_key_is_its_person_s_own(client: Client, device: Authenticator) -> None:
    User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    bob, own = Client(), Authenticator()
    bob.force_login(User.objects.get(username="bob"))
    assertContains(add(bob, device), "was added already", status_code=422)
    assertContains(add(bob, own), "Your recovery codes")
    browser = half()
    assert send(browser, own.sign(asked(browser))).status_code == 403


NUL = json.dumps({"id": "\0", "response": {}})


@pytest.mark.parametrize(
    "sent",
    [
        "x",
        "[]",
        "{}",
        NUL,
        "[" * 9000,
        "9" * 20_000,
        '{"response": {}}',
        '{"id": "é", "response": {}}',
    ],
)
def test_what_is_no_passkey_is_refused(client: Client, device: Authenticator, sent: str) -> None:
    browser = half()
    asked(browser)
    answer = browser.post(PROVE, {"factor_passkey": sent})
    assert answer.status_code in {400, 403}
    client.post(f"{ADD}options/")
    assert client.post(ADD, {"passkey": sent}).status_code in {400, 422}


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
@pytest.mark.parametrize("with_", ["", "AAAA", "oWNmbXRkbm9uZQ", "e30", "!"])
def test_a_damaged_one_is_not_added(client: Client, boss: User, part: str, with_: str) -> None:
    made = json.loads(Authenticator().make(client.post(f"{ADD}options/").json()))
    made["response"][part] = with_
    answer = client.post(ADD, {"passkey": json.dumps(made)})
    assertContains(answer, "does not prove that it is you", status_code=422)


def test_a_browser_without_scripts_is_told_so(client: Client, boss: User) -> None:
    assertContains(client.post(ADD, {}), "made no passkey", status_code=422)
    assert client.get(f"{ADD}options/").status_code == 405


def test_who_tries_elsewhere_does_not_keep_the_owner_out(
    device: Authenticator, settings: Any
) -> None:
    settings.CHAT_RATE_LIMITS, settings.REDIS_URL = True, ""
    thief = half()
    for code in ["recovery", *["123456"] * 20]:
        thief.post(PROVE, {"factor_code": code})
    asked(thief)
    for _ in range(11):
        asked(thief)
        answer = thief.post(PROVE, {"factor_passkey": "{}"})
    assert answer.status_code == 429
    owner = half()
    options = asked(owner)
    signed = {"factor_passkey": device.sign(options)}
    assert owner.post(PROVE, signed, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_nobody_else_is_told_what_to_sign(device: Authenticator) -> None:
    answer = Client().post(f"{PROVE}passkey/", headers={"Accept": "application/json"})
    assert answer.json()["error"]["code"] == "forbidden"


def test_a_removed_one_signs_no_more_and_another_host_s_is_not_asked_for(
    client: Client, device: Authenticator
) -> None:
    other = Authenticator()
    add(client, other)
    client.post(REMOVE, {"passkey": Passkey.objects.get(name="Laptop").pk})
    browser = half()
    options = asked(browser)
    assert len(options["allowCredentials"]) == 1
    assert send(browser, device.sign(options)).status_code == 403
    Passkey.objects.update(host="elsewhere.example")
    assertNotContains(browser.get(PROVE), "Use a passkey")
    assertContains(client.get(SET_UP), "only at elsewhere.example")


def test_it_is_asked_for_again_before_a_role_is_given(
    client: Client, device: Authenticator
) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD)
    session = client.session
    session["factor"] = [session["factor"][0], session["factor"][1] - 601]
    session.save()
    form, fields = address("rooms_user_change", bob.pk), {"username": "bob", "is_staff": "on"}
    assertContains(client.post(form, fields), "Use a passkey", status_code=403)
    signed = device.sign(asked(client))
    assert client.post(form, {**fields, "factor_passkey": signed}).status_code == 302
    bob.refresh_from_db()
    assert bob.is_staff


def test_browsers_have_passkeys_on_these_pages_alone(client: Client, boss: User) -> None:
    for path, allowed in (("/", "()"), ("/account/login/", "()"), (ADD, "(self)")):
        policy = client.get(path).headers["Permissions-Policy"]
        assert set(re.findall(r"publickey-credentials-\w+=(\S+?)(?:,|$)", policy)) == {allowed}
