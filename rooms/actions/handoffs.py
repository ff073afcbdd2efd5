"""Handoffs: a person continues on another device, as the same person in another session.

The old device shows a link. Whoever opens it first waits, and is described to the old device, which says
yes or no. Each step is one conditional update: of two devices that open a link at once one is too late.
"""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db.models import QuerySet
from django.db.models.functions import Now

from history import database
from rooms import access
from rooms.errors import NoHandoff
from rooms.models import Handoff, Membership, User
from rooms.refusals.handoffs import (
    HandoffAnswered,
    HandoffBanned,
    HandoffExpired,
    HandoffHere,
    HandoffNotYet,
    HandoffOfStaff,
    HandoffReplaced,
    HandoffSignedOut,
    HandoffTurnedAway,
    HandoffUsed,
)
from rooms.turn import lock_person

State = Handoff.State
# How long a link can be opened and answered.
GOOD_FOR = timedelta(minutes=10)
# How long the new device has to come in after the answer.
COME_IN_WITHIN = timedelta(minutes=2)
# How long it is known what became of a link: for a sentence to whoever opens it late, and in "my data".
KEPT_FOR = timedelta(days=1)
_BYTES = 16  # of a token: 22 characters
_AGENT, _ADDRESS = 200, 45  # characters that are kept
_LIVE = (State.OPEN, State.ASKED, State.ALLOWED)
_ANSWERED = (State.ALLOWED, State.REFUSED, State.DONE)


def begin(*, user: User, session_key: str, room_id: str = "") -> tuple[Handoff, str]:
    """Return a new handoff of a person, to be answered in this session, and its token.

    The ones before are over. `room_id` is the public id of the room to continue in, of which the person is
    a member. Raises HandoffOfStaff.
    """
    if user.is_staff:
        raise HandoffOfStaff
    is_mine = Membership.objects.filter(user=user, room__public_id=room_id).exists()
    token = secrets.token_urlsafe(_BYTES)
    with database.atomic():
        lock_person(user)
        live = Handoff.objects.filter(user=user, state__in=_LIVE)
        live.update(state=State.REPLACED, ended_at=Now())
        made = Handoff.objects.create(
            user=user,
            session_key=session_key,
            room_id=room_id if is_mine else "",
            token_hash=_hash(token),
            expires_at=Now() + GOOD_FOR,
        )
    return _known().get(pk=made.pk), token


def ask(*, token: str, visitor: User | None, agent: str, address: str) -> tuple[Handoff, str]:
    """Ask the old device of a link to be let in. Return the handoff and the secret of the one who asks.

    Raises NoHandoff, with the reason to whoever has a token that this site has made.
    """
    found = _known().filter(token_hash=_hash(token)).first()
    if found is None:
        raise NoHandoff
    _require(found, State.OPEN)
    if visitor == found.user:
        raise HandoffHere(name=found.user)
    claim = secrets.token_urlsafe(_BYTES)
    taken = Handoff.objects.filter(pk=found.pk, state=State.OPEN).update(
        state=State.ASKED,
        claim_hash=_hash(claim),
        agent=agent[:_AGENT],
        address=address[:_ADDRESS],
        asked_at=Now(),
    )
    if not taken:
        raise HandoffUsed
    return _known().get(pk=found.pk), claim


def answer(*, user: User, session_key: str, number: int, allowed: bool) -> Handoff:
    """Let the device that asks continue as this person, or turn it away.

    `number` is the handoff's key: the device that is answered is the one that was shown. Raises NoHandoff.
    """
    found = _known().filter(pk=number, user=user, session_key=session_key).first()
    if found is None:
        raise NoHandoff
    if found.state in _ANSWERED:
        raise HandoffAnswered
    _require(found, State.ASKED)
    asks = Handoff.objects.filter(pk=found.pk, state=State.ASKED)
    if allowed:
        done = asks.update(state=State.ALLOWED, expires_at=Now() + COME_IN_WITHIN)
    else:
        done = asks.update(state=State.REFUSED, ended_at=Now())
    if not done:
        raise HandoffAnswered
    return _known().get(pk=found.pk)


def take(*, claim: str) -> Handoff:
    """End the handoff of a device that was let in: it becomes its person's in the same transaction.

    Raises NoHandoff, or HandoffNotYet while there is no answer.
    """
    found = of_claim(claim)
    if found is None:
        raise NoHandoff
    lock_person(found.user)  # whoever bans the person has done so, or waits
    _require(found, State.ASKED, State.ALLOWED)
    if found.state == State.ASKED:
        raise HandoffNotYet
    allowed = Handoff.objects.filter(pk=found.pk, state=State.ALLOWED)
    if not allowed.update(state=State.DONE, ended_at=Now()):
        raise HandoffUsed
    return found


def of_claim(claim: str) -> Handoff | None:
    """Return the handoff for which a device was given this secret."""
    return _known().filter(claim_hash=_hash(claim)).first() if claim else None


def shown(*, user: User, session_key: str) -> Handoff | None:
    """Return the latest handoff that this session has shown, whatever became of it."""
    return _known().filter(user=user, session_key=session_key).order_by("-pk").first()


def problem(found: Handoff) -> NoHandoff | None:
    """Return why a handoff cannot go on, or None if it can."""
    try:
        _require(found, *_LIVE)
    except NoHandoff as refusal:
        return refusal
    return None


def forget_old() -> None:
    """Delete what is kept no longer."""
    Handoff.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()


def _require(found: Handoff, *states: State) -> None:
    """Raise NoHandoff with the reason, unless the handoff is in one of these states and may go on."""
    if not found.user.is_active:
        raise HandoffBanned
    if found.state == State.REPLACED:
        raise HandoffReplaced
    if found.state == State.REFUSED:
        raise HandoffTurnedAway
    if found.state not in states:
        raise HandoffUsed
    if found.is_over:
        raise HandoffExpired
    key = found.session_key
    if access.identify([key]).get(key) != found.user_id:
        raise HandoffSignedOut


def _known() -> QuerySet[Handoff]:
    return Handoff.objects.select_related("user").annotate(now=Now())


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()
