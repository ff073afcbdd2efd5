"""Where people are signed in: noted, given another key, ended. Open sockets follow."""

from collections.abc import Collection

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from history.log import write
from rooms import publish
from rooms.models import Connection, Room, SignIn, User

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
    SignIn.objects.update_or_create(
        session_key=key,
        defaults=seen,
        create_defaults={**seen, "former_key": former_key if is_mine else ""},
    )


def current(user: User) -> QuerySet[SignIn]:
    """Where a person is signed in now, seen last first."""
    sessions = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    return SignIn.objects.filter(Exists(sessions), user=user).order_by("-seen_at", "-pk")


@transaction.atomic
def end(*, keys: Collection[str]) -> int:
    """End sessions, whosever they are; how many were noted. Their sockets are closed."""
    ended = SignIn.objects.filter(session_key__in=keys)
    people = set(ended.values_list("user_id", flat=True))
    _alert(people)
    Session.objects.filter(session_key__in=keys).delete()
    count, _ = ended.delete()
    return count


def end_all(*, user: User, but: str | None = None) -> int:
    """End a person's sessions, all but one perhaps; how many."""
    keys = SignIn.objects.filter(user=user).exclude(session_key=but or "")
    return end(keys=list(keys.values_list("session_key", flat=True)))


@transaction.atomic
def forget_expired() -> None:
    """Drop sessions whose time is over, and what was noted of sessions that are no more."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
    sessions = Session.objects.filter(session_key=OuterRef("session_key"))
    SignIn.objects.filter(~Exists(sessions)).delete()


def _alert(user_ids: Collection[int]) -> None:
    """Make every worker look again at the open rooms in which these people have sockets."""
    # By way of their rooms: what finds sockets by person alone would cost each socket that comes.
    rooms = Room.objects.filter(memberships__user__in=user_ids, closed_at__isnull=True)
    sockets = Connection.objects.filter(room=OuterRef("pk"), user__in=user_ids)
    streams = dict(rooms.filter(Exists(sockets)).values_list("stream_id", "code"))
    if streams:
        write.advance(dict.fromkeys(streams, 0))
    for stream_id, code in streams.items():
        write.raise_epoch(stream_id)  # so that a worker that hears no bell finds it too
        publish.rules_changed(code=code, stream_id=stream_id)
