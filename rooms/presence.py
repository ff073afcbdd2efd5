"""Leases: which workers are alive, and which people are connected through them.

All times are the database's, so a worker whose clock is wrong does no harm. A connection counts as
long as its worker renews its lease; a worker that was killed stops renewing.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from rooms.models import Connection, Membership, Worker

LEASE_SECONDS = 15
RENEW_SECONDS = 5

Pair = tuple[int, int]  # (room id, user id)


def register(*, boot_id: str, host: str, pid: int) -> int:
    """Start a lease; the worker's id."""
    worker, _ = Worker.objects.update_or_create(
        boot_id=boot_id, defaults={"host": host, "pid": pid, "lease_until": _lease_end()}
    )
    return worker.pk


def renew(*, worker_id: int) -> bool:
    """Prolong a lease. False if another worker has declared this one dead and removed it."""
    return bool(Worker.objects.filter(pk=worker_id).update(lease_until=_lease_end()))


def live_connections() -> QuerySet[Connection]:
    return Connection.objects.filter(worker__lease_until__gte=Now())


def connect(rows: Iterable[tuple[int, str, int, int]]) -> None:
    """Note open sockets as (worker id, socket id, room id, user id)."""
    Connection.objects.bulk_create(
        [
            Connection(worker_id=worker, socket_id=socket, room_id=room, user_id=user)
            for worker, socket, room, user in rows
        ],
        ignore_conflicts=True,
    )


def disconnect(socket_ids: Collection[str]) -> set[Pair]:
    """Forget sockets; the (room, user) pairs they belonged to."""
    with transaction.atomic():
        rows = Connection.objects.filter(socket_id__in=socket_ids)
        pairs = set(rows.values_list("room_id", "user_id"))
        rows.delete()
        mark_away(pairs)
    return pairs


def reap() -> set[Pair]:
    """Remove workers whose lease has run out, with their connections; the pairs these served."""
    dead = list(Worker.objects.filter(lease_until__lt=Now()).values_list("pk", flat=True))
    if not dead:
        return set()
    with transaction.atomic():
        # Asked again under lock: a worker may have been slow, not dead, and renewed since.
        dead = list(
            Worker.objects.select_for_update(skip_locked=True)
            .filter(pk__in=dead, lease_until__lt=Now())
            .values_list("pk", flat=True)
        )
        rows = Connection.objects.filter(worker_id__in=dead)
        pairs = set(rows.values_list("room_id", "user_id"))
        rows.delete()
        Worker.objects.filter(pk__in=dead).delete()
        mark_away(pairs)
    return pairs


def retire(*, worker_id: int) -> None:
    """End a worker's lease in order: its sockets are closed."""
    with transaction.atomic():
        rows = Connection.objects.filter(worker_id=worker_id)
        pairs = set(rows.values_list("room_id", "user_id"))
        rows.delete()
        Worker.objects.filter(pk=worker_id).delete()
        mark_away(pairs)


def mark_away(pairs: Collection[Pair]) -> None:
    """Stamp present people who have no live connection left; their leave follows after a grace."""
    for room_id in sorted({room for room, _ in pairs}):
        users = [user for room, user in pairs if room == room_id]
        (
            Membership.objects.filter(room_id=room_id, user_id__in=users, present=True)
            .filter(away_since__isnull=True)
            .exclude(Exists(_connected()))
            .update(away_since=Now())
        )


def overdue(*, grace: timedelta) -> set[Pair]:
    """Present people who have been away for longer than the grace."""
    return set(
        Membership.objects.filter(present=True, away_since__lte=Now() - grace)
        .exclude(Exists(_connected()))
        .values_list("room_id", "user_id")
    )


def still_away(*, room_id: int, user_ids: Collection[int]) -> QuerySet[Membership]:
    """Of these people, the present ones without a live connection. Ask under the stream's lock."""
    return Membership.objects.filter(
        room_id=room_id, user_id__in=user_ids, present=True, away_since__isnull=False
    ).exclude(Exists(_connected()))


def _connected() -> QuerySet[Connection]:
    return live_connections().filter(room_id=OuterRef("room_id"), user_id=OuterRef("user_id"))


def _lease_end() -> Combinable:
    return Now() + timedelta(seconds=LEASE_SECONDS)
