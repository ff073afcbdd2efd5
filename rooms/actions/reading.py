"""How far people have read."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from rooms.models import Membership

Place = tuple[int, int]  # room id, user id


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has read; `is_shown` if others may know."""

    user: str
    seq: int
    is_shown: bool


@transaction.atomic
def note(places: Mapping[Place, int]) -> dict[Place, Position]:
    """Move people's positions forward; never back. The positions as they are now.

    Places whose row somebody else is writing just now are missing and are to be noted again:
    nothing here waits for a lock, so it may hold many. Who is no longer in the room is missing too.
    """
    known = {(m.room_id, m.user_id): m for m in _members(places)}
    behind = [m.pk for place, m in known.items() if m.read_through < places[place]]
    locked = (
        Membership.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(pk__in=behind)
        .select_related("user")
    )
    moved = {(m.room_id, m.user_id): m for m in locked} if behind else {}
    for place, member in moved.items():
        member.read_through = max(member.read_through, places[place])
    Membership.objects.bulk_update(moved.values(), ["read_through"])
    known |= moved
    return {
        place: Position(m.user.public_id, m.read_through, m.user.shows_reading)
        for place, m in known.items()
        if m.read_through >= places[place]
    }


def _members(places: Mapping[Place, int]) -> list[Membership]:
    rows = Membership.objects.filter(
        room__in={room for room, _ in places}, user__in={user for _, user in places}
    ).select_related("user")
    return [member for member in rows if (member.room_id, member.user_id) in places]
