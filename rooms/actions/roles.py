"""Who runs a room: moderators made and unmade, the room handed over, and never left headless."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from history.log import notices
from history.models import Message
from rooms.actions import charge
from rooms.actions.charge import Charge
from rooms.errors import RoomHeld
from rooms.models import Deed, Membership, Room, User
from rooms.refusals import NotInThisRoom

Role = Membership.Role
# An owner who left may come back by the code, and one who was banned may be let in again: others wait
# so long for them, and a day for one whose browser is only closed.
GONE = timedelta(minutes=30)
ABSENT = timedelta(days=1)
_AT_ONCE = 200


@transaction.atomic
def make_moderator(
    *, room: Room, by: User, user: User, reason: str = "", staff: bool = False
) -> Deed | None:
    """None if the person is one. Raises NotMember, Removed, RoomClosed, Forbidden."""
    return _appoint(room, by, user, Role.MODERATOR, reason, staff)


@transaction.atomic
def unmake_moderator(
    *, room: Room, by: User, user: User, reason: str = "", staff: bool = False
) -> Deed | None:
    """None if the person is none. Raises NotMember, Removed, RoomClosed, Forbidden."""
    return _appoint(room, by, user, Role.MEMBER, reason, staff)


@transaction.atomic
def hand_over(*, room: Room, by: User, user: User, reason: str = "", staff: bool = False) -> Deed:
    """Make somebody else the owner; the one before stays as moderator.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    order = charge.take(room=room, by=by, as_owner=True, reason=reason, staff=staff)
    heir = _inside(charge.target(order, user))
    _crown(order, heir)
    order.announce("hand over", about=heir.user)
    order.change_rules()
    return order.record("hand over", target=user)


def succeed(order: Charge, *, owner: User | None, what: str) -> Membership | None:
    """Make the next in line the owner of a locked room; None when nobody is there.

    That is the longest-standing moderator who is there, else the longest-standing member. Who was
    owner is a moderator on coming back. `owner` is that one, if the room is to be told the name,
    and `what` says where they are.
    """
    line = Membership.objects.filter(room=order.room, present=True, left_at__isnull=True)
    line = line.exclude(user=order.room.owner_id).filter(user__is_active=True)
    first = Case(When(role=Role.MODERATOR, then=Value(0)), default=Value(1))
    heir = line.select_related("user").order_by(first, "entered_at", "pk").first()
    if heir is None:
        return None
    _crown(order, heir)
    order.tell(None, notices.facts("succeed", by=owner, about=heir.user, what=what))
    order.change_rules()
    order.record("succeed", target=heir.user)
    return heir


def find_heirs() -> int:
    """Give an owner to occupied rooms whose own is gone for good; how many."""
    count = 0
    for room in _headless()[:_AT_ONCE]:
        with suppress(RoomHeld), transaction.atomic():
            order = charge.take(room=room, by=None)
            # Asked again under the lock: the owner may have come back.
            if _headless().filter(pk=room.pk).exists():
                owner = order.room.owner
                what = "is away for good" if owner else "is gone"
                count += succeed(order, owner=owner, what=what) is not None
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
    order = charge.take(room=room, by=by, as_owner=True, reason=reason, staff=staff)
    member = _inside(charge.target(order, user))
    if member.role in {role, Role.OWNER}:
        return None
    Membership.objects.filter(pk=member.pk).update(role=role)
    is_raised = role == Role.MODERATOR
    verb = "moderator" if is_raised else "member"
    order.announce(verb, about=member.user)
    order.change_rules()
    return order.record(verb, target=user)


def _crown(order: Charge, heir: Membership) -> None:
    rows = Membership.objects.filter(room=order.room)
    rows.filter(role=Role.OWNER).update(role=Role.MODERATOR)
    rows.filter(pk=heir.pk).update(role=Role.OWNER, muted_until=None, muted_for="")
    Room.objects.filter(pk=order.room.pk).update(owner=heir.user)


def _inside(member: Membership) -> Membership:
    if member.left_at is not None or member.banned_at is not None:
        raise NotInThisRoom
    return member
