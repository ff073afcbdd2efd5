"""Every page's session: whose it is, noted where it is new or was long unseen, and ended.

What only reads writes nothing but that note, once an hour, and at once where SECRET_KEY is another one than
the session was signed with.
"""

import time
from collections.abc import Callable
from functools import partial

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from rooms import devices
from rooms.actions import sign_ins
from rooms.pages import sessions
from rooms.sessions import is_of_former_key

# Seconds between two notes that a session is in use.
SEEN_EVERY = 3600
_AWAY = 503
_READING = {"GET", "HEAD", "OPTIONS", "TRACE"}


class PersonMiddleware(AuthenticationMiddleware):
    """Django's, but that it reads the person with the session, and ends no session by itself."""

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(sessions.person, request))  # type: ignore[assignment]


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
        if response.status_code == _AWAY and request.method in _READING:
            # The session was asked for in vain, and would be waited for once more.
            return response
        had, has = sessions.came_with(request), request.session.session_key
        if SESSION_KEY in request.session and request.user.is_authenticated:
            seen = int(time.time()) - request.session.get(sessions.SEEN, 0)
            proof = request.session.get(HASH_SESSION_KEY, "")
            if (
                has is None
                or has != had
                or not 0 <= seen < SEEN_EVERY
                or is_of_former_key(request.user, proof)
            ):
                if has is None or has != getattr(request.session, "noted_key", ""):
                    sessions.note(request, request.user)
                devices.remember(request, response, request.user)
        # A key of no session comes with every page of a browser that was long away: nothing to end.
        if had and had != request.session.session_key and request.method not in _READING:
            sign_ins.end(keys=[had])
        return response
