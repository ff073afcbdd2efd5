"""Leaving a room: at once, or once the grace of a lost connection is over."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from history.log.entry import Change, Entry
from history.models import Message
from rooms import closing, presence
from rooms.errors import NotMember, RoomHeld
from rooms.models import Membership, Room, User
from rooms.turn import Turn, turn, turns

# Rooms whose leaves are written in one transaction, which holds their locks.
_AT_ONCE = 50


def leave(*, user: User, room: Room) -> Change | None:
    """End a membership at once, for all the person's sockets. Return None if they were not present.

    An owner who leaves is followed by the next in line after a while (roles.find_heirs). Raises
    NotMember.
    """
    with turn(room) as t:
        found = Membership.objects.filter(room=room, user=user).select_related("user").first()
        member = require_member(found)
        end(t, member)
    return t.change if member.present else None


def require_member(found: Membership | None) -> Membership:
    """Return a membership that can be ended. Raises NotMember."""
    if found is None or found.left_at or found.banned_at:
        raise NotMember
    return found


def end(t: Turn, member: Membership) -> int | None:
    """End a membership in a turn at its room. Return the number of the `leave`, if there is one."""
    Membership.objects.filter(pk=member.pk).update(left_at=Now(), reserved_until=None)
    seq = depart(t, [member]) if member.present else None
    t.evict()
    return seq


def depart(t: Turn, members: Sequence[Membership]) -> int:
    """Put `leave` into the log for present members. Return the number of the last.

    When the last member has left, the room's grace begins.
    """
    last = t.append(*(Entry.of(Message.Kind.LEAVE, member.user) for member in members))
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(
        present=False, away_since=None
    )
    if not Membership.objects.filter(room=t.room, present=True).exists():
        Room.objects.filter(pk=t.room.pk).update(
            closes_at=closing.moment(closing.grace(t.room)), empty_since=Now()
        )
    return last


def vanish(*, socket_ids: Collection[str]) -> set[str]:
    """Forget sockets that are gone. Their people have left once the grace has passed.

    Return those that are still noted, since another transaction holds the lock of their room.
    """
    left = presence.disconnect(socket_ids)
    if settings.CHAT_LEAVE_GRACE == 0:
        announce_leaves()
    return left


def announce_leaves() -> None:
    """Put `leave` into the log for everyone whose grace has passed without a connection.

    A room that somebody else goes on holding is left for the next time.
    """
    streams = sorted(set(_overdue().values_list("room__stream_id", flat=True)))
    for start in range(0, len(streams), _AT_ONCE):
        some = streams[start : start + _AT_ONCE]
        try:
            _announce(some)
        except RoomHeld:
            _announce(some, only_free=True)


def _announce(stream_ids: Collection[int], *, only_free: bool = False) -> None:
    with turns(stream_ids, only_free=only_free) as found:
        # Asked again under the locks: somebody may have come back.
        gone: dict[int, list[Membership]] = defaultdict(list)
        for member in _overdue().filter(room__stream__in=found).select_related("room", "user"):
            gone[member.room.stream_id].append(member)
        for stream_id, members in gone.items():
            found[stream_id].room = members[0].room
            depart(found[stream_id], members)


def _overdue() -> QuerySet[Membership]:
    return presence.overdue(grace=timedelta(seconds=settings.CHAT_LEAVE_GRACE))
