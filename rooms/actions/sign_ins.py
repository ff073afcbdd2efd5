"""Where people are signed in: noted, given another key, ended. Open sockets follow."""

from collections.abc import Collection

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from history.prepared import insert
from rooms.models import Connection, PushSubscription, Room, SignIn, User
from rooms.turn import turns

_AGENT, _ADDRESS = 200, 45  # characters that are kept


@transaction.atomic
def note(*, user: User, key: str, agent: str, address: str, former_key: str = "") -> None:
    """Note that a person was seen in a session just now.

    `former_key` is the key with which the browser came: if it was this person's too, it counts as
    the same session's, and whoever still has it is asked to come again with the new one.
    """
    is_mine = former_key and SignIn.objects.filter(session_key=former_key, user=user).exists()
    seen = {
        "user": user,
        "agent": agent[:_AGENT],
        "address": address[:_ADDRESS],
        "seen_at": Now(),
    }
    sign_in, _ = SignIn.objects.update_or_create(
        session_key=key,
        defaults=seen,
        create_defaults={**seen, "former_key": former_key if is_mine else ""},
    )
    if is_mine:  # the browser goes on being notified
        former = SignIn.objects.filter(session_key=former_key)
        PushSubscription.objects.filter(sign_in__in=former).update(sign_in=sign_in)


def begin(*, user: User, key: str, agent: str, address: str) -> None:
    """Note a session that was made in this transaction, of a person who was made in it too."""
    seen = {"agent": agent[:_AGENT], "address": address[:_ADDRESS]}
    insert(SignIn(user=user, session_key=key, former_key="", **seen))


def current(user: User) -> QuerySet[SignIn]:
    """Return the sessions in which a person is signed in now, seen last first."""
    sessions = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    return SignIn.objects.filter(Exists(sessions), user=user).order_by("-seen_at", "-pk")


def end(*, keys: Collection[str]) -> int:
    """End sessions, whosever they are. Their sockets are closed. Return how many were noted."""
    ended = SignIn.objects.filter(session_key__in=keys)
    people = set(ended.values_list("user_id", flat=True))
    with turns(_streams(people)) as found:
        for t in found.values():
            t.evict()
        return forget(keys)


def forget(keys: Collection[str]) -> int:
    """Delete sessions, and what was noted of them. Sockets are the caller's. Return how many."""
    Session.objects.filter(session_key__in=keys).delete()
    count, _ = SignIn.objects.filter(session_key__in=keys).delete()
    return count


def keys_of(user: User) -> list[str]:
    """Return the keys of a person's sessions."""
    return list(SignIn.objects.filter(user=user).values_list("session_key", flat=True))


def end_all(*, user: User, but: str | None = None) -> int:
    """End a person's sessions, or all but one. Return how many."""
    return end(keys=[key for key in keys_of(user) if key != but])


@transaction.atomic
def forget_expired() -> None:
    """Drop sessions whose time is over, and what was noted of sessions that are no more."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
    sessions = Session.objects.filter(session_key=OuterRef("session_key"))
    SignIn.objects.filter(~Exists(sessions)).delete()


def _streams(user_ids: Collection[int]) -> set[int]:
    """Return the streams of the open rooms in which these people have sockets."""
    # By way of their rooms: what finds sockets by person alone would cost each socket that comes.
    rooms = Room.objects.filter(memberships__user__in=user_ids, closed_at__isnull=True)
    sockets = Connection.objects.filter(room=OuterRef("pk"), user__in=user_ids)
    return set(rooms.filter(Exists(sockets)).values_list("stream_id", flat=True))
