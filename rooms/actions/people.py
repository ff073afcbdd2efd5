"""Who somebody is."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from history import log
from history.models import Message
from rooms import names, publish
from rooms.errors import NameTaken, Removed
from rooms.models import Membership, Room, User, guest_username


def lock(user: User) -> None:
    """Hold a person, read again, until the transaction ends: nobody else renames, bans or lets them in.

    Taken before the lock of any room.
    """
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))


@transaction.atomic
def enter_as(*, user: User | None, name: str, joining: Room | None = None) -> User:
    """The person under this name: a new guest, or the known one, renamed if need be.

    `joining` is a room that the same transaction will lock next. Raises BadName, NameTaken (in a
    room where the person is present) or Removed.
    """
    name = names.clean(name)
    if user is None:
        user = User(
            username=guest_username(),
            display_name=name,
            name_key=names.key(name),
            is_guest=True,
        )
        user.set_unusable_password()
        user.save()
        return user
    lock(user)
    if not user.is_active:
        raise Removed
    if user.display_name != name:
        rename(user=user, name=name, joining=joining)
    return user


@transaction.atomic
def rename(*, user: User, name: str, joining: Room | None = None) -> None:
    """Change what a person is called, everywhere. Raises BadName or NameTaken.

    `joining` is a room that the same transaction will lock next.
    """
    name = names.clean(name)
    lock(user)
    former, name_key = user.display_name, names.key(name)
    memberships = Membership.objects.filter(
        user=user, left_at__isnull=True, room__closed_at__isnull=True
    )
    # Every room they are in or may be in by the end, in one order with all who lock several.
    streams = {*memberships.values_list("room__stream_id", flat=True)}
    if joining:
        streams.add(joining.stream_id)
    heads = log.advance(dict.fromkeys(streams, 0))
    rooms = list(
        Room.objects.filter(
            stream__in=heads, memberships__user=user, memberships__present=True
        ).order_by("stream_id")
    )
    for room in rooms:
        if is_taken(room_id=room.pk, name_key=name_key, except_user_id=user.pk):
            raise NameTaken
    user.display_name, user.name_key = name, name_key
    user.save(update_fields=["display_name", "name_key"])
    for room in rooms:
        notice = log.entry(Message.Kind.NOTICE, user, body=f"{former} is now called {name}")
        publish.changed(code=room.code, change=log.append(heads[room.stream_id], [notice]))
        log.raise_epoch(room.stream_id)  # so that a worker that hears no bell finds it too
        publish.rules_changed(code=room.code, stream_id=room.stream_id)


def is_taken(*, room_id: int, name_key: str, except_user_id: int) -> bool:
    """Whether somebody else who is in the room, or just about to be, has this name."""
    return (
        Membership.objects.filter(room_id=room_id, user__name_key=name_key)
        .filter(Q(present=True) | Q(reserved_until__gt=Now()))
        .exclude(user_id=except_user_id)
        .exists()
    )
