"""A guest who turns out to have an account: everything of the guest's becomes the account's."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least, Now

from history import notices
from history.log import authors
from history.log.entry import Entry
from history.models import Message
from rooms import audit
from rooms.actions import deletion, people, subscriptions
from rooms.actions.entering import enter
from rooms.actions.leaving import depart
from rooms.models import (
    Connection,
    Handoff,
    HiddenPerson,
    JoinRequest,
    Membership,
    Push,
    PushSubscription,
    Report,
    Room,
    Seconding,
    Shunned,
    SignIn,
    User,
)
from rooms.turn import Turn, lock_person, turns

Role = Membership.Role
_RANK: list[str] = [Role.MEMBER, Role.MODERATOR, Role.OWNER]


@transaction.atomic
def merge(*, guest: User, account: User) -> bool:
    """Bring a guest's rooms and all they said and did into an account; the guest is no more.

    Where the guest is present the account is from now on, unless its name is taken there. What the
    guest was forbidden stays forbidden. Return False if one of them is not what it has to be by now.
    """
    for user in sorted((guest, account), key=lambda user: user.pk):
        lock_person(user)
    if not guest.is_guest or account.is_guest or not (guest.is_active and account.is_active):
        return False
    memberships = Membership.objects.filter(user=guest)
    streams = set(memberships.values_list("room__stream_id", flat=True))
    # Two turns: the others see the guest leave and the account come, before what both of them said
    # and did comes again as the account's.
    with turns(streams) as found:
        shown = {stream: authors.traces(stream, guest.pk) for stream in streams}
        Connection.objects.filter(user=guest).update(user=account)
        for member in memberships.select_related("room", "user"):
            _bring(found[member.room.stream_id], member, account)
    with turns(streams) as later:
        _bring_the_rest(guest, account)
        ids = guest.public_id, account.public_id
        authors.hand_over(streams, giver=guest.pk, taker=account.pk, names=ids)
        audit.record("merge", actor=account, role="self", target=guest)
        deletion.retire(guest, name="")
        for room in Room.objects.filter(stream__in=streams, closed_at__isnull=True):
            # What was told on the way is the guest's too.
            told = Message.objects.filter(
                stream=room.stream_id, seq__gt=found[room.stream_id].head.seq, author=account
            )
            keys = dict.fromkeys([*shown[room.stream_id], *told.values_list("pk", flat=True)])
            t = later[room.stream_id]
            t.room = room
            t.reissue(list(keys))
            t.evict()
    return True


def _bring(t: Turn, member: Membership, account: User) -> None:
    """Bring one room's membership. Of two in the same room one is made."""
    t.room, guest, was_here = member.room, member.user, member.present
    if was_here:
        depart(t, [member])
        if guest.display_name != account.display_name:
            facts = notices.facts("rename", about=account, was=str(guest))
            t.append(Entry.notice(account, facts))
    own = Membership.objects.filter(room=t.room, user=account).first()
    if own is None:
        Membership.objects.filter(pk=member.pk).update(user=account, reserved_until=None)
        own = member
    else:
        _unite(own, member)
        member.delete()
    own = Membership.objects.select_related("room", "user").get(pk=own.pk)
    if own.present and (own.banned_at or own.left_at):
        depart(t, [own])
    may_be_here = own.banned_at is None and own.left_at is None and not own.present
    if was_here and may_be_here and not people.is_taken(room_id=t.room.pk, user=account):
        enter({t: [own]})
        # Until the browser comes back under its new name.
        gone = not Connection.objects.filter(room=t.room, user=account).exists()
        Membership.objects.filter(pk=own.pk).update(away_since=Now() if gone else None)


def _unite(own: Membership, other: Membership) -> None:
    """Into one's own membership what the other has more of; of what is forbidden too."""
    rows = Membership.objects.filter(pk=own.pk)
    rows.update(
        entered_at=Least("entered_at", other.entered_at),
        read_through=Greatest("read_through", other.read_through),
        hidden_through=Greatest("hidden_through", other.hidden_through),
        bell=own.bell or other.bell,
        **_standing(own, other),
    )
    if other.muted_until and (own.muted_until is None or own.muted_until < other.muted_until):
        rows.update(muted_until=other.muted_until, muted_for=other.muted_for)


def _standing(own: Membership, other: Membership) -> dict[str, Any]:
    """Whether the person of two memberships in a room is in it: columns.

    A ban counts, whichever has it. So does a removal, unless the other one came in after it, as
    somebody new, and still is in.
    """
    sent_away = [member for member in (own, other) if member.banned_at or member.removed_at]
    if any(member.banned_at for member in sent_away):
        last = max(sent_away, key=lambda member: _since(member.banned_at))
    elif sent_away:
        last = max(sent_away, key=lambda member: _since(member.removed_at))
        if any(m.left_at is None and m.entered_at >= _since(last.removed_at) for m in (own, other)):
            return _in(own, other)
    elif own.left_at is None or other.left_at is None:
        return _in(own, other)
    else:
        last = own
    named = own if own.known_code else other
    standing = {name: getattr(last, name) for name in ("banned_at", "removed_at", "removed_for")}
    standing |= {"left_at": last.left_at or last.banned_at, "reserved_until": None}
    standing |= {"known_code": named.known_code, "known_title": named.known_title}
    return standing | {"role": Role.MEMBER if sent_away else _role(own, other)}


def _in(own: Membership, other: Membership) -> dict[str, Any]:
    """The columns of somebody who is in, and sees the room as it is now."""
    blank = dict.fromkeys(("removed_for", "known_code", "known_title"), "")
    return {**blank, "left_at": None, "removed_at": None, "role": _role(own, other)}


def _role(own: Membership, other: Membership) -> str:
    return max(own.role, other.role, key=_RANK.index)


def _since(moment: datetime | None) -> datetime:
    return moment or datetime.min.replace(tzinfo=UTC)


def _bring_the_rest(guest: User, account: User) -> None:
    Room.objects.filter(owner=guest).update(owner=account)
    for said, about in ((Q(seq__isnull=False), "seq"), (Q(seq__isnull=True), "person")):
        _move(Report.objects.filter(said, reporter=guest), "reporter", account, "room", about)
    _move(Report.objects.filter(person=guest), "person", account, "room", "reporter")
    _keep_refusals(guest, account)
    _move(Seconding.objects.filter(reporter=guest), "reporter", account, "report")
    _move(JoinRequest.objects.filter(user=guest), "user", account, "room")
    _move(Shunned.objects.filter(user=guest), "user", account, "room", "trace")
    _bring_hidden_people(guest, account)
    SignIn.objects.filter(user=guest).update(user=account)
    PushSubscription.objects.filter(user=guest).update(user=account)
    subscriptions.drop_surplus(account)
    # What was due is found anew, as the account's.
    Push.objects.filter(membership__user=account).exclude(subscription__user=account).delete()
    Push.objects.filter(subscription__user=account).exclude(membership__user=account).delete()
    # A code that the guest shows lets nobody in any more; what is known of earlier ones is the account's.
    handoffs = Handoff.objects.filter(user=guest)
    handoffs.filter(ended_at__isnull=True).update(state=Handoff.State.REPLACED, ended_at=Now())
    handoffs.update(user=account)


def _bring_hidden_people(guest: User, account: User) -> None:
    """Whom either has hidden is hidden for the account, and who hid the guest has hidden the account."""
    HiddenPerson.objects.filter(user__in=(guest, account), person__in=(guest, account)).delete()
    _move(HiddenPerson.objects.filter(user=guest), "user", account, "person")
    _move(HiddenPerson.objects.filter(person=guest), "person", account, "user")
    HiddenPerson.objects.filter(Q(user=guest) | Q(person=guest)).delete()


def _keep_refusals(guest: User, account: User) -> None:
    """Let an account that asks to be let in somewhere have the refusal its guest was given there."""
    for refusal in JoinRequest.objects.filter(user=guest, state=JoinRequest.State.REFUSED):
        own = JoinRequest.objects.filter(user=account, room=refusal.room_id)
        own.exclude(decided_at__gt=refusal.decided_at).update(
            state=refusal.state, decided_at=refusal.decided_at, decided_by=refusal.decided_by
        )


def _move(rows: QuerySet[Any], field: str, to: User, *same: str) -> None:
    """Make rows another person's; those of which that one has the like stay where they are."""
    like = rows.model._default_manager.filter(
        **{field: to}, **{name: OuterRef(name) for name in same}
    )
    keys = list(rows.exclude(Exists(like)).values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).update(**{field: to})
