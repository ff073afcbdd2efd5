"""When an empty room closes."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from history.models import Message
from rooms.models import Membership, Room

# How long a room waits at least for somebody who is expected, whatever its grace: a page's load.
EXPECTED = timedelta(seconds=5)
# How long an empty room in which nothing was ever said stays open at the most, whatever its grace.
UNSPOKEN = 600


def moment(grace: int, *, expected: bool = False) -> CombinedExpression:
    """Return when a room that is empty from now on closes, `grace` being in seconds.

    With `expected` not before the person who is on the way can be there.
    """
    wait = timedelta(seconds=grace)
    return Now() + (max(wait, EXPECTED) if expected else wait)


def grace(room: Room) -> int:
    """Return how many seconds a room stays open with nobody in it."""
    rows = Message.objects.filter(stream=room.stream_id)
    if rows.filter(kind=Message.Kind.CHAT).exists():
        return room.grace
    # Without its first number the log is one from which old messages have been erased.
    first = rows.order_by("seq").values_list("seq", flat=True).first()
    return min(room.grace, UNSPOKEN) if first in {None, 1} else room.grace


def unexpected() -> Q:
    """Return a condition: rooms that nobody is on the way into whom the form has let in."""
    expected = Membership.objects.filter(
        Membership.READS, room=OuterRef("pk"), reserved_until__gt=Now(), left_at__isnull=True
    )
    return ~Q(Exists(expected))
