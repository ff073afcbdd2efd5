"""Leases: which workers are alive, and which people are connected through them.

All times are the database's, so a worker whose clock is wrong does no harm. A connection counts as
long as its worker renews its lease; a worker that was killed stops renewing.

Whoever decides that somebody is there or is not holds the lock of the room's stream. Two sockets of
one person that vanish from two workers at once would else each see the other one, and nobody would
note that the person is gone.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from history.errors import RoomHeld
from history.log import write
from rooms.models import Connection, Membership, Worker

LEASE_SECONDS = 15
RENEW_SECONDS = 5


def register(*, boot_id: str, host: str, pid: int) -> int:
    """Start a lease; the worker's id."""
    worker, _ = Worker.objects.update_or_create(
        boot_id=boot_id, defaults={"host": host, "pid": pid, "lease_until": _lease_end()}
    )
    return worker.pk


def renew(*, worker_id: int) -> bool:
    """Prolong a lease. False if another worker has declared this one dead and removed it."""
    return bool(Worker.objects.filter(pk=worker_id).update(lease_until=_lease_end()))


def is_eldest(*, worker_id: int) -> bool:
    """Return True for one worker of those with a lease: what one does for all is that one's."""
    living = Worker.objects.filter(lease_until__gte=Now()).order_by("pk")
    return living.values_list("pk", flat=True).first() == worker_id


def live_connections() -> QuerySet[Connection]:
    return Connection.objects.filter(worker__lease_until__gte=Now())


def connect(rows: Iterable[tuple[int, str, int, int]]) -> None:
    """Note open sockets as (worker id, socket id, room id, user id). Needs the streams' locks."""
    Connection.objects.bulk_create(
        [
            Connection(worker_id=worker, socket_id=socket, room_id=room, user_id=user)
            for worker, socket, room, user in rows
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def disconnect(socket_ids: Collection[str]) -> set[str]:
    """Forget sockets. Returns those that cannot be yet: somebody else holds their room."""
    return _remove(Connection.objects.filter(socket_id__in=socket_ids))


def dead_workers() -> QuerySet[Worker]:
    """Return the workers whose lease has run out."""
    return Worker.objects.filter(lease_until__lt=Now())


def reap() -> None:
    """Remove dead workers, with their connections."""
    dead = list(dead_workers().values_list("pk", flat=True))
    if not dead:
        return
    with transaction.atomic():
        # Asked again under lock: a worker may have been slow, not dead, and renewed since. Not a
        # lock that a socket it lets in right now would wait for, which holds its stream's.
        dead = list(
            Worker.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk__in=dead, lease_until__lt=Now())
            .values_list("pk", flat=True)
        )
        _remove(Connection.objects.filter(worker_id__in=dead))
        # One with sockets in a room that somebody holds is looked at again the next time.
        left = Connection.objects.filter(worker=OuterRef("pk"))
        Worker.objects.filter(~Exists(left), pk__in=dead).delete()


@transaction.atomic
def retire(*, worker_id: int) -> None:
    """End a worker's lease in order: its sockets are closed.

    Those in rooms that somebody holds are left to whoever reaps next.
    """
    if _remove(Connection.objects.filter(worker_id=worker_id)):
        Worker.objects.filter(pk=worker_id).update(lease_until=Now())
    else:
        Worker.objects.filter(pk=worker_id).delete()


def _remove(connections: QuerySet[Connection]) -> set[str]:
    """Delete connections. Present people who have none left are away; a leave follows later.

    If one of their rooms is held, those of the others only. Returns the sockets that are left, by id.
    """
    found = set(connections.values_list("pk", "socket_id", "room__stream_id", "room_id", "user_id"))
    streams = {stream for _, _, stream, _, _ in found}
    try:
        with transaction.atomic():
            locked = write.lock(streams)
    except RoomHeld:
        locked = write.lock(streams, only_free=True)
    free = [row for row in found if row[2] in locked]
    Connection.objects.filter(pk__in=[pk for pk, _, _, _, _ in free]).delete()
    pairs = {(room, user) for _, _, _, room, user in free}
    members = Membership.objects.filter(
        room_id__in={room for room, _ in pairs},
        user_id__in={user for _, user in pairs},
        present=True,
        away_since__isnull=True,
    ).values_list("pk", "room_id", "user_id")
    away = [pk for pk, room, user in members if (room, user) in pairs]
    Membership.objects.filter(pk__in=away).exclude(Exists(_connected())).update(away_since=Now())
    return {socket for _, socket, stream, _, _ in found if stream not in locked}


def away(*, grace: timedelta) -> QuerySet[Membership]:
    """Return the present members without a socket for longer than the grace, as far as was noted."""
    return Membership.objects.filter(present=True, away_since__lte=Now() - grace)


def overdue(*, grace: timedelta) -> QuerySet[Membership]:
    """Return the present members who have had no socket for longer than the grace."""
    return away(grace=grace).exclude(Exists(_connected()))


def _connected() -> QuerySet[Connection]:
    return live_connections().filter(room_id=OuterRef("room_id"), user_id=OuterRef("user_id"))


def _lease_end() -> Combinable:
    return Now() + timedelta(seconds=LEASE_SECONDS)
