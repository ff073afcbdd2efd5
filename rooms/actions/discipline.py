"""Mute, remove, ban, take texts back; and undo each of them within a day."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from rooms import access
from rooms.actions import charge, clearing, messages, people
from rooms.actions.admission import SHUN
from rooms.actions.changes import DELETED
from rooms.actions.charge import Charge
from rooms.actions.clearing import CLEARED
from rooms.actions.rooms import depart
from rooms.actions.texts import Prepared
from rooms.models import Deed, Membership, Room, Shunned, User
from rooms.refusals import (
    BannedAlready,
    CannotUndo,
    MessageNotKept,
    MessagesNotKept,
    NotBanned,
    NotInThisRoom,
    OnlyTheOwnerUndoes,
    OnlyTheSiteUndoes,
    SomebodyElseUndoes,
    TooLateToUndo,
    UndoneAlready,
)
from rooms.spans import span

# How long a deed can be undone.
UNDO_WITHIN = timedelta(days=1)
MINUTES_MAX = 366 * 24 * 60


@transaction.atomic
def mute(
    *, room: Room, by: User, user: User, minutes: int, reason: str = "", staff: bool = False
) -> Deed:
    """Not to be heard for so many minutes; reading goes on.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    order = charge.take(room=room, by=by, reason=reason, staff=staff)
    member = charge.target(order, user)
    minutes = max(1, min(minutes, MINUTES_MAX))
    until = order.head.now + timedelta(minutes=minutes)
    if member.muted_until is not None and until < member.muted_until:
        _require_rank(order, member, "mute")
    Membership.objects.filter(pk=member.pk).update(muted_until=until, muted_for=order.reason)
    order.announce("mute", about=member.user, what=span(60 * minutes))
    order.change_rules()
    return order.record("mute", target=user, minutes=minutes)


@transaction.atomic
def unmute(
    *, room: Room, by: User, user: User, reason: str = "", staff: bool = False
) -> Deed | None:
    """None if the person was not muted. Raises NotMember, Removed, RoomClosed, Forbidden."""
    order = charge.take(room=room, by=by, reason=reason, staff=staff)
    member = charge.target(order, user)
    return order.record("unmute", target=user) if _lift_mute(order, member) else None


@transaction.atomic
def remove(*, room: Room, by: User, user: User, reason: str = "", staff: bool = False) -> Deed:
    """Send somebody away, who is new to the room on coming back.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    order = charge.take(room=room, by=by, reason=reason, staff=staff)
    member = charge.target(order, user)
    if member.left_at is not None or member.banned_at is not None:
        raise NotInThisRoom
    _send_away(order, member, banned=False)
    return order.record("remove", target=user, was=member.role)


@transaction.atomic
def ban(
    *,
    room: Room,
    by: User,
    user: User,
    reason: str = "",
    network: bool = True,
    staff: bool = False,
) -> Deed:
    """Shut somebody out of the room for as long as it lives, and guests from the same place for a
    day: whoever has lost a name can make another, but not another browser and network so easily.

    Without `network`, the same browser only. A network may be a school's: whoever bans chooses.
    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    order = charge.take(room=room, by=by, reason=reason, staff=staff)
    member = charge.target(order, user)
    if member.banned_at is not None:
        raise BannedAlready
    address = member.address_trace if network else ""
    Shunned.objects.bulk_create(
        [
            Shunned(room=order.room, user=user, trace=trace, until=order.head.now + SHUN)
            for trace in {member.device_trace, address} - {""}
        ],
        update_conflicts=True,
        unique_fields=["room", "trace", "user"],
        update_fields=["until"],
    )
    _send_away(order, member, banned=True)
    return order.record("ban", target=user, was=member.role, network=bool(address))


@transaction.atomic
def unban(*, room: Room, by: User, user: User, reason: str = "", staff: bool = False) -> Deed:
    """Whoever was banned may come again, as somebody new.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    order = charge.take(room=room, by=by, reason=reason, staff=staff)
    member = charge.target(order, user)
    if not _lift_ban(order, member):
        raise NotBanned
    return order.record("unban", target=user)


def undo(*, room: Room, by: User, deed: Deed, reason: str = "", staff: bool = False) -> Deed:
    """Take a mute, a removal, a ban, the deletion of a message or of many back.

    Raises NotMember, Removed, RoomClosed; Forbidden for what cannot be undone, or not any more.
    """
    texts = clearing.kept(room, deed.details["seqs"]) if deed.verb == CLEARED else {}
    with transaction.atomic():
        return _undo(charge.take(room=room, by=by, reason=reason, staff=staff), deed, texts)


def _undo(order: Charge, deed: Deed, texts: dict[int, Prepared]) -> Deed:
    if deed.room_id != order.room.public_id or deed.verb not in UNDOABLE:
        raise CannotUndo
    if Deed.objects.filter(undoes=deed).exists() or deed.at < order.head.now - UNDO_WITHIN:
        raise TooLateToUndo
    user = User.objects.get(public_id=deed.target_id)
    _require_right_to_undo(order, deed)
    if deed.verb == DELETED:
        if not messages.restore(room=order.room, seq=deed.details["seq"]):
            raise MessageNotKept
    elif deed.verb == CLEARED:
        if not clearing.restore(order, charge.target(order, user), texts):
            raise MessagesNotKept
    elif deed.verb == "mute":
        if not _lift_mute(order, charge.target(order, user)):
            raise UndoneAlready
    elif not _bring_back(order, charge.target(order, user), deed):
        raise UndoneAlready
    return order.record(f"undo {deed.verb}", target=user, undoes=deed)


def _require_right_to_undo(order: Charge, deed: Deed) -> None:
    """Raise Forbidden unless the deed is of one's own rank or lower, and not another's about oneself."""
    if not access.may_undo(order.role, deed.role):
        raise OnlyTheOwnerUndoes if deed.role == Membership.Role.OWNER else OnlyTheSiteUndoes
    if order.by is not None:
        mine = people.ids_of(order.by)
        if deed.target_id in mine and deed.actor_id not in mine:
            raise SomebodyElseUndoes


def _require_rank(order: Charge, member: Membership, verb: str) -> None:
    """Raise Forbidden if the mute or the ban that a member has was given by somebody of higher rank."""
    given = Deed.objects.filter(
        verb=verb, room_id=order.room.public_id, target_id__in=people.ids_of(member.user)
    )
    deed = given.order_by("-pk").first()
    if deed is not None:
        _require_right_to_undo(order, deed)


def _lift_mute(order: Charge, member: Membership) -> bool:
    if member.muted_until is None or member.muted_until <= order.head.now:
        return False
    _require_rank(order, member, "mute")
    Membership.objects.filter(pk=member.pk).update(muted_until=None, muted_for="")
    order.announce("unmute", about=member.user)
    order.change_rules()
    return True


def _lift_ban(order: Charge, member: Membership) -> bool:
    if member.banned_at is not None:
        _require_rank(order, member, "ban")
    Shunned.objects.filter(room=order.room, user=member.user_id).delete()
    if member.banned_at is None:
        return False
    Membership.objects.filter(pk=member.pk).update(banned_at=None)
    order.announce("unban", about=member.user)
    order.change_rules()
    return True


def _bring_back(order: Charge, member: Membership, deed: Deed) -> bool:
    """Make somebody who was removed or banned one who left: the code leads back, with the former role.

    False if they have been let in again since.
    """
    if deed.verb == "ban":
        if not _lift_ban(order, member):
            return False
    elif member.removed_at is None or member.banned_at is not None:
        return False
    else:
        order.announce("undo remove", about=member.user)
        order.change_rules()
    was_member = deed.details.get("was", "member") == Membership.Role.MEMBER
    # Of an owner: the room has another one by now, or keeps waiting for this one as it does.
    role = Membership.Role.MEMBER if was_member else Membership.Role.MODERATOR
    Membership.objects.filter(pk=member.pk).update(removed_at=None, removed_for="", role=role)
    return True


def _send_away(order: Charge, member: Membership, *, banned: bool) -> None:
    Membership.objects.filter(pk=member.pk).update(
        left_at=Now(),
        removed_at=Now(),
        removed_for=order.reason,
        banned_at=Now() if banned else None,
        reserved_until=None,
        role=Membership.Role.MEMBER,
    )
    # Told before they go, so that they are told too.
    order.announce("ban" if banned else "remove", about=member.user)
    if member.present:
        depart(head=order.head, room=order.room, memberships=[member])
    order.change_rules()


UNDOABLE = {"mute", "remove", "ban", DELETED, CLEARED}
