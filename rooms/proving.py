"""Takes a second factor from a form that somebody has sent, and notes it in the session."""

from django.http import HttpRequest

from rooms import factors, limits
from rooms.actions import factors as proofs
from rooms.errors import FactorNeeded
from rooms.models import User

# The fields of the form.
CODE = "factor_code"
FIELDS = frozenset({CODE})


def is_sent(request: HttpRequest) -> bool:
    """Return True if a form has a factor with it."""
    return any(request.POST.get(name) for name in FIELDS)


def take(request: HttpRequest, user: User) -> None:
    """Check the factor of a form. Raises FactorNeeded for none, WrongFactor, RateLimited.

    The session is noted as soon as it is this person's: call `factors.prove` after signing in.
    """
    if not is_sent(request):
        raise FactorNeeded
    with limits.prove(person=user.public_id):
        proofs.prove_by_code(user=user, code=request.POST.get(CODE, ""))
    factors.prove(request.session, user)
