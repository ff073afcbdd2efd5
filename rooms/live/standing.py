"""A member without a socket: who it is, what it may do, and as of when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from history.log import read
from rooms import access
from rooms.errors import NotMember
from rooms.models import Membership


@dataclass(frozen=True, slots=True)
class Standing:
    """A member who may be in the room, as of the room's `epoch` and the database's `now`."""

    member: Membership
    epoch: int
    now: datetime


def of(here: QuerySet[Membership]) -> Standing:
    """Return the standing of the member that a query finds. Raises NotMember, Removed or RoomClosed."""
    stream = here.values_list("room__stream_id", flat=True).first()
    if stream is None:
        raise NotMember
    # The epoch first: whoever is let through by what is read next is let through at it.
    _, epoch = read.heads([stream])[stream]
    member: Any = here.select_related("room", "user").annotate(now=Now()).first()
    return Standing(access.check(member), epoch, member.now)
