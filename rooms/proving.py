"""Takes a second factor from a form that somebody has sent, and notes it in the session.

A challenge that a browser is to sign is kept in the session, so any worker can check the answer, for ten
minutes and for one answer.
"""

import time
from typing import Any

from django.http import HttpRequest
from django.http.request import split_domain_port

from rooms import addresses, factors, limits, passkeys
from rooms.actions import factors as proofs
from rooms.errors import FactorNeeded
from rooms.models import User
from rooms.refusals.factors import SetUpExpired

# The fields of the form: a code, or what a browser has signed, as JSON.
CODE, PASSKEY = "factor_code", "factor_passkey"
FIELDS = frozenset({CODE, PASSKEY})
# What a challenge is for.
MAKE, PROVE = "make", "prove"
_CHALLENGE = "challenge"


def is_sent(request: HttpRequest) -> bool:
    """Return True if a form has a factor with it."""
    return any(request.POST.get(name) for name in FIELDS)


def take(request: HttpRequest, user: User) -> None:
    """Check the factor of a form. Raises FactorNeeded for none, WrongFactor, RateLimited.

    The session is noted as this person's: call `factors.prove` once more after signing in.
    """
    if not is_sent(request):
        raise FactorNeeded
    signed = request.POST.get(PASSKEY, "")
    address = addresses.of_request(request) if signed else ""
    with limits.prove(person=user.public_id, address=address):
        if signed:
            challenge = challenge_of(request, PROVE)
            proofs.prove_by_passkey(
                user=user, sent=signed, challenge=challenge, place=place(request)
            )
        else:
            proofs.prove_by_code(user=user, code=request.POST.get(CODE, ""))
    factors.prove(request.session, user)


def to_prove(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what to ask the browser for, so that it signs with a passkey of this person."""
    here = place(request)
    options, challenge = passkeys.to_prove(proofs.keys_at(user, here.host), here)
    keep(request, challenge, PROVE)
    return options


def offered(request: HttpRequest, user: User) -> dict[str, bool]:
    """Return by what the person can prove who they are, for the fields of a form."""
    return {
        "apps": proofs.apps(user).exists(),
        "passkeys": proofs.keys_at(user, place(request).host).exists(),
    }


def place(request: HttpRequest) -> passkeys.Place:
    """Return where the browser has this site."""
    host, _port = split_domain_port(request.get_host())
    return passkeys.Place(host=host, origin=f"{request.scheme}://{request.get_host()}")


def keep(request: HttpRequest, challenge: bytes, purpose: str) -> None:
    """Keep a challenge until the browser answers."""
    request.session[_CHALLENGE] = [challenge.hex(), purpose, int(time.time())]


def challenge_of(request: HttpRequest, purpose: str) -> bytes:
    """Return the challenge that is to be signed, which then is no more. Raises SetUpExpired."""
    challenge, kept_for, at = request.session.pop(_CHALLENGE, ("", "", 0))
    if kept_for != purpose or not 0 <= time.time() - at < factors.FRESH:
        raise SetUpExpired
    return bytes.fromhex(challenge)
