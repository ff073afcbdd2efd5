"""What hooks send is signed so that the libraries of Standard Webhooks verify it."""

import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from rooms.hooks import keys, signing

BODY = '{"text": "schön"}'.encode()


def signed(secret: str, at: float | None = None) -> dict[str, str]:
    timestamp = int(time.time() if at is None else at)
    return signing.headers(secret, identity="r_1-58", timestamp=timestamp, body=BODY)


def test_a_receiver_can_tell_that_it_was_sent_by_the_site() -> None:
    secret = keys.new_secret()
    headers = signed(secret)
    assert Webhook(secret).verify(BODY, headers) == {"text": "schön"}
    for changed in ({"webhook-id": "r_1-59"}, {"webhook-timestamp": str(int(time.time()) - 60)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(BODY, headers | changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(keys.new_secret()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed(secret, time.time() - 3600))


def test_the_example_of_the_standard_comes_out() -> None:
    headers = signing.headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        identity="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_changed_either_one_verifies() -> None:
    new, former = keys.new_secret(), keys.new_secret()
    headers = signing.headers(new, former, identity="r_1-58", timestamp=int(time.time()), body=BODY)
    for secret in (new, former):
        assert Webhook(secret).verify(BODY, headers) == {"text": "schön"}
    with pytest.raises(WebhookVerificationError):
        Webhook(keys.new_secret()).verify(BODY, headers)
