"""Mute, remove and ban members, and undo each of them within a day."""

from datetime import timedelta

from django.db.models.functions import Now

from rooms import access
from rooms.actions import clearing, messages, people
from rooms.actions.admission import SHUN
from rooms.actions.changes import DELETED
from rooms.actions.clearing import CLEARED
from rooms.actions.leaving import depart
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
from rooms.turn import Turn, turn

# How long an act can be undone.
UNDO_WITHIN = timedelta(days=1)
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
        t.notice("mute", about=member.user, what=span(60 * minutes))
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
                Shunned(room=t.room, user=user, trace=trace, until=t.now + SHUN)
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


def undo(*, room: Room, by: User, deed: Deed, reason: str = "", staff: bool = False) -> Deed:
    """Undo a mute, a removal, a ban, or the deletion of one message or of many.

    Raises NotMember, Removed, RoomClosed; Forbidden for what cannot be undone, or not any more.
    """
    texts = clearing.kept(room, deed.details["seqs"]) if deed.verb == CLEARED else {}
    with turn(room, by=by, reason=reason, staff=staff) as t:
        if deed.room_id != t.room.public_id or deed.verb not in UNDOABLE:
            raise CannotUndo
        if Deed.objects.filter(undoes=deed).exists() or deed.at < t.now - UNDO_WITHIN:
            raise TooLateToUndo
        user = User.objects.get(public_id=deed.target_id)
        _require_right_to_undo(t, deed)
        _undo(t, deed, user, texts)
        return t.record(f"undo {deed.verb}", target=user, undoes=deed)


def _undo(t: Turn, deed: Deed, user: User, texts: dict[int, Prepared]) -> None:
    if deed.verb == DELETED:
        if not messages.bring_back(t, deed.details["seq"]):
            raise MessageNotKept
    elif deed.verb == CLEARED:
        if not clearing.restore(t, t.about(user), texts):
            raise MessagesNotKept
    elif deed.verb == "mute":
        if not _lift_mute(t, t.about(user)):
            raise UndoneAlready
    elif not _bring_back(t, t.about(user), deed):
        raise UndoneAlready


def _require_right_to_undo(t: Turn, deed: Deed) -> None:
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
        _require_right_to_undo(t, deed)


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


def _bring_back(t: Turn, member: Membership, deed: Deed) -> bool:
    """Make a removed or banned member one who left, with the former role: the code leads back.

    Return False if the member has been let in again since.
    """
    if deed.verb == "ban":
        if not _lift_ban(t, member):
            return False
    elif member.removed_at is None or member.banned_at is not None:
        return False
    else:
        t.notice("undo remove", about=member.user)
        t.evict()
    was_member = deed.details.get("was", "member") == Membership.Role.MEMBER
    # Of an owner: the room has another one by now, or keeps waiting for this one as it does.
    role = Membership.Role.MEMBER if was_member else Membership.Role.MODERATOR
    Membership.objects.filter(pk=member.pk).update(removed_at=None, removed_for="", role=role)
    return True


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


UNDOABLE = {"mute", "remove", "ban", DELETED, CLEARED}
