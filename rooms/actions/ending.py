"""The end of a room, by its owner's wish: at once, with a minute to undo it, or at a time.

The times are in the database. Whichever worker sees first that one has come does what is due, under
the room's lock, so that it is done once however many there are.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from history.wire import timestamp
from rooms.actions import rooms
from rooms.actions.clearing import Texts
from rooms.errors import RoomHeld
from rooms.models import Deed, Membership, Room, User
from rooms.refusals.ending import (
    BadTime,
    DoorAfterEnd,
    EndedAlready,
    NotEnded,
    TimeIsFar,
    TimeIsOver,
)
from rooms.spans import span
from rooms.turn import Turn, turn

# How long an end can be undone. Until then the room keeps its code.
UNDO_FOR = timedelta(minutes=1)
# How far ahead an end can be planned.
LONGEST = timedelta(days=366)
OWNER = Membership.Role.OWNER


def end(*, room: Room, by: User, reason: str = "", staff: bool = False) -> Deed:
    """End a room: nothing more is said, nobody comes in, and it closes in a minute.

    Raises NotMember, Removed, RoomClosed, Forbidden.
    """
    with turn(room, by=by, at_least=OWNER, reason=reason, staff=staff) as t:
        if t.room.ended_at is not None:
            raise EndedAlready
        was = t.room.ends_at and t.room.ends_at.isoformat()
        Room.objects.filter(pk=t.room.pk).update(ended_at=t.now, ends_at=t.now + UNDO_FOR)
        t.notice("end")
        t.evict()
        return t.record("end", was=was)


def undo(t: Turn, deed: Deed, user: None, texts: Texts) -> None:
    """Take the end of a room back, which ends when it would have before. Raises Forbidden."""
    if t.room.ended_at is None:
        raise NotEnded
    was = parse_datetime(deed.details["was"] or "")
    Room.objects.filter(pk=t.room.pk).update(
        ended_at=None, ends_at=was if was and was > t.now else None
    )
    t.notice("undo end")
    t.evict()


def last_end(room: Room) -> Deed | None:
    """Return the deed by which a room was ended, if it can be undone."""
    if room.ended_at is None:
        return None
    return Deed.objects.filter(room_id=room.public_id, verb="end").order_by("-pk").first()


def plan(
    *,
    room: Room,
    by: User,
    ends_at: datetime | None,
    door_closes_at: datetime | None,
    staff: bool = False,
) -> Deed | None:
    """Have a room close, and its door, at a time, or at none. Return None if that was so already.

    Raises NotMember, Removed, RoomClosed, Forbidden, and BadTime for a time that cannot be.
    """
    with turn(room, by=by, at_least=OWNER, staff=staff) as t:
        if t.room.ended_at is not None:
            raise EndedAlready
        wanted = {"ends_at": ends_at, "door_closes_at": door_closes_at}
        news = {name: at for name, at in wanted.items() if at != getattr(t.room, name)}
        if not news:
            return None
        for problem in problems(news, wanted, now=t.now).values():
            raise problem
        Room.objects.filter(pk=t.room.pk).update(**news)
        t.notice("plan the end", what={name: _until(at, t.now) for name, at in news.items()})
        t.evict()
        at_times: dict[str, Any] = {name: at and timestamp(at) for name, at in news.items()}
        return t.record("plan the end", **at_times)


def due() -> tuple[QuerySet[Room], QuerySet[Room]]:
    """Return the open rooms whose end has come, and those whose door's has.

    Two queries, since each finds its rooms by an index, and a query for either would read all rooms.
    """
    rows = Room.objects.filter(closed_at__isnull=True)
    return rows.filter(ends_at__lte=Now()), rows.filter(door_closes_at__lte=Now())


def carry_out() -> int:
    """Close the rooms and doors whose time has come. Return how many. A room that is held has to wait."""
    count = 0
    for rows in due():
        for room in rows.order_by("stream_id"):
            with suppress(RoomHeld), turn(room) as t:
                count += _carry_out(t)
    return count


def _carry_out(t: Turn) -> bool:
    """Do what is due, which is read again under the lock. Return False if nothing is any more."""
    room = t.room
    if not room.is_open:
        return False
    if room.ends_at is not None and room.ends_at <= t.now:
        if room.ended_at is None:  # else it was told when it was ended
            t.notice("end on time")
        return rooms.finish(t)
    if room.door_closes_at is None or room.door_closes_at > t.now:
        return False
    Room.objects.filter(pk=room.pk).update(locked=True, door_closes_at=None)
    if not room.locked:
        t.notice("door")
    t.evict()
    return True


def problems(
    news: Mapping[str, datetime | None], wanted: Mapping[str, datetime | None], *, now: datetime
) -> dict[str, BadTime]:
    """Return why times are refused, by name, of all that are wanted; `news` are those that change."""
    found: dict[str, BadTime] = {}
    for name, at in news.items():
        if at is not None and at <= now:
            found[name] = TimeIsOver(about=name)
        if at is not None and at > now + LONGEST:
            found[name] = TimeIsFar(about=name)
    ends_at, door_closes_at = wanted["ends_at"], wanted["door_closes_at"]
    if ends_at is not None and door_closes_at is not None and door_closes_at >= ends_at:
        found.setdefault("door_closes_at", DoorAfterEnd(about="door_closes_at"))
    return found


def sentence(planned: Mapping[str, Any]) -> str:
    """Return what the notice says was planned, in the language that is active."""
    said = [
        words % {"span": span(seconds)} if seconds else words
        for name, seconds in planned.items()
        if (words := _words(name, bool(seconds)))
    ]
    if len(said) < 2:
        return said[0] if said else gettext("changed when the room ends")
    # Translators: two things that somebody planned for a room.
    return gettext("%(one)s and %(other)s") % {"one": said[0], "other": said[1]}


def _words(name: str, is_planned: bool) -> str:
    match name, is_planned:
        case "ends_at", True:
            return gettext("will end the room in %(span)s")
        case "ends_at", False:
            return gettext("no longer plans to end the room")
        case "door_closes_at", True:
            return gettext("will let nobody new in after %(span)s")
        case "door_closes_at", False:
            return gettext("no longer plans to keep new people out")
    return ""  # of a later release


def _until(at: datetime | None, now: datetime) -> int | None:
    """Return the seconds until a time as people say them: in whole minutes, hours or days."""
    if at is None:
        return None
    seconds = (at - now).total_seconds()
    unit = next((size for size, least in _ROUGHLY if seconds >= least), 60)
    return max(unit, round(seconds / unit) * unit)


# Units of a time, in seconds, and the shortest time that is told in each.
_ROUGHLY = ((86_400, 172_800), (3600, 3 * 3600))
