"""A notification as its push service is sent it: encrypted for the browser (RFC 8291), signed by the site."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from hashlib import sha256

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from rooms import vapid
from rooms.models import PushSubscription

# Seconds for which a push service keeps what it cannot deliver.
TTL = 3600


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A request to a push service."""

    url: str
    headers: dict[str, str]
    body: bytes


def build(
    subscription: PushSubscription, payload: bytes, *, urgent: bool, topic: str
) -> PushRequest:
    """Return the request that notifies a browser. Raises vapid.NoKey.

    Of two with the same `topic` that the push service holds for a browser the later one stays. The topic
    is hashed with the browser's secret, so that push services do not learn who shares a room.
    """
    audience = str(URL(subscription.endpoint).origin())
    # Browsers subscribe on https alone, but for a site that is tried on a developer's machine.
    subject = f"https://{URL(subscription.origin).host}"
    named = sha256(f"{subscription.auth} {topic}".encode()).hexdigest()[:32]
    headers = {
        "TTL": str(TTL),
        "Urgency": "high" if urgent else "normal",
        "Topic": named,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": vapid.authorization(audience=audience, subject=subject),
    }
    return PushRequest(subscription.endpoint, headers, encrypt(subscription, payload))


def encrypt(
    subscription: PushSubscription,
    payload: bytes,
    *,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return a payload that the browser alone can read. `key` and `salt` are new ones each time."""
    sealed: bytes = http_ece.encrypt(
        payload,
        salt=salt,
        private_key=key or ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(subscription.p256dh),
        auth_secret=_bytes(subscription.auth),
        version="aes128gcm",
    )
    return sealed


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
