"""What a push service is sent: encrypted for one browser, and signed by the site."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from rooms import keptkey, vapid
from rooms.models import PushSubscription
from rooms.pushing import message
from tests.support.push_keys import BrowserKeys

# RFC 8291, appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
SECRET, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)


def data(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(data(text), "big"), ec.SECP256R1())


@pytest.fixture(autouse=True)
def _a_key_of_the_test_s_own(settings: Any) -> Any:
    settings.CHAT_VAPID_KEY = SENDER
    vapid.key.cache_clear()
    vapid._signed.clear()
    yield
    vapid.key.cache_clear()
    vapid._signed.clear()


def test_the_example_of_the_standard_is_encrypted_as_there() -> None:
    subscription = PushSubscription(p256dh=BROWSER_POINT, auth=SECRET)
    sealed = message.encrypt(subscription, TEXT, key=private(SENDER), salt=data(SALT))
    assert urlsafe_b64encode(sealed).rstrip(b"=").decode() == SEALED
    opened = http_ece.decrypt(data(SEALED), private_key=private(BROWSER), auth_secret=data(SECRET))
    assert opened == TEXT


def subscription(endpoint: str = "https://push.example.net:443/send/a") -> tuple[Any, BrowserKeys]:
    keys = BrowserKeys()
    fields = keys.subscription(endpoint)
    return PushSubscription(origin="https://chat.example.org:8443", **fields), keys


def test_each_notification_has_a_key_and_salt_of_its_own() -> None:
    target, keys = subscription()
    first, second = (message.encrypt(target, TEXT) for _ in range(2))
    assert first != second
    for sealed in (first, second):
        assert http_ece.decrypt(sealed, private_key=keys.private, auth_secret=keys.secret) == TEXT


def test_a_request_is_signed_for_its_push_service_alone() -> None:
    target, _ = subscription()
    asked = message.build(target, TEXT, urgent=True, topic="r_1")
    header = asked.headers["Authorization"]
    assert Vapid02.verify(header)
    token, key = header.removeprefix("vapid ").split(",")
    assert key == f"k={vapid.public_key()}"
    claims = json.loads(data(token.removeprefix("t=").split(".")[1]))
    assert claims["aud"] == "https://push.example.net"
    assert claims["sub"] == "https://chat.example.org"
    other = message.build(subscription("https://b.net/")[0], TEXT, urgent=True, topic="r_1")
    assert other.headers["Authorization"] != header
    again = message.build(target, TEXT, urgent=True, topic="r_1")
    assert again.headers["Authorization"] == header, "signed once in some hours"


def test_a_request_says_how_long_and_how_urgent_it_is() -> None:
    target, _ = subscription()
    calm = message.build(target, TEXT, urgent=False, topic="r_1").headers
    urgent = message.build(target, TEXT, urgent=True, topic="r_1").headers
    assert (calm["TTL"], calm["Urgency"], urgent["Urgency"]) == ("3600", "normal", "high")
    assert calm["Content-Encoding"] == "aes128gcm"


def test_a_topic_tells_push_services_nothing_of_who_shares_a_room() -> None:
    (ada, _), (bob, _) = subscription(), subscription()
    topics = [
        message.build(target, TEXT, urgent=False, topic=room).headers["Topic"]
        for target, room in ((ada, "r_1"), (ada, "r_1"), (ada, "r_2"), (bob, "r_1"))
    ]
    assert topics[0] == topics[1]
    assert len(set(topics)) == 3
    assert all(len(topic) <= 32 and topic.isalnum() for topic in topics)


# The key ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["nonsense", "A" * 43, "é", "-----BEGIN EC PRIVATE KEY-----"])
def test_a_key_that_is_none_is_refused_with_what_to_do(settings: Any, text: str) -> None:
    settings.CHAT_VAPID_KEY = text
    with pytest.raises(vapid.NoKey, match="CHAT_VAPID_KEY is no key of the curve P-256"):
        vapid.key()


def test_a_key_is_made_once_and_for_its_user_only(settings: Any, tmp_path: Any) -> None:
    settings.CHAT_VAPID_KEY, settings.DATA_DIR = "", tmp_path / "new"
    first = vapid.public_key()
    vapid.key.cache_clear()
    assert vapid.public_key() == first
    assert (tmp_path / "new" / vapid.FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [vapid.FILE]


def test_a_site_that_can_keep_no_key_says_what_to_do(settings: Any, tmp_path: Any) -> None:
    settings.CHAT_VAPID_KEY, settings.DATA_DIR = "", tmp_path / "file" / "data"
    (tmp_path / "file").touch()
    with pytest.raises(vapid.NoKey, match="Set CHAT_VAPID_KEY, or CHAT_DATA_DIR"):
        vapid.key()


def test_of_two_workers_that_make_a_key_at_once_both_have_one(tmp_path: Any) -> None:
    path = tmp_path / "key"

    def slow() -> str:
        keptkey.read(path, lambda: "the other worker's")
        return "this worker's"

    assert keptkey.read(path, slow) == "the other worker's"
