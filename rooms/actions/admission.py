"""Admission: the settings that newcomers are held to, and requests to be let in."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from rooms import access, codes, known_passcodes, passwords
from rooms.errors import (
    MustAsk,
    NewcomersKeptOut,
    PasscodeNeeded,
    RoomFull,
    RoomHeld,
    RoomLocked,
    RoomNotFound,
    WrongPasscode,
)
from rooms.fingerprints import UNKNOWN, Fingerprints
from rooms.models import Deed, JoinRequest, Membership, Room, Shunned, User
from rooms.refusals.entering import (
    AsksNoMore,
    ManyWait,
    ManyWaitNearby,
    NotLetIn,
    RoomHasEnded,
    WaitsInThisBrowser,
)
from rooms.turn import Turn, turn

State = JoinRequest.State
# Who was turned away may ask again after this.
ASK_AGAIN = timedelta(minutes=10)
QUEUE_MAX = 200
# People from one address who may wait at a room: classes, which are one address, and yet no more than
# half of the queue, so that one address shuts nobody else out.
FROM_ONE_ADDRESS = 100
# How often it is written down that somebody still waits.
HEARD_EVERY = timedelta(seconds=20)
# Requests of which it is to be written down, by key. Sets are changed in one step: pages have threads.
_heard: set[int] = set()
# How long a banned guest's fingerprints count.
BAN_KNOWN_FOR = timedelta(days=1)


def prove(*, code: str, passcode: str, before_hashing: Callable[[], None] = lambda: None) -> str:
    """Return a proof for `check` that the visitor knows the room's passcode.

    It is "" without a typed passcode, and where no room asks for one.

    Checking takes as long as a hundred messages, so nothing is locked meanwhile; and it takes as
    long for codes of no room, so that time tells nothing. A right passcode is hashed once: this
    worker then knows it, and a class comes in by it at once. `before_hashing` may raise.
    """
    if not passcode:
        return ""
    room = Room.objects.filter(code=codes.normalize(code), closed_at__isnull=True).first()
    kept = room.passcode if room else ""
    if kept and known_passcodes.knows(kept, passcode):
        return kept
    before_hashing()
    if not kept:
        for spelling in passwords.spellings(passcode):
            make_password(spelling)
        return ""
    if not any(check_password(spelling, kept) for spelling in passwords.spellings(passcode)):
        return "wrong"
    known_passcodes.learn(kept, passcode)
    return kept


def check(*, room: Room, now: datetime, is_shunned: bool, proof: str, asking: bool = False) -> None:
    """Hold a newcomer to the settings of a room, which is locked; `is_shunned` as `shunned` says.

    `now` is the database's: a door that closes at a time is closed from then on, whenever that is
    written down. Raises NewcomersKeptOut to guests from where somebody was banned, RoomLocked,
    PasscodeNeeded, WrongPasscode or, unless they are `asking` just now, MustAsk.
    """
    if is_shunned:
        raise NewcomersKeptOut
    if room.ended_at is not None:
        raise RoomHasEnded
    if room.locked or (room.door_closes_at is not None and room.door_closes_at <= now):
        raise RoomLocked
    if room.passcode and proof != room.passcode:
        raise WrongPasscode if proof else PasscodeNeeded
    if room.by_request and not asking:
        raise MustAsk


def require_place(room: Room, membership: Membership) -> None:
    """Raises RoomFull when a locked room has no place for one more. Those in charge have one."""
    if room.capacity is None or access.is_in_charge(membership):
        return
    if taken(room).exclude(user=membership.user).count() >= room.capacity:
        raise RoomFull


def taken(room: Room) -> Any:
    """The memberships of who is in a room, or expected in the next moment."""
    return Membership.objects.filter(
        Q(present=True) | Q(reserved_until__gt=Now()), room=room, left_at__isnull=True
    )


def is_open_to(*, user: User | None, code: str) -> bool:
    """Return True if there is an open room with this code that the person is not banned from."""
    room = Room.objects.filter(code=codes.normalize(code), closed_at__isnull=True).first()
    if room is None or user is None:
        return room is not None
    return not Membership.objects.filter(room=room, user=user, banned_at__isnull=False).exists()


def ask(*, user: User, code: str, proof: str = "", fingerprints: Fingerprints = UNKNOWN) -> Room:
    """Ask to be let in. Raises what `check` does, and RateLimited to who asks too often."""
    known = Room.objects.filter(code=codes.normalize(code), closed_at__isnull=True).first()
    if known is None:
        raise RoomNotFound
    with turn(known, person=user) as t:
        room = t.room
        banned = Membership.objects.filter(room=room, user=user, banned_at__isnull=False).exists()
        is_there = room.is_open and room.code == codes.normalize(code)
        if not is_there or banned or not user.is_active:
            raise RoomNotFound
        is_shunned = _is_shunned(t, user, fingerprints)
        check(room=room, now=t.now, is_shunned=is_shunned, proof=proof, asking=True)
        _require_turned_away_long_ago(t, user)
        _require_place_outside(t, user, fingerprints)
        JoinRequest.objects.update_or_create(
            room=room,
            user=user,
            defaults={
                "state": State.WAITING,
                "asked_at": Now(),
                "heard_at": Now(),
                "decided_at": None,
                "decided_by": None,
                "device_trace": fingerprints.device,
                "address_trace": fingerprints.address,
            },
        )
        t.evict()
        return room


def _require_turned_away_long_ago(t: Turn, user: User) -> None:
    """Raise RateLimited if somebody was turned away a moment ago."""
    request = JoinRequest.objects.filter(room=t.room, user=user).first()
    if request is not None and request.state == State.REFUSED and request.decided_at is not None:
        wait = (request.decided_at + ASK_AGAIN - t.now).total_seconds()
        if wait > 0:
            raise NotLetIn(retry_after=wait)


def _require_place_outside(t: Turn, user: User, fingerprints: Fingerprints) -> None:
    """Raise RateLimited if too many wait at the room: in all, or from the same place."""
    others = waiting(t.room).exclude(user=user)
    if fingerprints.device:
        here = JoinRequest.objects.filter(room=t.room, device_trace=fingerprints.device)
        here = here.exclude(user=user)
        if here.filter(state=State.REFUSED, decided_at__gt=t.now - ASK_AGAIN).exists():
            raise NotLetIn(retry_after=ASK_AGAIN.total_seconds())
        if here.filter(JoinRequest.WAITS).exists():
            raise WaitsInThisBrowser(retry_after=60)
    if fingerprints.address:
        near = others.filter(address_trace=fingerprints.address).count()
        if near >= FROM_ONE_ADDRESS:
            raise ManyWaitNearby(retry_after=60)
    if others.count() >= QUEUE_MAX:
        raise ManyWait(retry_after=60)


def waiting(room: Room) -> Any:
    """The requests that wait for an answer, in the order in which they were made."""
    asked = JoinRequest.objects.filter(JoinRequest.WAITS, room=room)
    return asked.select_related("user").order_by("asked_at", "pk")


def silent() -> QuerySet[JoinRequest]:
    """Return the requests whose pages ask no more."""
    return JoinRequest.objects.filter(state=State.WAITING, heard_at__lte=Now() - JoinRequest.KEPT)


def forget_silent() -> int:
    """Drop the requests whose pages ask no more, and tell those in charge; how many."""
    count = 0
    for room in Room.objects.filter(pk__in=silent().values("room")).order_by("stream_id"):
        with suppress(RoomHeld), turn(room) as t:
            if gone := silent().filter(room=room).delete()[0]:
                t.evict()
            count += gone
    return count


def withdraw(t: Turn, user: User) -> None:
    """Drop the request of somebody who has come in by the door as it is now, or who gave up."""
    request = JoinRequest.objects.filter(room=t.room, user=user, state=State.WAITING)
    if request.delete()[0]:
        t.evict()


def stop_asking(*, user: User, code: str) -> None:
    """Withdraw somebody's request to be let into the open room with this code, if it waits."""
    room = Room.objects.filter(code=code, closed_at__isnull=True).first()
    if room is not None:
        with turn(room, person=user) as t:
            withdraw(t, user)


def is_waiting(*, user: User, code: str) -> bool:
    """Return True if somebody asks to be let into the open room with this code.

    To be asked for by the page that waits: that it still does is written down a little later, by
    `write_down_heard`, since pages that are only looked at write nothing.
    """
    room = Room.objects.filter(code=code, closed_at__isnull=True).first()
    request = room and waiting(room).filter(user=user).annotate(now=Now()).first()
    if not request:
        return False
    if request.now - request.heard_at > HEARD_EVERY:
        _heard.add(request.pk)
    return True


def write_down_heard() -> None:
    """Note of the requests whose pages have asked for an answer on this worker that they still wait."""
    heard = set(_heard)
    JoinRequest.objects.filter(pk__in=heard).update(heard_at=Now())
    _heard.difference_update(heard)


def was_turned_away(*, user: User, code: str) -> bool:
    """Return True if somebody asked lately to be let into the open room with this code, and was not."""
    return JoinRequest.objects.filter(
        room__code=code,
        room__closed_at__isnull=True,
        user=user,
        state=State.REFUSED,
        decided_at__gt=Now() - ASK_AGAIN,
    ).exists()


def admit(*, room: Room, by: User, user: User, staff: bool = False) -> Deed:
    """Make somebody who asks a member. Raises NotMember, Removed, RoomClosed, Forbidden."""
    with turn(room, by=by, staff=staff, person=user) as t:
        request = _answer(t, user, State.ADMITTED)
        Membership.objects.update_or_create(
            room=t.room,
            user=user,
            defaults={
                "entered_at": Now(),
                "left_at": None,
                "removed_at": None,
                "removed_for": "",
                "known_code": "",
                "known_title": "",
                "hidden_through": 0 if t.room.history_open else t.head.seq,
                "device_trace": request.device_trace,
                "address_trace": request.address_trace,
            },
        )
        t.notice("admit", about=user)
        t.evict()
        return t.record("admit", target=user)


def turn_away(*, room: Room, by: User, user: User, staff: bool = False) -> Deed:
    """Do not let somebody in who asks. The room is not told: a stranger's name is not its news.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, staff=staff) as t:
        _answer(t, user, State.REFUSED)
        t.evict()
        return t.record("turn away", target=user)


def turn_all_away(*, room: Room, by: User, staff: bool = False) -> Deed | None:
    """Let in nobody who asks. Return None if nobody does.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, staff=staff) as t:
        asking = JoinRequest.objects.filter(room=room, state=State.WAITING)
        people = list(asking.order_by("pk").values_list("user__public_id", flat=True))
        if not people:
            return None
        asking.update(state=State.REFUSED, decided_at=Now(), decided_by=by)
        t.evict()
        return t.record("turn all away", people=people)


def _answer(t: Turn, user: User, state: JoinRequest.State) -> JoinRequest:
    """Answer somebody's request. Raises NotMember if there is none any more."""
    waiting = JoinRequest.objects.filter(room=t.room, user=user, state=State.WAITING)
    request = waiting.first()
    if request is None:
        raise AsksNoMore
    JoinRequest.objects.filter(pk=request.pk).update(state=state, decided_at=Now(), decided_by=t.by)
    return request


def shunned(*fingerprints: str) -> QuerySet[Shunned]:
    """Return what keeps newcomers with a banned guest's fingerprints out of rooms.

    Guests, that is, and accounts registered since the ban, which `known_since` tells: a password is no
    harder to make up than a name, also for somebody who was a guest before.
    """
    return Shunned.objects.filter(trace__in=[*filter(None, fingerprints)], until__gt=Now())


def known_since(user: User) -> datetime:
    """Return when an account was registered."""
    return user.registered_at or user.date_joined


def _is_shunned(t: Turn, user: User, fingerprints: Fingerprints) -> bool:
    found = shunned(fingerprints.device, fingerprints.address).filter(room=t.room)
    if not user.is_guest:
        found = found.filter(until__lte=known_since(user) + BAN_KNOWN_FOR)
    return found.exists()
