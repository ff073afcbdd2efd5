"""Roles: moderators, handing a room over, and the next owner of a room without one."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from history import notices
from history.log.entry import Entry
from history.models import Message
from rooms.errors import RoomHeld
from rooms.models import Deed, Membership, Room, User
from rooms.refusals.bots import BotsHaveNoRole
from rooms.refusals.orders import NotInThisRoom
from rooms.turn import Turn, turn

Role = Membership.Role
# An owner who left may come back by the code, and one who was banned may be let in again: the room
# waits for them for GONE, and for an owner whose browser is only closed for ABSENT.
GONE = timedelta(minutes=30)
ABSENT = timedelta(days=1)
_AT_ONCE = 200


def make_moderator(
    *, room: Room, by: User, user: User, reason: str = "", staff: bool = False
) -> Deed | None:
    """Make a member a moderator. Return None if the person is one. Raises NotMember, Removed, RoomClosed, Forbidden."""
    return _appoint(room, by, user, Role.MODERATOR, reason, staff)


def unmake_moderator(
    *, room: Room, by: User, user: User, reason: str = "", staff: bool = False
) -> Deed | None:
    """Make a moderator a member. Return None if the person is none. Raises NotMember, Removed, RoomClosed, Forbidden."""
    return _appoint(room, by, user, Role.MEMBER, reason, staff)


def hand_over(*, room: Room, by: User, user: User, reason: str = "", staff: bool = False) -> Deed:
    """Make somebody else the owner; the one before stays as moderator.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, at_least=Role.OWNER, reason=reason, staff=staff) as t:
        heir = _inside(t.about(user))
        _crown(t, heir)
        t.notice("hand over", about=heir.user)
        t.evict()
        return t.record("hand over", target=user)


def succeed(t: Turn, told: str, *, owner: User | None = None) -> Membership | None:
    """Make the next in line the owner of the room. Return None when nobody is there.

    That is the longest-standing moderator who is there, else the longest-standing member. The owner
    before is a moderator on coming back. `told` is the notice, which says why there is a new owner;
    `owner` is the one before, if the room is to be told the name.
    """
    line = Membership.objects.filter(room=t.room, present=True, left_at__isnull=True)
    line = line.exclude(user=t.room.owner_id).filter(user__is_active=True, user__is_bot=False)
    first = Case(When(role=Role.MODERATOR, then=Value(0)), default=Value(1))
    heir = line.select_related("user").order_by(first, "entered_at", "pk").first()
    if heir is None:
        return None
    _crown(t, heir)
    t.append(Entry.notice(None, notices.facts(told, by=owner, about=heir.user)))
    t.evict()
    t.record("succeed", target=heir.user)
    return heir


def find_heirs() -> int:
    """Give an owner to occupied rooms whose owner is gone for good. Return how many."""
    count = 0
    for room in _headless()[:_AT_ONCE]:
        with suppress(RoomHeld), turn(room) as t:
            # Asked again under the lock: the owner may have come back.
            if _headless().filter(pk=room.pk).exists():
                owner = t.room.owner
                told = "succeed away" if owner else "succeed gone"
                count += succeed(t, told, owner=owner) is not None
    return count


def _headless() -> QuerySet[Room]:
    """Open rooms with somebody in them whose owner is away, and for how long is enough."""
    own = Membership.objects.filter(room=OuterRef("pk"), user=OuterRef("owner"))
    left_lately = Message.objects.filter(
        author=OuterRef("owner"),
        kind=Message.Kind.LEAVE,
        stream=OuterRef("stream"),
        at__gt=Now() - ABSENT,
    )
    gone = Q(left_at__lt=Now() - GONE) | Q(banned_at__lt=Now() - GONE) | Q(user__is_active=False)
    return (
        Room.objects.filter(closed_at__isnull=True, closes_at__isnull=True)
        .exclude(Exists(own.filter(present=True)))
        .filter(Exists(Membership.objects.filter(room=OuterRef("pk"), present=True)))
        .filter(
            Q(owner__isnull=True)
            | Exists(own.filter(gone))
            | (~Exists(left_lately) & Q(created_at__lt=Now() - ABSENT))
        )
    )


def _appoint(
    room: Room, by: User, user: User, role: Membership.Role, reason: str, staff: bool
) -> Deed | None:
    with turn(room, by=by, at_least=Role.OWNER, reason=reason, staff=staff) as t:
        member = _inside(t.about(user))
        if member.role in {role, Role.OWNER}:
            return None
        Membership.objects.filter(pk=member.pk).update(role=role)
        verb = "moderator" if role == Role.MODERATOR else "member"
        t.notice(verb, about=member.user)
        t.evict()
        return t.record(verb, target=user)


def _crown(t: Turn, heir: Membership) -> None:
    rows = Membership.objects.filter(room=t.room)
    rows.filter(role=Role.OWNER).update(role=Role.MODERATOR)
    rows.filter(pk=heir.pk).update(role=Role.OWNER, muted_until=None, muted_for="")
    Room.objects.filter(pk=t.room.pk).update(owner=heir.user)


def _inside(member: Membership) -> Membership:
    if member.user.is_bot:
        raise BotsHaveNoRole
    if member.left_at is not None or member.banned_at is not None:
        raise NotInThisRoom
    return member
