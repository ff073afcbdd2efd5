"""Subscriptions to web push: a browser that wants notifications, and wants them no more."""

from base64 import urlsafe_b64decode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.db import transaction
from django.db.models.functions import Now

from rooms.errors import SignedOut
from rooms.models import PushSubscription, SignIn, User
from rooms.outbound import addresses
from rooms.outbound.addresses import BadAddress
from rooms.refusals.forms import BadPushAddress, BadPushKeys
from rooms.turn import lock_person

# Subscriptions of one person. One more takes the place of the one that was seen longest ago.
MOST = 16
# Bytes of a browser's key, a point of P-256, and of its secret (RFC 8291).
_POINT, _SECRET = 65, 16
_AGENT, _ORIGIN = 200, 300  # characters that are kept


@transaction.atomic
def subscribe(
    *, user: User, session_key: str, origin: str, endpoint: str, p256dh: str, auth: str, agent: str
) -> PushSubscription:
    """Keep a browser's subscription, or note that the browser still has it.

    A browser has one subscription, whoever is signed in there: it becomes this person's. Raises
    BadPushAddress, BadPushKeys or SignedOut.
    """
    try:
        addresses.require_reachable(addresses.parse(endpoint, ports=addresses.ports()))
    except BadAddress as error:
        raise BadPushAddress(problem=str(error)) from None
    _check_keys(p256dh, auth)
    lock_person(user)
    sign_in = SignIn.objects.filter(session_key=session_key, user=user).first()
    if sign_in is None:
        raise SignedOut
    digest = hashed(endpoint)
    # With what is due in the rooms of another person, and the time since when that one is notified.
    PushSubscription.objects.filter(endpoint_hash=digest).exclude(user=user).delete()
    kept, _ = PushSubscription.objects.update_or_create(
        endpoint_hash=digest,
        defaults={
            "user": user,
            "sign_in": sign_in,
            "endpoint": endpoint,
            "p256dh": p256dh.rstrip("="),
            "auth": auth.rstrip("="),
            "agent": agent[:_AGENT],
            "origin": origin[:_ORIGIN],
            "seen_at": Now(),
        },
    )
    drop_surplus(user)
    return kept


def drop_surplus(user: User) -> None:
    """Forget what is more than MOST subscriptions of a person, who is locked: those seen longest ago."""
    mine = PushSubscription.objects.filter(user=user).order_by("-seen_at", "-pk")
    surplus = list(mine.values_list("pk", flat=True)[MOST:])
    PushSubscription.objects.filter(pk__in=surplus).delete()


def note_seen(*, user: User, endpoint: str) -> bool:
    """Note that a browser still has a subscription of this person. Return False if it was ended."""
    mine = PushSubscription.objects.filter(user=user, endpoint_hash=hashed(endpoint))
    return bool(mine.update(seen_at=Now()))


def forget(*, user: User, endpoint: str) -> int:
    """Forget one of a person's subscriptions, or all with "". Return how many."""
    mine = PushSubscription.objects.filter(user=user)
    if endpoint:
        mine = mine.filter(endpoint_hash=hashed(endpoint))
    keys = list(mine.values_list("pk", flat=True))
    mine.filter(pk__in=keys).delete()
    return len(keys)


def find(*, user: User, session_key: str, endpoint: str) -> PushSubscription | None:
    """Return the subscription with an endpoint, with "" the newest of this session, if it is the person's."""
    mine = PushSubscription.objects.filter(user=user)
    if endpoint:
        return mine.filter(endpoint_hash=hashed(endpoint)).first()
    return mine.filter(sign_in__session_key=session_key).order_by("-seen_at", "-pk").first()


def ask_for_test(subscription: PushSubscription) -> None:
    """Have a notification sent that says nothing but that notifications work."""
    PushSubscription.objects.filter(pk=subscription.pk).update(test_due_at=Now(), test_result="")


def end(*, user: User, key: int) -> bool:
    """End the subscription with this primary key. Return False if it is none of this person's."""
    mine = PushSubscription.objects.filter(user=user, pk=key)
    return bool(mine.delete()[0])


def hashed(endpoint: str) -> str:
    """Return what a subscription is found by."""
    return sha256(endpoint.encode(errors="replace")).hexdigest()


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        point = _bytes(p256dh)
        if len(point) != _POINT or len(_bytes(auth)) != _SECRET:
            raise ValueError
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        raise BadPushKeys from None


def _bytes(text: str) -> bytes:
    """Raises ValueError for what is no base64url."""
    text = text.rstrip("=")
    if (
        not text.isascii()
        or len(text) > 100
        or not text.replace("-", "").replace("_", "").isalnum()
    ):
        raise ValueError
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
