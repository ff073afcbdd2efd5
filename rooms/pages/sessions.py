"""Signing a browser in, and the note of where people are signed in."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, login
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from rooms.actions import sign_ins
from rooms.errors import SignedOut
from rooms.models import User
from rooms.sessions import SessionStore, may_be_key

BACKEND = "django.contrib.auth.backends.ModelBackend"
# When a session was last noted to be in use, in seconds since 1970.
SEEN = "seen"


@transaction.atomic
def sign_in(request: HttpRequest, user: User) -> None:
    """Make this browser somebody's, under another key: one that was planted is worth nothing.

    The new key is noted in the transaction in which the old one goes, so that whoever looks at
    this person's sockets sees that the session goes on.
    """
    login(request, user, backend=BACKEND)
    note(request, user)


@contextmanager
def signing_in(request: HttpRequest) -> Iterator[None]:
    """Let the browser be whose it was when what is done in the body is refused."""
    session, person = request.session, request.user
    try:
        yield
    except BaseException:
        request.session, request.user = session, person
        raise


def sign_in_newcomer(request: HttpRequest, user: User) -> None:
    """Give a guest who was made in this transaction a session, in two statements.

    The browser's former session, if it had one, was nobody's; the middleware ends it.
    """
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SEEN] = int(time.time())
    session.save(must_create=True)
    key = session.noted_key = str(session.session_key)
    sign_ins.begin(user=user, key=key, agent=_agent(request), address=_address(request))
    request.session, request.user = session, user
    rotate_token(request)


def note(request: HttpRequest, user: User) -> None:
    """Note that somebody was seen in this session just now."""
    session, had = request.session, came_with(request)
    if session.session_key is None:  # a new one, which has not been saved yet
        session.create()
    key = session.noted_key = str(session.session_key)  # type: ignore[attr-defined]
    sign_ins.note(
        user=user,
        key=key,
        agent=_agent(request),
        address=_address(request),
        former_key=had if had != key else "",
    )
    session[SEEN] = int(time.time())
    # Signed with the key before, it would be worth nothing once that is forgotten.
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()


def person(request: HttpRequest) -> User | AnonymousUser:
    """Return whose session the request came with."""
    assert isinstance(request.session, SessionStore)
    return request.session.person() or AnonymousUser()


def signed_in(request: HttpRequest) -> User:
    """Return the visitor. Raises SignedOut for a visitor without a session."""
    if not request.user.is_authenticated:
        raise SignedOut
    return request.user


def came_with(request: HttpRequest) -> str:
    """The key in the browser's cookie; "" for what cannot be one."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return key if may_be_key(key) else ""


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def _address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or ""
