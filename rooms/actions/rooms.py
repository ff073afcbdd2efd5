"""Rooms: created, joined by the form, closed."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from history import lookalikes, notices
from history.log.entry import Entry
from history.models import Stream
from history.prepared import Prepared, insert
from rooms import closing, codes, names
from rooms.actions import admission, people
from rooms.errors import CodesExhausted, NameTaken, Removed, RoomHeld, RoomNotFound
from rooms.fingerprints import UNKNOWN, Fingerprints
from rooms.models import JoinRequest, Membership, Room, Shunned, User
from rooms.room_settings import GRACE_MAX
from rooms.turn import Turn, lock_person, turn, turns

# How long a name and a seat are kept between the form and the first socket: a room in which somebody
# has a seat does not close.
RESERVED = timedelta(seconds=60)
# So many random codes are tried. If all are taken the space is nearly full: better longer codes.
_TRIES = 200
# When codes run short, empty rooms are given up sooner, however long their grace: from this share of
# all codes taken on, those that have been empty for this many seconds, the longest empty first.
CROWDED = ((0.9, 60), (0.75, 600), (0.5, 3600))
# An ended room closes when it can no longer be undone, and not sooner.
_CLOSES = Q(closed_at__isnull=True, ended_at__isnull=True, closes_at__lte=Now())
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
                lock_person(user)
                if not user.is_active:
                    raise Removed
                room = Room.objects.create(
                    code=code,
                    stream=Stream.objects.create(),
                    owner=user,
                    grace=seconds,
                    title=title,
                    closes_at=closing.moment(min(seconds, closing.UNSPOKEN), expected=True),
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


def join(
    *,
    user: User,
    code: str,
    proof: str = "",
    fingerprints: Fingerprints = UNKNOWN,
    fresh: bool = False,
) -> Room:
    """Make the person a member of the open room with this code.

    Whoever left may come back; a newcomer, or somebody who was removed, is held to the room's
    settings. `proof` is of knowing the passcode (`admission.prove`). Raises RoomNotFound for an
    unknown, a closed and a malformed code alike, and to a banned person; RoomLocked, PasscodeNeeded,
    MustAsk, RoomFull; NameTaken when somebody there has the name.

    `fresh`: the same transaction has made the person, of whom the room can know nothing.
    """
    normal = codes.normalize(code)
    with turns(_stream_of.statement(code=normal), person=None if fresh else user) as found:
        if not found:
            raise RoomNotFound
        (t,) = found.values()
        room: Room = _asked(t, user, fingerprints)
        t.room = room
        membership = None
        if not fresh:
            membership = Membership.objects.filter(room=room, user=user).first()
        # It may have closed, or have got another code, while this waited for the lock.
        is_there = room.is_open and room.code == normal
        if not is_there or (membership and membership.banned_at) or not user.is_active:
            raise RoomNotFound
        _let_in(t, user, membership, proof=proof, fingerprints=fingerprints)
        if not fresh and (membership is None or membership.removed_at is not None):
            admission.withdraw(t, user)
        return room


_stream_of = Prepared(
    lambda code: Room.objects.filter(code=code, closed_at__isnull=True).values("stream_id"),
    code=str,
)


def _asked(t: Turn, user: User, fingerprints: Fingerprints) -> Any:
    """The room, with `is_shunned` and `is_taken`: whether this person, and their name, is kept out."""
    key, look = names.key(user.display_name), lookalikes.skeleton(user.display_name)
    if user.is_guest:
        known = {"device": fingerprints.device or _NONE, "address": fingerprints.address or _NONE}
        return _asked_of_guest.first(stream=t.stream_id, user=user.pk, key=key, look=look, **known)
    shunned = admission.shunned(fingerprints.device, fingerprints.address).filter(
        until__lte=admission.known_since(user) + admission.BAN_KNOWN_FOR
    )
    taken = people.namesakes(user.pk, key, look, is_guest=False)
    return _with(shunned, taken).get(stream=t.stream_id)


def _with(shunned: QuerySet[Shunned], taken: QuerySet[Membership]) -> QuerySet[Room]:
    here = OuterRef("pk")
    return Room.objects.annotate(
        is_shunned=Exists(shunned.filter(room=here)), is_taken=Exists(taken.filter(room=here))
    )


# A trace that nobody has.
_NONE = "-"
_asked_of_guest = Prepared(
    lambda stream, user, key, look, device, address: _with(
        admission.shunned(device, address), people.namesakes(user, key, look, is_guest=True)
    ).filter(stream=stream),
    stream=int,
    user=int,
    key=str,
    look=str,
    device=str,
    address=str,
)


def _let_in(
    t: Turn, user: User, membership: Membership | None, *, proof: str, fingerprints: Fingerprints
) -> None:
    room: Any = t.room
    is_owner = room.owner_id == user.pk
    is_known = membership is not None
    is_new = membership is None or membership.removed_at is not None
    if is_new and not is_owner:
        admission.check(room=room, now=t.now, is_shunned=room.is_shunned, proof=proof)
    if membership is None:
        # What was said before is there to be read, but nobody has it waiting for them.
        membership = Membership(room=room, user=user, read_through=t.head.seq)
        if is_owner:
            membership.role = Membership.Role.OWNER
    if not membership.present:
        admission.require_place(room, membership)
    if room.is_taken:
        raise NameTaken
    news: dict[str, Any] = {"left_at": None, "removed_at": None, "removed_for": ""}
    news |= {"known_code": "", "known_title": "", "reserved_until": t.now + RESERVED}
    if is_new:
        news["entered_at"] = t.now
        if not room.history_open:
            news["hidden_through"] = t.head.seq
    if fingerprints != UNKNOWN:
        news |= {"device_trace": fingerprints.device, "address_trace": fingerprints.address}
    if is_known:
        Membership.objects.filter(pk=membership.pk).update(**news)
    else:
        for name, value in news.items():
            setattr(membership, name, value)
        insert(membership)
    if room.closes_at is not None:
        # Coming in stops the closing of an empty room; its grace starts again.
        Room.objects.filter(pk=room.pk).update(
            closes_at=closing.moment(closing.grace(room), expected=True), empty_since=Now()
        )


def close(*, room: Room, reason: str = "") -> bool:
    """Close a room whoever is in it: its code is free, its log stays with those who were there.

    The log is told, with the `reason`. Return False if it was closed already.
    """
    with turn(room) as t:
        is_closed = finish(t)
        if is_closed:
            t.append(Entry.notice(None, notices.facts("close room", reason=reason)))
    return is_closed


def finish(t: Turn) -> bool:
    """Close the room of a turn. Return False if it was closed already."""
    is_closed = _mark_closed(Room.objects.filter(pk=t.room.pk, closed_at__isnull=True))
    if is_closed:
        _end(t)
    return is_closed


def close_abandoned() -> int:
    """Close every room that has been empty for longer than its grace; how many.

    The lock is the one that joining takes, and emptiness is asked for again under it: a room
    somebody has come into, or was let in by the form just now, is never closed.
    """
    abandoned = closing.unexpected() & _CLOSES
    return _close_empty(Room.objects.filter(abandoned), abandoned)


def closing_now() -> QuerySet[Room]:
    """Return the open rooms whose time to close has come, unless somebody is on the way in."""
    return Room.objects.filter(_CLOSES)


def give_up_longest_empty() -> int:
    """Close rooms that have been empty longest, if codes run short (CROWDED); how many.

    Drawn at random, some codes tell how many of all are taken without counting them.
    """
    drawn, taken = _draw_codes()
    share = len(taken) / len(drawn)
    longest = next((seconds for limit, seconds in CROWDED if share >= limit), None)
    if longest is None:
        return 0
    given_up = closing.unexpected() & Q(
        closed_at__isnull=True,
        ended_at__isnull=True,
        closes_at__isnull=False,
        empty_since__lte=Now() - timedelta(seconds=longest),
    )
    return _close_empty(Room.objects.filter(given_up).order_by("empty_since")[:_GIVEN_UP], given_up)


def _close_empty(rooms: Iterable[Room], overdue: Q) -> int:
    """Close those of these rooms that are still empty and overdue under their lock; how many."""
    count = 0
    for room in rooms:
        with suppress(RoomHeld), turn(room) as t:
            empty = Room.objects.filter(overdue, pk=room.pk)
            if _mark_closed(empty.exclude(memberships__present=True)):
                count += 1
                _end(t)
    return count


def _mark_closed(rooms: QuerySet[Room]) -> bool:
    return bool(rooms.update(closed_at=Now(), closes_at=None, ends_at=None, door_closes_at=None))


def _end(t: Turn) -> None:
    members = Membership.objects.filter(room=t.room)
    members.filter(present=True).update(present=False, away_since=None)
    # Nobody comes back to a closed room, so nobody need be known again.
    members.update(device_trace="", address_trace="")
    Shunned.objects.filter(room=t.room).delete()
    JoinRequest.objects.filter(room=t.room).delete()
    t.evict()
