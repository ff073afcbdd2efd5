"""The admin's first page: how the site is doing.

Every query is bounded: by an index, by the hours of a month (rooms/counts.py), or by the latest so
many messages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from history.models import Message
from rooms import counts
from rooms.models import Connection, Deed, Membership, Report, Room, User, Worker
from rooms.staff import wording
from rooms.staff.base import Text, address, listing
from rooms.staff.charts import spans

TOP = 10
# Messages that the busiest rooms are taken from.
LATEST = 20_000
# Deeds shown, and those more for each of the busiest rooms: the list is then as high as those beside it.
RECENT, RECENT_MORE = 3, 2 / 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of now, and where it is looked into."""

    label: Text
    count: int
    address: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """A room among the busiest of a day."""

    room: Room
    address: str
    messages: int
    people: int


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the page shows to this member of the staff."""
    now = timezone.now()
    sees = request.user.has_perm
    rooms = busiest(now) if sees("rooms.view_room") else []
    shown = RECENT + int(RECENT_MORE * len(rooms))
    return {
        "figures": figures(),
        "spans": spans(now),
        "busiest": rooms,
        "workers": workers() if sees("rooms.view_worker") else None,
        "deeds": recent(shown) if sees("rooms.view_deed") else (),
        "all_deeds": listing(Deed),
    }


def figures() -> list[Figure]:
    """Return the figures of this moment."""
    is_open = Q(closed_at__isnull=True)
    rooms = Room.objects.filter(is_open)
    waiting = Report.objects.filter(state=Report.State.OPEN).count()
    occupied = rooms.filter(closes_at__isnull=True).count()
    banned = User.objects.filter(is_active=False).count()
    return [
        Figure(_("Open reports"), waiting, listing(Report, state__exact="open"), waiting > 0),
        Figure(_("Open rooms"), rooms.count(), listing(Room, state="open")),
        Figure(_("Rooms in use"), occupied, listing(Room, state="occupied")),
        Figure(_("People online"), counts.people_online(), listing(Membership, standing="here")),
        Figure(_("Connections"), Connection.objects.count()),
        Figure(_("Banned people"), banned, listing(User, kind="banned")),
    ]


def busiest(now: datetime) -> list[Busy]:
    """The rooms with the most of the latest messages, none of them older than a day."""
    last = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    latest = Message.objects.filter(
        pk__gt=last - LATEST, at__gte=now - timedelta(days=1), kind=Message.Kind.CHAT
    ).order_by()
    # By a sum: grouped by the column itself, SQLite walks the whole index that has it first.
    streams = latest.values_list(F("stream") + 0).annotate(n=Count("pk"))
    said = dict(streams.order_by("-n")[:TOP])
    rooms = list(Room.objects.filter(stream__in=said).select_related("owner"))
    present = Membership.objects.filter(room__in=rooms, present=True).order_by()
    here = dict(present.values_list("room").annotate(n=Count("pk")))
    found = [Busy(r, address(r), said[r.stream_id], here.get(r.pk, 0)) for r in rooms]
    return sorted(found, key=lambda busy: -busy.messages)


def recent(limit: int) -> list[tuple[Deed, SafeString]]:
    """The latest entries of the audit log, each with what it says was done."""
    return [
        (deed, wording.done_to(deed.verb, deed.target_name))
        for deed in Deed.objects.order_by("-pk")[:limit]
    ]


def workers() -> list[Worker]:
    """Every worker with its `sockets`, and whether it is `alive`, the longest running first."""
    rows = Worker.objects.annotate(sockets=Count("connections"), alive=Q(lease_until__gte=Now()))
    return list(rows.order_by("started_at"))
