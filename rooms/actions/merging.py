"""A guest who turns out to have an account: everything of the guest's becomes the account's."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least, Now

from history import log, persons
from history.models import Message
from rooms import audit, publish
from rooms.actions import attendance, farewell, people
from rooms.actions.rooms import depart
from rooms.models import Connection, JoinRequest, Membership, Report, Room, Shunned, SignIn, User

Role = Membership.Role
_RANK: list[str] = [Role.MEMBER, Role.MODERATOR, Role.OWNER]


@transaction.atomic
def merge(*, guest: User, account: User) -> bool:
    """Bring a guest's rooms and all they said and did into an account; the guest is no more.

    Where the guest is present the account is from now on, unless its name is taken there. What the
    guest was forbidden stays forbidden. False if one of them is not what it has to be by now.
    """
    for user in sorted((guest, account), key=lambda user: user.pk):
        people.lock(user)
    if not guest.is_guest or account.is_guest or not (guest.is_active and account.is_active):
        return False
    memberships = Membership.objects.filter(user=guest)
    streams = set(memberships.values_list("room__stream_id", flat=True))
    heads = log.advance(dict.fromkeys(streams, 0))
    marks = {stream: persons.traces(stream, guest.pk) for stream in streams}
    Connection.objects.filter(user=guest).update(user=account)
    for member in memberships.select_related("room", "user"):
        _bring(member, account, heads)
    _bring_the_rest(guest, account)
    persons.hand_over(giver=guest.pk, taker=account.pk, names=(guest.public_id, account.public_id))
    audit.record("merge", actor=account, role="self", target=guest)
    farewell.retire(guest, name="")
    for room in Room.objects.filter(stream__in=heads, closed_at__isnull=True):
        head = heads[room.stream_id]
        # What was told on the way is the guest's too.
        told = Message.objects.filter(stream=room.stream_id, seq__gt=head.seq, author=account)
        keys = dict.fromkeys([*marks[room.stream_id], *told.values_list("pk", flat=True)])
        if change := persons.reissue(head, list(keys)):
            publish.changed(code=room.code, change=change)
        log.raise_epoch(room.stream_id)
        publish.rules_changed(code=room.code, stream_id=room.stream_id)
    return True


def _bring(member: Membership, account: User, heads: dict[int, log.Head]) -> None:
    """One room's membership. Of two in the same room one is made."""
    room, guest, was_here = member.room, member.user, member.present
    head = heads[room.stream_id]
    if was_here:
        depart(head=head, room=room, memberships=[member])
        said = f"{guest} is now called {account}"
        if guest.display_name != account.display_name:
            notice = log.entry(Message.Kind.NOTICE, account, body=said)
            publish.changed(code=room.code, change=log.append(head, [notice]))
    own = Membership.objects.filter(room=room, user=account).first()
    if own is None:
        Membership.objects.filter(pk=member.pk).update(user=account, reserved_until=None)
        own = member
    else:
        _unite(own, member)
        member.delete()
    own = Membership.objects.select_related("room", "user").get(pk=own.pk)
    may_be_here = own.banned_at is None and own.left_at is None and not own.present
    if was_here and may_be_here and not people.is_taken(room_id=room.pk, user=account):
        attendance.enter(room, [own], heads)
        # Until the browser comes back under its new name.
        gone = not Connection.objects.filter(room=room, user=account).exists()
        Membership.objects.filter(pk=own.pk).update(away_since=Now() if gone else None)


def _unite(own: Membership, other: Membership) -> None:
    """Into one's own membership what the other has more of; of what is forbidden too."""
    rows = Membership.objects.filter(pk=own.pk)
    rows.update(
        role=max(own.role, other.role, key=_RANK.index),
        entered_at=Least("entered_at", other.entered_at),
        read_through=Greatest("read_through", other.read_through),
        hidden_through=Least("hidden_through", other.hidden_through),
    )
    if other.banned_at or own.banned_at:
        rows.update(banned_at=own.banned_at or other.banned_at, role=Role.MEMBER)
    elif other.left_at is None and own.left_at is not None and own.removed_at is None:
        rows.update(left_at=None)
    if other.muted_until and (own.muted_until is None or own.muted_until < other.muted_until):
        rows.update(muted_until=other.muted_until, muted_for=other.muted_for)


def _bring_the_rest(guest: User, account: User) -> None:
    Room.objects.filter(owner=guest).update(owner=account)
    for said, about in ((Q(seq__isnull=False), "seq"), (Q(seq__isnull=True), "person")):
        _move(Report.objects.filter(said, reporter=guest), "reporter", account, "room", about)
    _move(Report.objects.filter(person=guest), "person", account, "room", "reporter")
    _move(JoinRequest.objects.filter(user=guest), "user", account, "room")
    _move(Shunned.objects.filter(user=guest), "user", account, "room", "trace")
    SignIn.objects.filter(user=guest).update(user=account)


def _move(rows: QuerySet[Any], field: str, to: User, *same: str) -> None:
    """Make rows another person's; those of which that one has the like stay where they are."""
    like = rows.model._default_manager.filter(
        **{field: to}, **{name: OuterRef(name) for name in same}
    )
    keys = list(rows.exclude(Exists(like)).values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).update(**{field: to})
