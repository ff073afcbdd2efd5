"""A browser subscribes to web push for as long as its session lasts."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest

from rooms import limits, vapid
from rooms.actions import sign_ins, subscriptions
from rooms.models import PushSubscription
from tests.http.conftest import NewPerson, Person
from tests.support.push_keys import BrowserKeys

pytestmark = pytest.mark.django_db
ENDPOINT = "https://push.example.net/send/abc"


@pytest.fixture
def ada(ada: Person) -> Person:
    ada.create()
    return ada


def subscribe(person: Person, endpoint: str = ENDPOINT, **fields: str) -> Any:
    keys = BrowserKeys().subscription(endpoint)
    return person.post("/push/", **(keys | fields))


def of(person: Person) -> list[str]:
    rows = PushSubscription.objects.filter(user=person.user).order_by("pk")
    return list(rows.values_list("endpoint", flat=True))


def test_a_browser_is_given_the_key_to_subscribe_with(ada: Person) -> None:
    answer = ada.get("/push/").json()
    point = urlsafe_b64decode(answer["key"] + "=")
    assert (len(point), point[0]) == (65, 4)
    assert answer["shows_text"] is True
    ada.client.handler.enforce_csrf_checks = True
    assert ada.post("/push/forget/").status_code == 403
    refused = ada.client.post("/push/forget/", headers={"X-CSRFToken": answer["token"]})
    assert refused.status_code == 200, "the token is one that the site takes"


@pytest.mark.parametrize(
    ("setting", "value", "has_key", "shows_text"),
    [
        ("CHAT_PUSH", "names", True, False),
        ("CHAT_PUSH", "off", False, False),
        ("CHAT_OUTBOUND", False, False, True),
    ],
)
def test_a_site_says_whether_it_notifies_and_of_what(
    ada: Person, settings: Any, setting: str, value: object, has_key: bool, shows_text: bool
) -> None:
    setattr(settings, setting, value)
    answer = ada.get("/push/").json()
    assert (answer["key"] is not None, answer["shows_text"]) == (has_key, shows_text)


def test_a_site_without_a_usable_key_has_none_to_give(ada: Person, settings: Any) -> None:
    settings.CHAT_VAPID_KEY = "nonsense"
    vapid.key.cache_clear()
    try:
        assert ada.get("/push/").json()["key"] is None
    finally:
        vapid.key.cache_clear()


def test_a_subscription_is_kept_once_and_belongs_to_the_session(ada: Person) -> None:
    assert subscribe(ada).status_code == 200
    assert subscribe(ada).status_code == 200, "a browser says daily that it still has it"
    [row] = PushSubscription.objects.filter(user=ada.user)
    assert row.sign_in.session_key == ada.client.session.session_key
    assert row.origin == "http://testserver"

    ada.post("/account/logout/")
    assert not PushSubscription.objects.exists()


def test_a_subscription_stays_with_a_guest_who_becomes_an_account(ada: Person) -> None:
    subscribe(ada)
    before = ada.client.session.session_key
    secret = "seven green lanterns"
    ada.post("/account/register/", username="ada", password=secret, again=secret)
    assert ada.client.session.session_key != before
    assert of(ada) == [ENDPOINT]
    sign_ins.forget_expired()
    assert of(ada) == [ENDPOINT]


def test_a_subscription_is_brought_into_an_account(ada: Person, person: NewPerson) -> None:
    secret = "seven green lanterns"
    ada.post("/account/register/", username="ada", password=secret, again=secret)
    phone = person("Phone")
    phone.create()
    subscribe(phone)
    phone.post("/account/login/", username="ada", password=secret, bring="on")
    assert phone.user == ada.user
    assert of(ada) == [ENDPOINT]


def test_a_browser_in_which_another_person_signs_in_notifies_that_one(
    ada: Person, ben: Person
) -> None:
    ben.create()
    subscribe(ada)
    subscribe(ben)
    assert (of(ada), of(ben)) == ([], [ENDPOINT])


def test_a_person_has_the_newest_of_many_subscriptions(ada: Person) -> None:
    for number in range(subscriptions.MOST + 1):
        subscribe(ada, f"{ENDPOINT}{number}")
    assert of(ada) == [f"{ENDPOINT}{number}" for number in range(1, subscriptions.MOST + 1)]


def test_one_forgets_only_ones_own(ada: Person, ben: Person) -> None:
    ben.create()
    for number in range(3):
        subscribe(ada, f"{ENDPOINT}{number}")
    assert ben.post("/push/forget/", endpoint=f"{ENDPOINT}0").json() == {"forgotten": 0}
    assert ada.post("/push/forget/", endpoint=f"{ENDPOINT}0").json() == {"forgotten": 1}
    assert of(ada) == [f"{ENDPOINT}1", f"{ENDPOINT}2"]
    assert ada.post("/push/forget/").json() == {"forgotten": 2}
    assert of(ada) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"endpoint": ""}, "not https"),
        ({"endpoint": "http://push.example.net/"}, "not https"),
        ({"endpoint": "https://push.example.net:8443/"}, "another port"),
        ({"endpoint": "https://push@example.net/"}, "a user name"),
        ({"endpoint": "https://0x7f.1/"}, "an odd notation"),
        ({"endpoint": "https://169.254.169.254/"}, "no address of the internet"),
        ({"endpoint": "https://[::ffff:127.0.0.1]/"}, "no address of the internet"),
        ({"endpoint": "https://push.example.net/" + "x" * 2048}, "longer than"),
        ({"p256dh": "AAAA"}, "not the keys"),
        ({"p256dh": "B" + "A" * 86}, "not the keys"),  # no point of the curve
        ({"p256dh": "é"}, "not the keys"),
        ({"auth": ""}, "not the keys"),
        ({"auth": "A" * 23}, "not the keys"),
    ],
)
def test_what_is_no_subscription_is_refused_with_the_reason(
    ada: Person, fields: dict[str, str], reason: str
) -> None:
    keys = BrowserKeys().subscription(ENDPOINT)
    answer = ada.client.post("/push/", keys | fields, headers={"accept": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "bad_frame")
    assert reason in error["message"]
    assert of(ada) == []


@pytest.mark.parametrize("path", ["/push/", "/push/forget/"])
def test_a_visitor_without_a_session_is_refused(db: None, path: str) -> None:
    assert Person("Eve").post(path).status_code == 403


def test_subscribing_has_a_limit(ada: Person, settings: Any) -> None:
    settings.CHAT_RATE_LIMITS = True
    codes = {
        subscribe(ada).status_code for _ in range(int(limits.table.subscribing.rate.burst) + 1)
    }
    assert codes == {200, 429}


def test_a_subscription_that_was_ended_here_is_not_kept_again_by_being_seen(
    ada: Person, ben: Person
) -> None:
    ben.create()
    subscribe(ada)
    before = PushSubscription.objects.get().seen_at
    assert ada.post("/push/seen/", endpoint=ENDPOINT).json() == {"known": True}
    assert PushSubscription.objects.get().seen_at > before
    assert ben.post("/push/seen/", endpoint=ENDPOINT).json() == {"known": False}
    ada.post("/push/forget/", endpoint=ENDPOINT)
    assert ada.post("/push/seen/", endpoint=ENDPOINT).json() == {"known": False}
    assert of(ada) == []
