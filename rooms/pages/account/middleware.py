"""Every page's session: noted where it is new or was long unseen, and let go of when it has ended."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from rooms import devices
from rooms.actions import sign_ins
from rooms.models import User

# Seconds between two notes that a session is in use.
SEEN_EVERY = 3600
_SEEN = "seen"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInMiddleware:
    """Keeps the list of where people are signed in.

    Whatever ends a session or gives it another key passes here, the admin's pages too, and so open
    sockets hear of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not request.session.accessed:
            return response
        had, has = _came_with(request), request.session.session_key
        if SESSION_KEY in request.session and request.user.is_authenticated:
            seen = int(time.time()) - request.session.get(_SEEN, 0)
            if has is None or has != had or not 0 <= seen < SEEN_EVERY:
                _note(request, request.user)
                devices.remember(request, response, request.user)
        if had and had != request.session.session_key:
            sign_ins.end(keys=[had])
        return response


@transaction.atomic
def sign_in(request: HttpRequest, user: User) -> None:
    """Make this browser somebody's, under another key: one that was planted is worth nothing.

    The new key is noted in the transaction in which the old one goes, so that whoever looks at
    this person's sockets sees that the session goes on.
    """
    login(request, user, backend=_BACKEND)
    _note(request, user)


def _note(request: HttpRequest, user: User) -> None:
    session, had = request.session, _came_with(request)
    if session.session_key is None:  # a new one, which has not been saved yet
        session.create()
    assert session.session_key
    sign_ins.note(
        user=user,
        key=session.session_key,
        agent=request.headers.get("User-Agent", ""),
        address=request.META.get("REMOTE_ADDR") or "",
        former_key=had if had != session.session_key else "",
    )
    session[_SEEN] = int(time.time())


def _came_with(request: HttpRequest) -> str:
    """The key in the browser's cookie; "" for what cannot be one."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isascii() and key.isalnum() else ""
