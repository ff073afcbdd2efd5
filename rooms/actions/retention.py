"""Erase messages older than their room or the site keeps them, some at a time.

Spared are pinned messages, for as long as they are pinned, and whatever an open report is about, with
all that stands around it in the report.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from history.log import read, retention
from history.models import Message, Revision
from rooms.errors import RoomHeld
from rooms.models import Report, Room
from rooms.turn import turn

# Rooms looked at in one go, and messages changed or deleted under one lock.
ROOMS = 500
BATCH = 200
# Messages counted for somebody who is about to erase them.
COUNTED = 10_000
# Seconds after which a sweep leaves the rest to the next one.
_LONGEST = 1.0


def sweep(after: int) -> int:
    """Do a piece of it: the next rooms after a key. Returns the key to go on from, 0 at the end."""
    until = time.monotonic() + _LONGEST
    rooms = list(Room.objects.filter(pk__gt=after).order_by("pk")[:ROOMS])
    for room in _overdue(rooms):
        with suppress(RoomHeld):
            while retain(room):
                if time.monotonic() > until:
                    return room.pk - 1
    return rooms[-1].pk if len(rooms) == ROOMS else 0


def retain_all(step: Callable[[int], object] = lambda count: None) -> int:
    """Do all of it; how many messages were changed or deleted. `step` is told as it goes on."""
    after = total = 0
    while rooms := list(Room.objects.filter(pk__gt=after).order_by("pk")[:ROOMS]):
        for room in _overdue(rooms):
            while count := retain(room):
                total += count
                step(count)
        after = rooms[-1].pk
    return total


def count_older(room: Room, *, days: int) -> int:
    """Return how many messages would be erased if the room kept them for `days`; at most COUNTED."""
    due = retention.due(Now() - timedelta(days=days))
    rows = Message.objects.filter(stream=room.stream_id).filter(due)
    return len(rows.order_by("stream", "at").values_list("pk", flat=True)[:COUNTED])


def retain(room: Room) -> int:
    """Erase a batch of what a room keeps no longer; how many messages that were, 0 when all is."""
    with turn(room) as t:
        days, closed_at = t.room.kept_days, t.room.closed_at
        if days is None:
            return 0
        before, spared = t.now - timedelta(days=days), _under_report(t.room)
        closed = closed_at is not None and closed_at < t.now - retention.SETTLED
        count = retention.remove(t.head, before=before, spared=spared, closed=closed, limit=BATCH)
        if count < BATCH:
            keys = retention.expire(t.head, before=before, spared=spared, limit=BATCH)
            t.reissue(keys)
            count += len(keys)
        return count


def _overdue(rooms: list[Room]) -> list[Room]:
    """Those of the rooms that may have something to erase. Two looks into an index for each."""
    by_days: dict[int, list[int]] = defaultdict(list)
    for room in rooms:
        if room.kept_days is not None:
            by_days[room.kept_days].append(room.pk)
    found: set[int] = set()
    for days, keys in by_days.items():
        before = Now() - timedelta(days=days)
        messages = Message.objects.filter(stream=OuterRef("stream"))
        settled = messages.filter(retention.settled(before)).filter(
            Q(changed_seq__lte=OuterRef("stream__head") - read.RESUME_LIMIT)
            | Q(stream__room__closed_at__isnull=False)
        )
        kept = Revision.objects.filter(
            message__stream=OuterRef("stream"), message__at__lt=before, message__pinned_at=None
        )
        some = Exists(messages.filter(retention.due(before))) | Exists(settled) | Exists(kept)
        found |= set(Room.objects.filter(some, pk__in=keys).values_list("pk", flat=True))
    return [room for room in rooms if room.pk in found]


def _under_report(room: Room) -> set[tuple[int, int]]:
    """The numbers, from and to, that open reports of the room are about."""
    found = set()
    reports = Report.objects.filter(room=room, state=Report.State.OPEN)
    for seq, excerpt in reports.values_list("seq", "excerpt"):
        seqs = [message["seq"] for message in excerpt] + ([] if seq is None else [seq])
        if seqs:
            found.add((min(seqs), max(seqs)))
    return found
