"""Read a room from the database: when a worker loads it, and when its epoch was raised.

All of this runs on database threads.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Q
from django.db.models.functions import Now

from history import wire
from history.log import read
from history.log.entry import Change
from history.wire import WireMessage, timestamp
from rooms import access, hides, room_settings
from rooms.errors import ChatError, NotMember
from rooms.models import JoinRequest, Membership, Room
from rooms.protocol import READERS_MAX, WirePerson

# The `room` object of the wire: `id`, `code`, `created_at`, the room's settings, and the times at which
# it ends or shuts its door, if it does.
RoomInfo = dict[str, Any]


ENDINGS = ("ends_at", "door_closes_at", "ended_at")


class Waiting(TypedDict):
    """A person who asks to be let in."""

    id: str
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class People:
    """The people in a room now, and the role of everyone who has one, present or not; by public id.

    `reads` is how far people have read. It is empty in a room of many, and lacks those who do not
    show it.
    """

    roster: dict[str, WirePerson] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    reads: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A room as the database has it: at least at `change.through`."""

    info: RoomInfo
    change: Change
    floor: int
    people: People
    waiting: list[Waiting]
    pinned: list[WireMessage]


@dataclass(frozen=True, slots=True)
class Recheck:
    """The people who may be in a room, with their rights and names: as of `epoch` and `head`, or newer.

    `refused` has those of the people asked about who must go, and why; `now` is the database's.
    """

    head: int
    epoch: int
    info: RoomInfo
    people: People
    waiting: list[Waiting]
    now: datetime
    members: dict[int, Membership] = field(default_factory=dict)
    refused: dict[int, ChatError] = field(default_factory=dict)
    # Session keys that have ended, and for each whether the session goes on under another key.
    ended: dict[str, bool] = field(default_factory=dict)


def load(rooms: Collection[tuple[int, int]]) -> dict[int, Snapshot]:
    """Read rooms, as (stream id, room id), for the first time; by stream. What is gone is missing.

    The log is read before the roster: a join that the roster knows and the log does not is told
    again by the log, which does no harm, while the other way round it would be missing.
    """
    recent = read.recent([stream_id for stream_id, _ in rooms])
    room_ids = [room_id for _, room_id in rooms]
    known = Room.objects.in_bulk(room_ids)
    here = people(room_ids)
    asking = waiting(room_ids)
    pinned = read.pinned(recent)
    found: dict[int, Snapshot] = {}
    for stream_id, room_id in rooms:
        if stream_id not in recent or room_id not in known:
            continue
        floor, change = recent[stream_id]
        found[stream_id] = Snapshot(
            describe(known[room_id]),
            change,
            floor,
            here[room_id],
            waiting=asking[room_id],
            pinned=pinned.get(stream_id, []),
        )
    return found


def recheck(room_id: int, stream_id: int, user_ids: set[int], session_keys: set[str]) -> Recheck:
    """Read who of these people may be in a room, and which of these sessions are still some."""
    # The epoch first: whoever is let through by what is read next is let through at it.
    head, epoch = read.heads([stream_id])[stream_id]
    found = Recheck(
        head,
        epoch,
        describe(Room.objects.get(pk=room_id)),
        people([room_id])[room_id],
        waiting([room_id])[room_id],
        now=Room.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=room_id),
    )
    members = Membership.objects.filter(room_id=room_id, user_id__in=user_ids)
    found.refused.update(dict.fromkeys(user_ids, NotMember()))
    rows = list(members.select_related("room", "user").annotate(hides_any=hides.ANY))
    hides.attach(rows)
    for member in rows:
        try:
            found.members[member.user_id] = access.check(member)
            del found.refused[member.user_id]
        except ChatError as error:
            found.refused[member.user_id] = error
    # The sessions last: somebody whose account was deleted meanwhile is signed out, not merely gone
    # from the room.
    found.ended.update(_ended(session_keys - access.living(session_keys)))
    return found


def describe(room: Room) -> RoomInfo:
    """Return a room as its members are shown it."""
    return {
        "id": room.public_id,
        "code": room.code,
        "created_at": timestamp(room.created_at),
        **room_settings.on_wire(room),
        **{name: timestamp(at) for name in ENDINGS if (at := getattr(room, name)) is not None},
    }


def people(room_ids: Collection[int]) -> dict[int, People]:
    """Return who is in each room now, and who has a role there; every room is in the answer."""
    rows = (
        Membership.objects.filter(room_id__in=room_ids)
        .filter(Q(present=True) | ~Q(role=Membership.Role.MEMBER))
        .order_by("pk")
        .values_list(
            *("room_id", "role", "present", "read_through", "user__shows_reading"),
            *(f"user__{name}" for name in wire.Author._fields[1:]),
        )
    )
    found = {room_id: People() for room_id in room_ids}
    for room_id, role, present, read_through, shows_reading, *who in rows:
        here = found[room_id]
        person: WirePerson = {**wire.author(wire.Author(0, *who)), "role": role}
        public_id = person["id"]
        if present:
            here.roster[public_id] = person
            if read_through and shows_reading:
                here.reads[public_id] = read_through
        if role != Membership.Role.MEMBER:
            here.roles[public_id] = role
    for here in found.values():
        if len(here.roster) > READERS_MAX:
            here.reads.clear()
    return found


def waiting(room_ids: Collection[int]) -> dict[int, list[Waiting]]:
    """Return who asks to be let into each room, in the order in which they asked."""
    rows = (
        JoinRequest.objects.filter(JoinRequest.WAITS, room_id__in=room_ids)
        .order_by("asked_at", "pk")
        .values_list("room_id", "user__public_id", "user__display_name", "asked_at")
    )
    found: dict[int, list[Waiting]] = {room_id: [] for room_id in room_ids}
    for room_id, who, name, at in rows:
        found[room_id].append({"id": who, "name": name, "at": timestamp(at)})
    return found


def who_is_signed_in(session_keys: set[str]) -> tuple[dict[str, int], dict[str, bool]]:
    """Return the user of each session key, and the keys that have ended, as in `Recheck.ended`."""
    people = access.identify(session_keys)
    return people, _ended(session_keys - people.keys())


def _ended(keys: set[str]) -> dict[str, bool]:
    replaced = access.replaced(keys) if keys else set()
    return {key: key in replaced for key in keys}
