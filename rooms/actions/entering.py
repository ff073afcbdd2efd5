"""Sockets that open and vanish, and the joins that this makes in the log.

Everything here is done for many people at once: a thousand sockets that come back after a restart
are a handful of transactions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from history import lookalikes
from history.log.entry import Entry
from history.models import Message
from rooms import access, presence
from rooms.actions import admission, bots
from rooms.actions.people import HOLDS_NAME
from rooms.errors import (
    ChatError,
    NameTaken,
    RoomClosed,
    RoomFull,
    RoomHeld,
    SignedOut,
    Unavailable,
)
from rooms.models import Membership, Room, User
from rooms.turn import Turn, turn, turns


@dataclass(frozen=True, slots=True)
class Arrival:
    """A socket that wants in: the session it came with, and the code of the room.

    `room` is the room's id, if the client knows it: then it may know an earlier code, and is let
    into no other room.
    """

    socket_id: str
    session_key: str
    code: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A socket that is in: as the membership was at `now`, and at the stream's `epoch`."""

    membership: Membership
    epoch: int
    now: datetime


Outcome = Entrance | ChatError


def arrive(
    *, worker_id: int, arrivals: Sequence[Arrival], only_free: bool = False
) -> list[Outcome]:
    """Let sockets in, each with its own answer, in the order given.

    Raises RoomHeld, with nobody let in, when somebody else holds one of their rooms; with `only_free`
    nobody waits for those rooms, and RoomHeld is the outcome of who wants in there.

    Whoever was not present is from now on, with a `join` in the log. An error is SignedOut,
    NotMember, Removed, RoomClosed, Unavailable or, when somebody has taken the name or the last
    place meanwhile, NameTaken or RoomFull.
    """
    people = access.identify({arrival.session_key for arrival in arrivals})
    bots.note_use(people)
    unknown = {arrival.session_key for arrival in arrivals} - people.keys()
    moved = access.replaced(unknown) if unknown else set()
    named = {arrival.room for arrival in arrivals} - {""}
    codes = access.present_codes(named)
    wanted = [
        (people.get(arrival.session_key), codes.get(arrival.room, arrival.code))
        for arrival in arrivals
    ]
    ended = _ended(arrivals, people, named - codes.keys())
    pairs = {(user, code) for user, code in wanted if user is not None}
    with turns(access.streams(pairs) if pairs else (), only_free=only_free) as found:
        # Under the locks: nobody may be sent away, and no room closed, between this and the answer.
        members = access.find(pairs) if pairs else {}
        outcomes: list[Outcome] = []
        for (user_id, code), arrival in zip(wanted, arrivals, strict=True):
            try:
                if user_id is None:
                    raise Unavailable if arrival.session_key in moved else SignedOut
                if arrival.socket_id in ended:
                    raise ended[arrival.socket_id]
                member = access.check(members.get((user_id, code)))
                if member.room.stream_id not in found:  # joined while this waited for the locks
                    raise RoomHeld if only_free else Unavailable
                if arrival.room not in {"", member.room.public_id}:  # its code has just passed on
                    raise Unavailable
                t = found[member.room.stream_id]
                outcomes.append(Entrance(member, t.epoch, t.now))
            except ChatError as error:
                outcomes.append(error)
        return _let_in(worker_id, arrivals, outcomes, found)


def _ended(
    arrivals: Sequence[Arrival], people: Mapping[str, int], closed: Collection[str]
) -> dict[str, ChatError]:
    """Why sockets are turned away, by their ids, whose room has closed: its code may be another's.

    A room that nobody knows is answered like one that has closed.
    """
    late = [arrival for arrival in arrivals if arrival.room in closed]
    if not late:
        return {}
    members = access.in_named({(people.get(each.session_key, 0), each.room) for each in late})
    refusals: dict[str, ChatError] = {}
    for arrival in late:
        member = members.get((people.get(arrival.session_key, 0), arrival.room))
        try:
            if member is not None:
                access.check(member)  # one who was banned is told that
            raise RoomClosed
        except ChatError as error:
            refusals[arrival.socket_id] = error
    return refusals


def _let_in(
    worker_id: int,
    arrivals: Sequence[Arrival],
    outcomes: list[Outcome],
    found: dict[int, Turn],
) -> list[Outcome]:
    """Note the connections, and put the joins of those who were not there into the log."""
    newcomers = {
        outcome.membership.pk: outcome.membership
        for outcome in outcomes
        if isinstance(outcome, Entrance) and not outcome.membership.present
    }
    turned_away: dict[int, ChatError] = {
        **dict.fromkeys(_namesakes(_unexpected(newcomers.values(), found)), NameTaken()),
        **dict.fromkeys(_surplus(newcomers.values(), found), RoomFull()),
    }
    newcomers = {pk: member for pk, member in newcomers.items() if pk not in turned_away}
    outcomes = [
        turned_away.get(o.membership.pk, o) if isinstance(o, Entrance) else o for o in outcomes
    ]
    entered = [
        (arrival.socket_id, outcome.membership)
        for arrival, outcome in zip(arrivals, outcomes, strict=True)
        if isinstance(outcome, Entrance)
    ]
    presence.connect((worker_id, socket, m.room_id, m.user_id) for socket, m in entered)
    if back := {member.pk for _, member in entered if member.away_since is not None}:
        Membership.objects.filter(pk__in=back).update(away_since=None)
    by_room: dict[Turn, list[Membership]] = defaultdict(list)
    for member in newcomers.values():
        t = found[member.room.stream_id]
        t.room = member.room
        by_room[t].append(member)
    enter(by_room)
    return outcomes


def _unexpected(newcomers: Collection[Membership], found: dict[int, Turn]) -> list[Membership]:
    """The memberships of people for whom no name and no place is kept since they sent the form."""
    return [
        member
        for member in newcomers
        if member.reserved_until is None
        or member.reserved_until <= found[member.room.stream_id].now
    ]


def _namesakes(newcomers: Collection[Membership]) -> list[int]:
    """The memberships, by id, whose name somebody who is there has, or one of them before.

    Names that look alike count as the same. That of somebody registered who is away was kept from
    guests at the form.
    """
    if not newcomers:
        return []
    alike = Q(user__name_key__in={member.user.name_key for member in newcomers}) | Q(
        user__name_skeleton__in={_look(member.user) for member in newcomers}
    )
    taken: dict[tuple[int, str, str], int] = {}
    for member in (
        Membership.objects.filter(alike, room_id__in={member.room_id for member in newcomers})
        .filter(HOLDS_NAME)
        .select_related("user")
    ):
        taken.update(dict.fromkeys(_claims(member), member.user_id))
    namesakes: list[int] = []
    for member in newcomers:
        if all(taken.get(claim, member.user_id) == member.user_id for claim in _claims(member)):
            taken.update(dict.fromkeys(_claims(member), member.user_id))
        else:
            namesakes.append(member.pk)
    return namesakes


def _surplus(newcomers: Collection[Membership], found: dict[int, Turn]) -> list[int]:
    """The memberships, by id, for which their room has no place. Who came by the form has one."""
    surplus: list[int] = []
    left: dict[int, int] = {}
    for member in _unexpected(newcomers, found):
        room = member.room
        if room.capacity is None or access.is_in_charge(member):
            continue
        if room.pk not in left:
            left[room.pk] = room.capacity - admission.taken(room).count()
        left[room.pk] -= 1
        if left[room.pk] < 0:
            surplus.append(member.pk)
    return surplus


def _claims(member: Membership) -> list[tuple[int, str, str]]:
    user = member.user
    return [(member.room_id, "key", user.name_key), (member.room_id, "look", _look(user))]


def _look(user: User) -> str:
    return user.name_skeleton or lookalikes.skeleton(user.display_name)


def enter(newcomers: Mapping[Turn, Sequence[Membership]]) -> None:
    """Put `join` into the logs for members who were not present, in one or several rooms."""
    if not newcomers:
        return
    for t, members in newcomers.items():
        t.append(*(Entry.of(Message.Kind.JOIN, member.user) for member in members))
    Membership.objects.filter(
        pk__in=[member.pk for members in newcomers.values() for member in members]
    ).update(present=True, away_since=None, reserved_until=None)
    if filled := [t.room.pk for t in newcomers if t.room.closes_at is not None]:
        Room.objects.filter(pk__in=filled).update(closes_at=None, empty_since=None)


def reattach(*, worker_id: int, sockets: Iterable[tuple[str, int, int]]) -> set[str]:
    """Note a living worker's sockets (id, room, user) anew, after it had been given up for dead.

    People of whom a leave was announced meanwhile join again. Returns the sockets of those who
    cannot: their name is somebody else's by now, they may not be there any more, or somebody holds
    their room.
    """
    by_room: dict[int, dict[str, int]] = defaultdict(dict)
    for socket_id, room_id, user_id in sockets:
        by_room[room_id][socket_id] = user_id
    lost = {socket_id for users in by_room.values() for socket_id in users}
    for room in Room.objects.filter(pk__in=by_room, closed_at__isnull=True).order_by("stream_id"):
        with suppress(RoomHeld), turn(room) as t:
            lost -= _note_again(t, worker_id, by_room[room.pk])
    return lost


def _note_again(t: Turn, worker_id: int, sockets: Mapping[str, int]) -> set[str]:
    """Note the sockets (user by id) of one room anew. Return those that could be."""
    members = {
        member.pk: member
        for member in Membership.objects.filter(
            Membership.INSIDE, room=t.room, user__in=set(sockets.values())
        ).select_related("user")
    }
    for namesake in _namesakes([m for m in members.values() if not m.present]):
        del members[namesake]
    users = {member.user_id for member in members.values()}
    noted = {socket: user for socket, user in sockets.items() if user in users}
    presence.connect((worker_id, socket, t.room.pk, user) for socket, user in noted.items())
    Membership.objects.filter(pk__in=members).update(away_since=None)
    if absent := [member for member in members.values() if not member.present]:
        enter({t: absent})
    return set(noted)
