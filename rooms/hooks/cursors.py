"""The cursors of outgoing hooks: handed to one worker at a time, and moved by what was accepted.

A worker has a hook under a lease. It ends by itself, so that another worker goes on where one was killed:
from the cursor, so nothing is left out, and what was under way is sent again under the same name. A worker
that comes back after its lease has ended moves no cursor any more.
"""

import random
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from history import wire
from history.models import History, Message
from rooms import access
from rooms.errors import ChatError, RoomClosed
from rooms.hooks import outgoing
from rooms.models import HookOut, HookOwed, Membership

Stop = HookOut.Stop
# Longer than a request takes that nobody answers (rooms/outbound/client.py).
LEASE = timedelta(seconds=30)
# For how long a receiver is tried that accepts nothing.
GIVE_UP = timedelta(days=3)
# Until the second try, doubled with each one; and at the most, so that a receiver that is back is noticed.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
# The longest time for which a receiver may ask to be left alone.
LONGEST_ASKED = timedelta(hours=1)
# Changes looked at in one query, of which most may not be told.
_LOOK = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """One change, of the message `seq`, on its way to a receiver."""

    hook: HookOut
    seq: int
    changed: int
    identity: str
    body: bytes
    # Whether a text that the receiver answers with is said in the room.
    may_be_answered: bool


def take(limit: int, *, without: Collection[int] = ()) -> list[HookOut]:
    """Take hooks with news that are due, but for those with the keys `without`. They are under a lease then."""
    due = HookOut.objects.filter(stop="", due_at__lte=Now(), room__stream__head__gt=F("through"))
    due = due.exclude(pk__in=without)
    if not due.exists():  # on SQLite a transaction is in the way of posts
        return []
    lease = secrets.token_hex(16)
    with transaction.atomic():
        some = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")
        keys = [hook.pk for hook in some.only("pk")[:limit]]
        HookOut.objects.filter(pk__in=keys).update(due_at=Now() + LEASE, lease=lease)
    return list(HookOut.objects.filter(pk__in=keys, lease=lease).order_by("pk"))


def following(hook: HookOut, *, accepted: Delivery | None = None) -> Delivery | None:
    """Note what was accepted, and return what is to be sent next under the same lease.

    None if there is nothing more, the lease is over, or nothing may be sent any more.
    """
    with transaction.atomic():
        mine = _held(hook)
        if mine is None:
            return None
        if accepted is not None:
            _accept(mine, accepted)
        if mine.former_until is not None and mine.former_until <= mine.now:
            mine.former_secret, mine.former_until = "", None
        found = _next(mine)
        mine.due_at = Now() + LEASE if found else Now()
        mine.lease = mine.lease if found else ""
        mine.save()
        return found


def failed(
    hook: HookOut, *, problem: str, wait: timedelta | None = None, gone: bool = False
) -> None:
    """Note that a receiver did not accept a change. After GIVE_UP, or if it is `gone`, no more is sent.

    `wait` is what it asks for.
    """
    with transaction.atomic():
        mine = _held(hook)
        if mine is None:
            return
        mine.failures += 1
        mine.failing_since = mine.failing_since or mine.now
        mine.problem, mine.lease = problem, ""
        mine.due_at = Now() + (min(wait, LONGEST_ASKED) if wait else _pause(mine.failures))
        if gone:
            _stop(mine, Stop.GONE)
        elif mine.now - mine.failing_since >= GIVE_UP:
            _stop(mine, Stop.FAILED)
        mine.save()


def give_back(
    hook: HookOut, *, accepted: Delivery | None = None, wait: timedelta = timedelta()
) -> None:
    """End a lease: another turn may follow after `wait`."""
    with transaction.atomic():
        mine = _held(hook)
        if mine is None:
            return
        if accepted is not None:
            _accept(mine, accepted)
        mine.lease, mine.due_at = "", Now() + wait
        mine.save()


def behind(hook: HookOut, *, limit: int) -> int:
    """Return how many changes a hook is behind, up to a limit, as far as messages have one each."""
    rows = Message.objects.filter(stream=hook.room.stream_id, changed_seq__gt=hook.through)
    keys = rows.exclude(author__is_bot=True).order_by().values("pk")[:limit]
    return keys.count()


def _held(hook: HookOut) -> Any:
    """Return a hook, locked and with the database's time, if it still is under the lease it was taken with."""
    rows = HookOut.objects.select_for_update(of=("self",)).filter(
        pk=hook.pk, lease=hook.lease, stop=""
    )
    return rows.select_related("room__stream").annotate(now=Now()).first()


def _accept(mine: Any, accepted: Delivery) -> None:
    HookOwed.objects.filter(hook=mine.pk, seq=accepted.seq).delete()
    mine.through, mine.sent_at = accepted.changed, mine.now
    mine.failures, mine.failing_since, mine.problem = 0, None, ""


def _stop(mine: Any, why: HookOut.Stop) -> None:
    mine.stop, mine.stopped_at, mine.lease = why, mine.now, ""


def _next(mine: Any) -> Delivery | None:
    """Return the first change beyond the cursor that the receiver is told of; move it over those before."""
    member = _reader(mine)
    if member is None:
        _stop(mine, Stop.SHUT_OUT)
        return None
    head = mine.room.stream.head
    while True:
        rows = _beyond(mine, head)
        owed = _owed(mine, rows)
        for at, row in enumerate(rows):
            kind = outgoing.type_of(
                row,
                events=mine.events.split(),
                is_new=row.seq > mine.through or row.seq in owed,
                hidden_through=member.hidden_through,
            )
            if kind is not None:
                _go_past(mine, row.changed_seq - 1, rows[:at])
                if delivery := _delivery(mine, row, kind):
                    return delivery
                break
        else:
            is_all = len(rows) < _LOOK
            _go_past(mine, head if is_all else rows[-1].changed_seq, rows)
            if is_all:
                return None


def _beyond(mine: Any, head: int) -> list[Any]:
    """Return the next changes beyond the cursor, up to the head that was read before."""
    rows: Any = Message.objects.filter(
        stream=mine.room.stream_id, changed_seq__gt=mine.through, changed_seq__lte=head
    ).order_by("changed_seq")
    columns = "pk", "seq", "changed_seq", "kind", "deleted_at", "author__is_bot"
    return list(rows.values_list(*columns, named=True)[:_LOOK])


def _owed(mine: Any, rows: Sequence[Any]) -> set[int]:
    """Return the numbers of those messages that the receiver was not told of when they were new."""
    changed = [row.seq for row in rows if row.changed_seq != row.seq]
    if not changed:
        return set()
    owed = HookOwed.objects.filter(hook=mine.pk, seq__in=changed)
    return set(owed.values_list("seq", flat=True))


def _go_past(mine: Any, number: int, rows: Sequence[Any]) -> None:
    """Move the cursor to a number, and past these changes, of which the receiver is not told.

    What was said up to that number and has changed since is still to be told.
    """
    if number <= mine.through:
        return
    if changed := [row.seq for row in rows if row.changed_seq != row.seq]:
        HookOwed.objects.filter(hook=mine.pk, seq__in=changed).delete()
    later = Message.objects.filter(
        stream=mine.room.stream_id,
        seq__gt=mine.through,
        seq__lte=number,
        changed_seq__gt=number,
    )
    owed = [HookOwed(hook_id=mine.pk, seq=seq) for seq in later.values_list("seq", flat=True)]
    HookOwed.objects.bulk_create(owed, ignore_conflicts=True)
    mine.through = number


def _delivery(mine: Any, row: Any, kind: outgoing.Type) -> Delivery | None:
    """Return what is sent of a change; None if the message has changed again since it was looked at."""
    found = wire.read(Message.objects.filter(pk=row.pk, changed_seq=row.changed_seq))
    if not found:
        return None
    [message] = found
    room = mine.room
    name = History.objects.values_list("name", flat=True).first() or ""
    body = outgoing.body(kind, message, room=room.public_id, title=room.title, history=name)
    return Delivery(
        hook=mine,
        seq=row.seq,
        changed=row.changed_seq,
        identity=outgoing.identity(room.public_id, row.changed_seq),
        body=body,
        may_be_answered=kind is outgoing.Type.POSTED and mine.replies,
    )


def _reader(mine: Any) -> Membership | None:
    """Return the membership by which a hook's bot may read the room now; None if it may not.

    What was said before the room closed is told to the end.
    """
    rows = Membership.objects.filter(room=mine.room_id, user=mine.bot_id)
    member = rows.select_related("room", "user").first()
    try:
        return access.check(member)
    except RoomClosed:
        return member if member is not None and access.may_read(member) else None
    except ChatError:
        return None


def _pause(failures: int) -> timedelta:
    """Return how long to wait: not all at the same moment whose receiver is the same."""
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 12), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * random.uniform(0.8, 1.2))  # noqa: S311
