"""In which browsers somebody was signed in before: a cookie that only this site can write.

Whoever guesses at a name uses up what all others may try at it. A browser that was signed in as that
name once has tries of its own (rooms/limits).
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from rooms import limits
from rooms.models import User

COOKIE = "signed_in"
AGE = 365 * 24 * 3600
# Accounts that one browser is remembered for: the latest.
MOST = 5
_SALT = "rooms.devices"


def of_name(request: HttpRequest, name: str) -> str:
    """The browser's id, if this name was signed in there in the last year; else ""."""
    known = _read(request)
    return known["id"] if limits.name_key(name) in known["names"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Note in the browser that somebody with an account is signed in there."""
    if user.is_guest:
        return
    known, key = _read(request), limits.name_key(user.username)
    names = [key, *(name for name in known["names"] if name != key)][:MOST]
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": known["id"] or secrets.token_hex(8), "names": names}, salt=_SALT),
        max_age=AGE,
        httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        known: dict[str, Any] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=AGE
        )
    except signing.BadSignature:  # none, an old one, or somebody else's
        return {"id": "", "names": []}
    return known
