"""The key by which push services know this site (RFC 8292).

It is CHAT_VAPID_KEY, or made once and kept in the data directory. A browser's subscription is made with
the public key and works with no other: all workers need the same one.
"""

import time
from base64 import urlsafe_b64encode
from functools import cache
from secrets import randbelow

from django.conf import settings
from py_vapid import Vapid02

from rooms import keptkey

FILE = "vapid_key"
# Seconds for which a push service is to believe a signature; RFC 8292 has at most a day.
_VALID = 12 * 3600
# A signature is used until this many seconds before its end.
_MARGIN = 3600
# Signatures that are kept. There are a handful of push services; anybody can name others.
_MOST = 100
# The order of P-256: a private key is a number from 1 to one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_signed: dict[tuple[str, str], tuple[float, str]] = {}


class NoKey(Exception):
    """There is no usable key; the message says what to do."""


@cache
def key() -> Vapid02:
    """Return the site's key, which is made if there is none. Raises NoKey."""
    source, text = "CHAT_VAPID_KEY", settings.CHAT_VAPID_KEY
    if not text:
        path = settings.DATA_DIR / FILE
        source = str(path)
        try:
            text = keptkey.read(path, _make)
        except OSError as error:
            raise NoKey(
                f"CHAT_VAPID_KEY is not set and no key can be kept in {path.parent}: "
                f"{error.strerror}. Set CHAT_VAPID_KEY, or CHAT_DATA_DIR to a directory this process "
                "may write."
            ) from error
    try:
        found = Vapid02.from_string(text)
    except (ValueError, TypeError, IndexError) as error:
        raise NoKey(
            f"{source} is no key of the curve P-256: 32 bytes in base64url, as web push tools make "
            "them. With another key than before all browsers have to subscribe again."
        ) from error
    found.conf = {"no-strict": True}  # py-vapid would refuse some hosts that sites have
    return found


def public_key() -> str:
    """Return what a browser subscribes with, in base64url. Raises NoKey."""
    numbers = key().public_key.public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return _base64(point)


def authorization(*, audience: str, subject: str) -> str:
    """Return the header that proves a request to be this site's. Raises NoKey.

    `audience` is the push service's origin, `subject` a URL by which its operators find those of this site.
    """
    now = time.time()
    until, header = _signed.get((audience, subject), (0.0, ""))
    if until < now:
        until = now + _VALID - _MARGIN
        claims = {"aud": audience, "sub": subject, "exp": int(now) + _VALID}
        header = key().sign(claims)["Authorization"]
        if len(_signed) >= _MOST:
            _signed.clear()
        _signed[audience, subject] = until, header
    return header


def _make() -> str:
    return _base64((1 + randbelow(_ORDER - 1)).to_bytes(32, "big"))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
