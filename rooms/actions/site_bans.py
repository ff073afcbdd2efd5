"""Ban people from the whole site, and let them in again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from rooms.actions.leaving import depart
from rooms.models import Membership, Room, User
from rooms.turn import Turn, lock_person, turns


def ban(*, user: User) -> None:
    """Ban a person from the site. They leave every room, and their sockets are closed."""
    with _switching(user, active=False) as found:
        here = Membership.objects.filter(user=user, present=True, room__stream__in=found)
        for member in here.select_related("room", "user"):
            t = found[member.room.stream_id]
            t.room = member.room
            depart(t, [member])


def unban(*, user: User) -> None:
    """Let a person in again. Memberships are as they were."""
    with _switching(user, active=True):
        pass


@contextmanager
def _switching(user: User, *, active: bool) -> Iterator[dict[int, Turn]]:
    """Let a person in, or not, and have it checked in the open rooms that they are a member of."""
    with transaction.atomic():
        lock_person(user)  # whoever is just joining a room has joined it, or will be refused
        rooms = Room.objects.filter(memberships__user=user, closed_at__isnull=True)
        # The locks first: what is being posted right now is committed before or refused after.
        with turns(set(rooms.values_list("stream_id", flat=True))) as found:
            User.objects.filter(pk=user.pk).update(is_active=active)
            user.is_active = active
            for t in found.values():
                t.evict()
            yield found
