"""The visitor of an account page, a guest or an account, and the password that proves it."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from rooms import addresses, answers, devices, limits
from rooms.actions import accounts
from rooms.errors import SignedOut
from rooms.models import User

View = Callable[..., HttpResponseBase]
_ID = re.compile(r"\w{1,20}", re.ASCII)
_KEY_DIGITS = 18  # more may be too large a number for the database


def for_somebody(view: View) -> View:
    """Let people in who are signed in, guests too. Others are asked to sign in, and come back.

    Programs that ask for JSON are refused instead: a form to sign in is no answer to them.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person(request) is None:
            if answers.wants_json(request):
                raise SignedOut
            return redirect(f"/account/login/?next={request.path}")
        return view(request, *args, **kwargs)

    return guarded


def person(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def sent_id(request: HttpRequest, field: str) -> str:
    """Return the id of a person or room in a field, or "" for what can be none.

    So the database is asked for nothing that it cannot hold: PostgreSQL refuses a NUL with an error.
    """
    text = request.POST.get(field, "")
    return text if _ID.fullmatch(text) else ""


def sent_key(request: HttpRequest, field: str) -> int:
    """Return the primary key in a field, or 0, which no row has, for what can be none."""
    text = request.POST.get(field, "")
    return int(text) if text.isdecimal() and len(text) <= _KEY_DIGITS else 0


def signed_in(request: HttpRequest) -> User:
    me = person(request)
    assert me is not None
    return me


def session_key(request: HttpRequest) -> str:
    return request.session.session_key or ""


def prove(request: HttpRequest, *, username: str, password: str) -> User | None:
    """Return the user whom they prove, or None. Raises RateLimited after many wrong ones."""
    me, address = person(request), addresses.of_request(request)
    tries = limits.log_in(
        address=address,
        name=username,
        device=devices.of_name(request, username),
        person=me.public_id if me else "",
    )
    with suppress(_Wrong), tries:
        user = accounts.check_password(username=username, password=password)
        if user is None:
            raise _Wrong
        return user
    return None


class _Wrong(Exception):
    """A password that proves nobody."""
