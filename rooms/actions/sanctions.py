"""Mute, remove and ban members, and undo each of these."""

from datetime import timedelta

from django.db.models.functions import Now

from rooms import access
from rooms.actions import people
from rooms.actions.admission import BAN_KNOWN_FOR
from rooms.actions.clearing import Texts
from rooms.actions.leaving import depart
from rooms.models import Deed, Membership, Room, Shunned, User
from rooms.refusals.orders import BannedAlready, NotBanned, NotInThisRoom
from rooms.refusals.undoing import (
    OnlyTheOwnerUndoes,
    OnlyTheSiteUndoes,
    SomebodyElseUndoes,
    UndoneAlready,
)
from rooms.turn import Turn, turn

MINUTES_MAX = 366 * 24 * 60


def mute(
    *, room: Room, by: User, user: User, minutes: int, reason: str = "", staff: bool = False
) -> Deed:
    """Keep a member from speaking for some minutes. A muted member goes on reading.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, reason=reason, staff=staff) as t:
        member = t.about(user)
        minutes = max(1, min(minutes, MINUTES_MAX))
        until = t.now + timedelta(minutes=minutes)
        if member.muted_until is not None and until < member.muted_until:
            _require_rank(t, member, "mute")
        Membership.objects.filter(pk=member.pk).update(muted_until=until, muted_for=t.reason)
        t.notice("mute", about=member.user, what=60 * minutes)
        t.evict()
        return t.record("mute", target=user, minutes=minutes)


def unmute(
    *, room: Room, by: User, user: User, reason: str = "", staff: bool = False
) -> Deed | None:
    """Let a muted member speak again. Return None if the member was not muted.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, reason=reason, staff=staff) as t:
        member = t.about(user)
        return t.record("unmute", target=user) if _lift_mute(t, member) else None


def remove(*, room: Room, by: User, user: User, reason: str = "", staff: bool = False) -> Deed:
    """Remove a member, who may come back as a newcomer.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, reason=reason, staff=staff) as t:
        member = t.about(user)
        if member.left_at is not None or member.banned_at is not None:
            raise NotInThisRoom
        _send_away(t, member, banned=False)
        return t.record("remove", target=user, was=member.role)


def ban(
    *,
    room: Room,
    by: User,
    user: User,
    reason: str = "",
    network: bool = True,
    staff: bool = False,
) -> Deed:
    """Ban a member from the room for as long as it lives, and guests from the same place for a day.

    A banned guest can make up another name, but not another browser and network so easily. Without
    `network` only the browser counts: a network may be a school's, and whoever bans chooses. Raises
    NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, reason=reason, staff=staff) as t:
        member = t.about(user)
        if member.banned_at is not None:
            raise BannedAlready
        address = member.address_trace if network else ""
        Shunned.objects.bulk_create(
            [
                Shunned(room=t.room, user=user, trace=trace, until=t.now + BAN_KNOWN_FOR)
                for trace in {member.device_trace, address} - {""}
            ],
            update_conflicts=True,
            unique_fields=["room", "trace", "user"],
            update_fields=["until"],
        )
        _send_away(t, member, banned=True)
        return t.record("ban", target=user, was=member.role, network=bool(address))


def unban(*, room: Room, by: User, user: User, reason: str = "", staff: bool = False) -> Deed:
    """Let a banned person come again, as a newcomer.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, reason=reason, staff=staff) as t:
        member = t.about(user)
        if not _lift_ban(t, member):
            raise NotBanned
        return t.record("unban", target=user)


def require_right_to_undo(t: Turn, deed: Deed) -> None:
    """Raise Forbidden for the act of a higher rank, and for another's act about the one who undoes."""
    if not access.may_undo(t.role, deed.role):
        raise OnlyTheOwnerUndoes if deed.role == Membership.Role.OWNER else OnlyTheSiteUndoes
    if t.by is not None:
        mine = people.ids_of(t.by)
        if deed.target_id in mine and deed.actor_id not in mine:
            raise SomebodyElseUndoes


def _require_rank(t: Turn, member: Membership, verb: str) -> None:
    """Raise Forbidden if a member was muted or banned by somebody of higher rank."""
    given = Deed.objects.filter(
        verb=verb, room_id=t.room.public_id, target_id__in=people.ids_of(member.user)
    )
    deed = given.order_by("-pk").first()
    if deed is not None:
        require_right_to_undo(t, deed)


def _lift_mute(t: Turn, member: Membership) -> bool:
    if member.muted_until is None or member.muted_until <= t.now:
        return False
    _require_rank(t, member, "mute")
    Membership.objects.filter(pk=member.pk).update(muted_until=None, muted_for="")
    t.notice("unmute", about=member.user)
    t.evict()
    return True


def _lift_ban(t: Turn, member: Membership) -> bool:
    if member.banned_at is not None:
        _require_rank(t, member, "ban")
    Shunned.objects.filter(room=t.room, user=member.user_id).delete()
    if member.banned_at is None:
        return False
    Membership.objects.filter(pk=member.pk).update(banned_at=None)
    t.notice("unban", about=member.user)
    t.evict()
    return True


def undo_mute(t: Turn, deed: Deed, user: User, texts: Texts) -> None:
    """Let somebody speak again who was muted. Raises Forbidden if that has happened already."""
    if not _lift_mute(t, t.about(user)):
        raise UndoneAlready


def undo_ban(t: Turn, deed: Deed, user: User, texts: Texts) -> None:
    """Lift a ban, so that the code leads back. Raises Forbidden if that has happened already."""
    member = t.about(user)
    if not _lift_ban(t, member):
        raise UndoneAlready
    _bring_back(member, deed)


def undo_removal(t: Turn, deed: Deed, user: User, texts: Texts) -> None:
    """Let the code lead a removed member back. Raises Forbidden if they have been let in since."""
    member = t.about(user)
    if member.removed_at is None or member.banned_at is not None:
        raise UndoneAlready
    t.notice("undo remove", about=member.user)
    t.evict()
    _bring_back(member, deed)


def _bring_back(member: Membership, deed: Deed) -> None:
    """Make a removed or banned member one who left, with the former role."""
    was_member = deed.details.get("was", "member") == Membership.Role.MEMBER
    # Of an owner: the room has another one by now, or keeps waiting for this one as it does.
    role = Membership.Role.MEMBER if was_member else Membership.Role.MODERATOR
    Membership.objects.filter(pk=member.pk).update(removed_at=None, removed_for="", role=role)


def _send_away(t: Turn, member: Membership, *, banned: bool) -> None:
    Membership.objects.filter(pk=member.pk).update(
        left_at=Now(),
        removed_at=Now(),
        removed_for=t.reason,
        banned_at=Now() if banned else None,
        reserved_until=None,
        role=Membership.Role.MEMBER,
    )
    t.notice("ban" if banned else "remove", about=member.user)
    if member.present:
        depart(t, [member])
    t.evict()
