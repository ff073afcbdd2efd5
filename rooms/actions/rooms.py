"""Rooms: made, entered, left, closed. Check, write, publish."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from history.log import notices, write
from history.log.entry import Change, Entry, Head
from history.models import Message, Stream
from rooms import codes, names, publish
from rooms.actions import admission, people
from rooms.errors import CodesExhausted, NameTaken, NotMember, Removed, RoomHeld, RoomNotFound
from rooms.models import JoinRequest, Membership, Room, Shunned, User
from rooms.room_settings import GRACE_MAX
from rooms.traces import UNKNOWN, Traces

# How long a name and a seat are kept between the form and the first socket: a room in which somebody
# has a seat does not close.
RESERVED = timedelta(seconds=60)
# How long a room waits at least for somebody who is expected, whatever its grace: a page's load.
EXPECTED = timedelta(seconds=5)
# So many random codes are tried. If all are taken the space is nearly full: better longer codes.
_TRIES = 200
# How long an empty room in which nothing was ever said stays open at the most, whatever its grace.
UNSPOKEN = 600
# When codes run short, empty rooms are given up sooner, however long their grace: from this share of
# all codes taken on, those that have been empty for this many seconds, the longest empty first.
CROWDED = ((0.9, 60), (0.75, 600), (0.5, 3600))
# Rooms given up in one go for want of codes.
_GIVEN_UP = 200


def create(*, user: User, grace: int | None = None, title: str = "") -> Room:
    """A new room of which the person is owner and member. `grace` is in seconds.

    Raises BadTitle, CodesExhausted when no code could be found, Removed for who is banned.
    """
    title = names.clean_title(title)
    wanted, taken = _draw_codes()
    seconds = settings.CHAT_ROOM_GRACE if grace is None else max(0, min(grace, GRACE_MAX))
    for code in wanted:
        if code in taken:
            continue
        try:
            with transaction.atomic():
                people.lock(user)
                if not user.is_active:
                    raise Removed
                room = Room.objects.create(
                    code=code,
                    stream=Stream.objects.create(),
                    owner=user,
                    grace=seconds,
                    title=title,
                    closes_at=_closing(min(seconds, UNSPOKEN), expected=True),
                    empty_since=Now(),
                )
                Membership.objects.create(
                    room=room,
                    user=user,
                    role=Membership.Role.OWNER,
                    reserved_until=Now() + RESERVED,
                )
        except IntegrityError:
            continue  # another worker took the code since it was looked up
        room.refresh_from_db()
        return room
    raise CodesExhausted


def _draw_codes() -> tuple[list[str], set[str]]:
    """Random codes, and which of them are taken."""
    drawn = list(codes.candidates(length=settings.CHAT_CODE_LENGTH, count=_TRIES))
    rooms = Room.objects.filter(code__in=drawn, closed_at__isnull=True)
    return drawn, set(rooms.values_list("code", flat=True))


def find(code: str) -> Room | None:
    """The open room with a code, as people type it."""
    return Room.objects.filter(code=codes.normalize(code), closed_at__isnull=True).first()


@transaction.atomic
def join(*, user: User, code: str, proof: str = "", traces: Traces = UNKNOWN) -> Room:
    """Make the person a member of the open room with this code.

    Who left may come back; who is new to it, or was sent away, is held to the owner's orders.
    `proof` is of knowing the passcode (`admission.prove`). Raises RoomNotFound for an unknown, a
    closed and a malformed code alike, and to who was banned; RoomLocked, PasscodeNeeded, MustAsk,
    RoomFull; NameTaken when somebody there has the name.
    """
    room = find(code)
    if room is None:
        raise RoomNotFound
    people.lock(user)
    head = write.lock(room.stream_id)
    # It may have closed, or have got another code, while this waited for the lock.
    room.refresh_from_db()
    if room.code != codes.normalize(code):
        raise RoomNotFound
    membership = Membership.objects.filter(room=room, user=user).first()
    if not room.is_open or (membership and membership.banned_at) or not user.is_active:
        raise RoomNotFound
    is_new = membership is None or membership.removed_at is not None
    if is_new and room.owner_id != user.pk:
        admission.check(room=room, head=head, user=user, proof=proof, traces=traces)
    known = membership is not None
    if membership is None:
        # What was said before is there to be read, but nobody has it waiting for them.
        membership = Membership(room=room, user=user, read_through=head.seq)
        if room.owner_id == user.pk:
            membership.role = Membership.Role.OWNER
    if not membership.present:
        admission.require_place(room, membership)
    if people.is_taken(room_id=room.pk, user=user):
        raise NameTaken
    if not known:
        membership.save()
    news: dict[str, Any] = {"left_at": None, "removed_at": None, "removed_for": ""}
    news |= {"known_code": "", "known_title": ""}
    if is_new:
        news["entered_at"] = Now()
        if not room.history_open:
            news["hidden_through"] = head.seq
    if traces != UNKNOWN:
        news |= {"device_trace": traces.device, "address_trace": traces.address}
    Membership.objects.filter(pk=membership.pk).update(reserved_until=Now() + RESERVED, **news)
    if is_new:
        admission.withdraw(room=room, user=user)
    # Coming in stops the closing of an empty room; its grace starts anew.
    Room.objects.filter(pk=room.pk, closes_at__isnull=False).update(
        closes_at=_closing(_grace(room), expected=True), empty_since=Now()
    )
    return room


@transaction.atomic
def leave(*, user: User, room: Room) -> Change | None:
    """End a membership at once, for all the person's sockets. None if the person was not present.

    An owner who leaves is followed by the next in line after a while (roles.find_heirs).

    Raises NotMember.
    """
    head = write.lock(room.stream_id)
    membership = (
        Membership.objects.filter(room=room, user=user, left_at__isnull=True)
        .select_related("user")
        .first()
    )
    if membership is None or membership.banned_at:
        raise NotMember
    Membership.objects.filter(pk=membership.pk).update(left_at=Now(), reserved_until=None)
    # Before the rules change, and so shown without waiting for who may see what comes after.
    change = depart(head=head, room=room, memberships=[membership]) if membership.present else None
    write.raise_epoch(room.stream_id)
    publish.rules_changed(code=room.code, stream_id=room.stream_id)
    return change


def depart(*, head: Head, room: Room, memberships: list[Membership]) -> Change:
    """Put `leave` into the log for present people of a room whose stream is locked."""
    change = write.append(
        head, [Entry.of(Message.Kind.LEAVE, membership.user) for membership in memberships]
    )
    Membership.objects.filter(pk__in=[m.pk for m in memberships]).update(
        present=False, away_since=None
    )
    if not Membership.objects.filter(room=room, present=True).exists():
        Room.objects.filter(pk=room.pk).update(closes_at=_closing(_grace(room)), empty_since=Now())
    publish.changed(code=room.code, change=change)
    return change


@transaction.atomic
def close(*, room: Room, reason: str = "This room was closed by a moderator.") -> bool:
    """Close a room whoever is in it: its code is free, its log stays with those who were there.

    `reason` goes into the log as a notice. False if it was closed already.
    """
    head = write.lock(room.stream_id)
    closed = Room.objects.filter(pk=room.pk, closed_at__isnull=True).update(
        closed_at=Now(), closes_at=None
    )
    if closed:
        notice = notices.entry(None, notices.facts("close", reason=reason))
        publish.changed(code=room.code, change=write.append(head, [notice]))
        _end(room)
    return bool(closed)


def close_abandoned() -> int:
    """Close every room that has been empty for longer than its grace; how many.

    The lock is the one that joining takes, and emptiness is asked for again under it: a room
    somebody has come into, or was let in by the form just now, is never closed.
    """
    abandoned = _unexpected() & Q(closed_at__isnull=True, closes_at__lte=Now())
    return _close_empty(Room.objects.filter(abandoned), abandoned)


def give_up_longest_empty() -> int:
    """Close rooms that have been empty longest, if codes run short (CROWDED); how many.

    Drawn at random, some codes tell how many of all are taken without counting them.
    """
    drawn, taken = _draw_codes()
    share = len(taken) / len(drawn)
    longest = next((seconds for limit, seconds in CROWDED if share >= limit), None)
    if longest is None:
        return 0
    given_up = _unexpected() & Q(
        closed_at__isnull=True,
        closes_at__isnull=False,
        empty_since__lte=Now() - timedelta(seconds=longest),
    )
    return _close_empty(Room.objects.filter(given_up).order_by("empty_since")[:_GIVEN_UP], given_up)


def _close_empty(rooms: Iterable[Room], overdue: Q) -> int:
    """Close those of these rooms that are still empty and overdue under their lock; how many."""
    count = 0
    for room in rooms:
        with suppress(RoomHeld), transaction.atomic():
            write.lock(room.stream_id)
            closed = (
                Room.objects.filter(overdue, pk=room.pk)
                .exclude(memberships__present=True)
                .update(closed_at=Now(), closes_at=None)
            )
            if closed:
                count += 1
                _end(room)
    return count


def _end(room: Room) -> None:
    Membership.objects.filter(room=room, present=True).update(present=False, away_since=None)
    # Nobody comes back to a closed room, so nobody need be known again.
    Membership.objects.filter(room=room).update(device_trace="", address_trace="")
    Shunned.objects.filter(room=room).delete()
    JoinRequest.objects.filter(room=room).delete()
    write.raise_epoch(room.stream_id)
    publish.rules_changed(code=room.code, stream_id=room.stream_id)


def _closing(grace: int, *, expected: bool = False) -> CombinedExpression:
    """When a room that is empty from now on closes; not before whoever is expected can be there."""
    wait = timedelta(seconds=grace)
    return Now() + (max(wait, EXPECTED) if expected else wait)


def _grace(room: Room) -> int:
    """How many seconds a room stays open with nobody in it."""
    rows = Message.objects.filter(stream=room.stream_id)
    if rows.filter(kind=Message.Kind.CHAT).exists():
        return room.grace
    # Without its first number the log is one from which old messages have been erased.
    first = rows.order_by("seq").values_list("seq", flat=True).first()
    return min(room.grace, UNSPOKEN) if first in {None, 1} else room.grace


def _unexpected() -> Q:
    """Rooms that nobody is on the way into whom the form has let in."""
    expected = Membership.objects.filter(
        Membership.READS, room=OuterRef("pk"), reserved_until__gt=Now(), left_at__isnull=True
    )
    return ~Q(Exists(expected))
