"""Being there: sockets that open and vanish, and the joins and leaves this makes in the log.

Everything here is done for many people at once: a thousand sockets that come back after a restart
are a handful of transactions.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from history import log
from history.models import Message
from rooms import access, presence, publish
from rooms.actions.people import is_taken
from rooms.actions.rooms import depart
from rooms.errors import ChatError, NameTaken, NotMember
from rooms.models import Membership, Room


@dataclass(frozen=True, slots=True)
class Arrival:
    """A socket that wants in: the session it came with, and the code of the room."""

    socket_id: str
    session_key: str
    code: str


@dataclass(frozen=True, slots=True)
class Entrance:
    """A socket that is in. `epoch` is the stream's at the time the membership was checked."""

    membership: Membership
    epoch: int


Outcome = Entrance | ChatError


def arrive(*, worker_id: int, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Let sockets in, each with its own answer, in the order given.

    Whoever was not present is from now on, with a `join` in the log. An error is NotMember,
    Removed, RoomClosed or, when somebody has taken the name meanwhile, NameTaken.
    """
    people = access.identify({arrival.session_key for arrival in arrivals})
    wanted = [(people.get(arrival.session_key), arrival.code) for arrival in arrivals]
    with transaction.atomic():
        pairs = {(user, code) for user, code in wanted if user is not None}
        seen = access.find(pairs) if pairs else []
        heads = log.advance({m.room.stream_id: 0 for m in seen if m.room.is_open})
        # Read again under the locks: what was seen may have changed while this waited for them.
        found = access.find(pairs) if heads else seen
        outcomes: list[Outcome] = []
        for user_id, code in wanted:
            try:
                if user_id is None:
                    raise NotMember
                member = access.check(access.choose(found, user_id=user_id, code=code))
                if member.room.stream_id not in heads:  # made between the two looks
                    raise NotMember
                outcomes.append(Entrance(member, heads[member.room.stream_id].epoch))
            except ChatError as error:
                outcomes.append(error)
        return _let_in(worker_id, arrivals, outcomes, heads)


def _let_in(
    worker_id: int,
    arrivals: Sequence[Arrival],
    outcomes: list[Outcome],
    heads: dict[int, log.Head],
) -> list[Outcome]:
    """Note the connections, and put the joins of those who were not there into the log."""
    newcomers: dict[int, dict[int, Membership]] = defaultdict(dict)
    back: set[int] = set()
    for position, outcome in enumerate(outcomes):
        if isinstance(outcome, ChatError):
            continue
        member = outcome.membership
        back.add(member.pk)
        if member.present or member.user_id in newcomers[member.room_id]:
            continue
        name = member.user.name_key
        if is_taken(room_id=member.room_id, name_key=name, except_user_id=member.user_id) or any(
            other.user.name_key == name for other in newcomers[member.room_id].values()
        ):
            outcomes[position] = NameTaken()
            back.discard(member.pk)
            continue
        newcomers[member.room_id][member.user_id] = member
    presence.connect(
        (worker_id, arrival.socket_id, outcome.membership.room_id, outcome.membership.user_id)
        for arrival, outcome in zip(arrivals, outcomes, strict=True)
        if isinstance(outcome, Entrance)
    )
    Membership.objects.filter(pk__in=back, away_since__isnull=False).update(away_since=None)
    for members in newcomers.values():
        if members:
            _join(next(iter(members.values())).room, list(members.values()), heads)
    return outcomes


def _join(room: Room, members: list[Membership], heads: dict[int, log.Head]) -> None:
    change = log.append(
        heads[room.stream_id], [log.entry(Message.Kind.JOIN, member.user) for member in members]
    )
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(
        present=True, away_since=None, reserved_until=None
    )
    Room.objects.filter(pk=room.pk).update(closes_at=None)
    publish.changed(code=room.code, change=change)


def vanish(*, socket_ids: Collection[str]) -> None:
    """Forget sockets that are gone. Their people have left once the grace has passed."""
    presence.disconnect(socket_ids)
    if settings.CHAT_LEAVE_GRACE == 0:
        announce_leaves()


def announce_leaves() -> None:
    """Put `leave` into the log for everyone whose grace has passed without a connection."""
    due: dict[int, list[int]] = defaultdict(list)
    for room_id, user_id in presence.overdue(grace=timedelta(seconds=settings.CHAT_LEAVE_GRACE)):
        due[room_id].append(user_id)
    for room in Room.objects.filter(pk__in=due).order_by("stream_id"):
        with transaction.atomic():
            head = log.lock(room.stream_id)
            gone = list(
                presence.still_away(room_id=room.pk, user_ids=due[room.pk]).select_related("user")
            )
            if gone:
                depart(head=head, room=room, memberships=gone)


def reattach(*, worker_id: int, sockets: Sequence[tuple[str, int, int]]) -> None:
    """Note a living worker's sockets (id, room, user) anew, after it had been given up for dead.

    People of whom a leave was announced meanwhile join again.
    """
    by_room: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for socket_id, room_id, user_id in sockets:
        by_room[room_id].append((socket_id, user_id))
    for room in Room.objects.filter(pk__in=by_room, closed_at__isnull=True).order_by("stream_id"):
        with transaction.atomic():
            heads = {room.stream_id: log.lock(room.stream_id)}
            presence.connect(
                (worker_id, socket_id, room.pk, user_id) for socket_id, user_id in by_room[room.pk]
            )
            members = Membership.objects.filter(
                room=room,
                user__in={user_id for _, user_id in by_room[room.pk]},
                left_at__isnull=True,
                banned_at__isnull=True,
            ).select_related("user")
            members.update(away_since=None)
            if absent := [member for member in members if not member.present]:
                _join(room, absent, heads)
