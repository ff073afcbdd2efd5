"""Second factors of the staff: who has to prove one, and what a session knows of it.

A session that has proven one says so, with whose it was and when. How a factor is checked is in
rooms/actions/factors.py.

Whoever comes by an identity provider is the provider's business: it asks for a second factor or not.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_totp.models import TOTPDevice

from rooms.models import Passkey, User

# Seconds for which nobody is asked again before something that concerns many; and in which the second
# step of a sign-in has to follow the first.
FRESH = 600
_BACKEND_HERE = "django.contrib.auth.backends.ModelBackend"
# Keys of the session.
_PROVEN, _BEGUN = "factor", "signing_in"


def is_on() -> bool:
    """Return True unless the site does without second factors."""
    return bool(settings.CHAT_STAFF_FACTOR != "off")


def has_any(user: User) -> bool:
    """Return True if the person has an authenticator app or a passkey. Recovery codes alone are none."""
    own = [
        Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)),
        Exists(Passkey.objects.filter(user=OuterRef("pk"))),
    ]
    return User.objects.filter(own[0] | own[1], pk=user.pk).exists()


def is_asked_of(user: User) -> bool:
    """Return True if the password alone does not sign this person in."""
    return is_on() and user.is_staff and has_any(user)


def may_inspect(user: User) -> bool:
    """Return True unless this person has to set up a factor before anything of the staff's is for them.

    Without looking at the session: who has no password has come by a provider.
    """
    if settings.CHAT_STAFF_FACTOR != "required" or not user.has_usable_password():
        return True
    return has_any(user)


# Sessions ---------------------------------------------------------------------------------------


def prove(session: Any, user: User) -> None:
    """Note that a factor of this person was proven in the session, just now."""
    session[_PROVEN] = [user.pk, int(time.time())]
    session.pop(_BEGUN, None)


def lacks_proof(request: HttpRequest) -> bool:
    """Return True if the visitor, one of the staff, has a factor and has not proven it in this session."""
    return _lack(request) == "proof"


def lacks_factor(request: HttpRequest) -> bool:
    """Return True if the visitor, one of the staff, has to set up a factor first."""
    return _lack(request) == "factor"


def is_advised(request: HttpRequest) -> bool:
    """Return True if the visitor, one of the staff, has signed in by a password and nothing else."""
    if not is_on() or came_by_provider(request) or _proven_at(request) is not None:
        return False
    return not has_any(_visitor(request))


def is_fresh(request: HttpRequest) -> bool:
    """Return True if the visitor need not prove a factor again: did so lately, or has none to prove."""
    if not is_on() or came_by_provider(request):
        return True
    proven_at = _proven_at(request)
    if proven_at is None:
        return not has_any(_visitor(request))
    return 0 <= time.time() - proven_at < FRESH


def came_by_provider(request: HttpRequest) -> bool:
    """Return True if the session was opened by an identity provider, and not by a password here."""
    return bool(request.session.get(BACKEND_SESSION_KEY, _BACKEND_HERE) != _BACKEND_HERE)


def _lack(request: HttpRequest) -> str:
    # Asked several times for a page.
    known: str | None = getattr(request, "_factor_lack", None)
    if known is None:
        known = _find_lack(request)
        request._factor_lack = known  # type: ignore[attr-defined]
    return known


def _find_lack(request: HttpRequest) -> str:
    if not is_on() or came_by_provider(request) or _proven_at(request) is not None:
        return ""
    if has_any(_visitor(request)):
        return "proof"
    return "factor" if settings.CHAT_STAFF_FACTOR == "required" else ""


def _proven_at(request: HttpRequest) -> int | None:
    pk, at = request.session.get(_PROVEN, (0, 0))
    return at if pk == request.user.pk else None


def _visitor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


# The two steps of a sign-in -----------------------------------------------------------------------


def begin(request: HttpRequest, user: User, *, then: str, guest: User | None = None) -> None:
    """Note in the session that somebody has typed this person's password, and has the factor to prove.

    `then` is the path to go to afterwards. `guest`: the visitor, whose rooms the account is to have.
    """
    request.session[_BEGUN] = {
        "user": user.pk,
        "proof": user.get_session_auth_hash(),
        "at": int(time.time()),
        "then": then,
        "guest": guest.pk if guest else 0,
    }


def begun(request: HttpRequest) -> tuple[User, str, int] | None:
    """Return who is half signed in, the path to go to then, and the guest to bring (0: none).

    None after ten minutes, or if the password was changed meanwhile.
    """
    found = request.session.get(_BEGUN)
    if found is None or not 0 <= time.time() - found["at"] < FRESH:
        return None
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    if user is None or not constant_time_compare(found["proof"], user.get_session_auth_hash()):
        return None
    return user, found["then"], found["guest"]
