"""What staff does to people."""

from django.db import transaction

from history import log
from rooms import publish
from rooms.models import Room, User


@transaction.atomic
def ban(*, user: User) -> None:
    """Shut a person out of the whole site. Their open sockets are closed within a second."""
    _set_active(user, active=False)


@transaction.atomic
def unban(*, user: User) -> None:
    """Let a person in again."""
    _set_active(user, active=True)


def _set_active(user: User, *, active: bool) -> None:
    rooms = Room.objects.filter(memberships__user=user, closed_at__isnull=True)
    streams = {room.stream_id: room.code for room in rooms}
    # The locks first: what is being posted right now is committed before or refused after.
    log.advance(dict.fromkeys(streams, 0))
    User.objects.filter(pk=user.pk).update(is_active=active)
    user.is_active = active
    for stream_id, code in streams.items():
        log.raise_epoch(stream_id)
        publish.rules_changed(code=code, stream_id=stream_id)
