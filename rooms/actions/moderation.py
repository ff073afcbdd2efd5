"""What staff does to people."""

from django.db import transaction

from history.log import write
from history.log.entry import Head
from rooms import publish
from rooms.actions import people
from rooms.actions.rooms import depart
from rooms.models import Membership, Room, User


@transaction.atomic
def ban(*, user: User) -> None:
    """Shut a person out of the whole site. They leave every room, and their sockets are closed."""
    heads = _set_active(user, active=False)
    for membership in Membership.objects.filter(
        user=user, present=True, room__stream__in=heads
    ).select_related("room", "user"):
        room = membership.room
        depart(head=heads[room.stream_id], room=room, memberships=[membership])


@transaction.atomic
def unban(*, user: User) -> None:
    """Let a person in again. Memberships are as they were."""
    _set_active(user, active=True)


def _set_active(user: User, *, active: bool) -> dict[int, Head]:
    """The locked streams of the open rooms that the person is a member of, by id."""
    people.lock(user)  # who is just joining a room has joined it, or will be refused
    rooms = Room.objects.filter(memberships__user=user, closed_at__isnull=True)
    streams = {room.stream_id: room.code for room in rooms}
    # The locks first: what is being posted right now is committed before or refused after.
    heads = write.advance(dict.fromkeys(streams, 0))
    User.objects.filter(pk=user.pk).update(is_active=active)
    user.is_active = active
    for stream_id, code in streams.items():
        write.raise_epoch(stream_id)
        publish.rules_changed(code=code, stream_id=stream_id)
    return heads
