"""Fingerprints, by which a banned guest is known again: keyed hashes, from which nothing can be read.

A guest is a cookie; without it the same person is another guest. So a room remembers of whom it has
let in the browser's own token, which outlives names and sessions, and the network. Getting rid of
both costs more than typing another name. The key is the site's secret.
"""

import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from rooms import addresses

COOKIE = "device"
COOKIE_AGE = 2 * 365 * 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Of one visitor; "" for what is not known."""

    device: str = ""
    address: str = ""


UNKNOWN = Fingerprints()


def token_of(request: HttpRequest) -> str:
    """The browser's token, or a new one for it."""
    token = request.COOKIES.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else secrets.token_hex(16)


def known_device(request: HttpRequest) -> str:
    """A keyed hash of the token that a browser came with; "" for a browser without one."""
    token = request.COOKIES.get(COOKIE, "")
    return _hash("device", token) if _TOKEN.fullmatch(token) else ""


def keep_token(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_AGE,
        httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        samesite="Lax",
    )


def of(request: HttpRequest, token: str) -> Fingerprints:
    return Fingerprints(_hash("device", token), _hash("address", addresses.of_request(request)))


def _hash(kind: str, value: str) -> str:
    if not value:
        return ""
    return salted_hmac(f"rooms.traces.{kind}", value, algorithm="sha256").hexdigest()
