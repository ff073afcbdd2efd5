"""Who may be where. The only permission logic: everything else asks here.

The lookup is the authorisation: a room is found among the memberships of the person who asks.
"""

from collections.abc import Collection, Iterable

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rooms.errors import NotMember, Removed, RoomClosed
from rooms.models import Membership, User


def check(membership: Membership | None) -> Membership:
    """The membership, if it lets its person into its room now.

    `room` and `user` must have been selected with it. Raises NotMember, Removed or RoomClosed.
    """
    if membership is None:
        raise NotMember
    if membership.banned_at is not None or not membership.user.is_active:
        raise Removed
    if membership.left_at is not None and membership.room.is_open:
        raise NotMember
    if not membership.room.is_open:
        raise RoomClosed
    return membership


def may_read(membership: Membership) -> bool:
    """Whether the transcript is this person's to read, also after leaving and after the end."""
    return membership.banned_at is None


def membership(*, user: User, code: str) -> Membership:
    """The membership of a person in the open room with a code.

    Raises NotMember, Removed or RoomClosed: the last when it was the person's and has closed.
    """
    return check(choose(find([(user.pk, code)]), user_id=user.pk, code=code))


def find(pairs: Collection[tuple[int, str]]) -> list[Membership]:
    """All memberships that (user id, room code) pairs may mean, with room and user; a superset."""
    return list(
        Membership.objects.filter(
            user_id__in={user for user, _ in pairs}, room__code__in={code for _, code in pairs}
        ).select_related("room", "user")
    )


def choose(found: Iterable[Membership], *, user_id: int, code: str) -> Membership | None:
    """The one that is meant: of the open room, else of the latest closed one, else none."""
    mine = [m for m in found if m.user_id == user_id and m.room.code == code]
    return max(mine, key=lambda m: (m.room.is_open, m.room_id), default=None)


def identify(session_keys: Collection[str]) -> dict[str, int]:
    """The id of the person behind each session key; keys without a living session are missing.

    The same checks as django.contrib.auth.get_user makes, for many sessions in two queries.
    """
    store = SessionStore()
    claims: dict[str, tuple[str, str]] = {}
    sessions = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    for key, text in sessions.values_list("session_key", "session_data"):
        data = store.decode(text)
        if SESSION_KEY in data:
            claims[key] = (str(data[SESSION_KEY]), str(data.get(HASH_SESSION_KEY, "")))
    people = {
        str(user.pk): user for user in User.objects.filter(pk__in={c[0] for c in claims.values()})
    }
    return {
        key: people[user_id].pk
        for key, (user_id, proof) in claims.items()
        if user_id in people and _proves(people[user_id], proof)
    }


def _proves(user: User, proof: str) -> bool:
    if constant_time_compare(proof, user.get_session_auth_hash()):
        return True
    return bool(settings.SECRET_KEY_FALLBACKS) and any(
        constant_time_compare(proof, fallback) for fallback in user.get_session_auth_fallback_hash()
    )
