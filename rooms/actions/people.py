"""People: guests, and their names."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from history import database, lookalikes, notices
from history.log.entry import Entry
from history.prepared import insert
from rooms import names
from rooms.errors import NameTaken, Removed
from rooms.models import Deed, Membership, Room, User, guest_username
from rooms.refusals.names import NameReserved
from rooms.turn import lock_person, turns

# Whoever is in a room, or expected there since they sent the form, has their name to themselves. So has a
# bot that may come in, also while it is away: what it says comes without a socket too.
HOLDS_NAME = (
    Q(present=True)
    | Q(reserved_until__gt=Now())
    | (Q(user__is_bot=True) & Membership.INSIDE & Q(room__closed_at__isnull=True))
)


def enter_as(*, user: User | None, name: str, joining: Room | None = None) -> User:
    """The person under this name: a new guest, or the known one, renamed if need be.

    `joining` is a room that the same transaction will lock next. Raises BadName, NameTaken (in a
    room where the person is present) or Removed.
    """
    name = names.clean(name)
    if user is None:
        return _guest(name)
    with database.atomic():
        lock_person(user)
        if not user.is_active:
            raise Removed
        if user.display_name != name:
            rename(user=user, name=name, joining=joining)
    return user


def _guest(name: str) -> User:
    refuse_reserved(name)
    user = User(
        username=guest_username(),
        display_name=name,
        name_key=names.key(name),
        name_skeleton=lookalikes.skeleton(name),
        is_guest=True,
        last_login=timezone.now(),  # being made is being signed in
    )
    user.set_unusable_password()
    insert(user)
    return user


def rename(*, user: User, name: str, joining: Room | None = None) -> None:
    """Change what a person is called, everywhere. Raises BadName or NameTaken.

    `joining` is a room that the same transaction will lock next.
    """
    name = names.clean(name)
    if not user.is_staff:
        refuse_reserved(name)
    with database.atomic():
        _rename(user, name, joining)


def _rename(user: User, name: str, joining: Room | None) -> None:
    lock_person(user)
    former = user.display_name
    memberships = Membership.objects.filter(
        user=user, left_at__isnull=True, room__closed_at__isnull=True
    )
    # Every room they are in or may be in by the end, in one order with all who lock several.
    streams = {*memberships.values_list("room__stream_id", flat=True)}
    if joining:
        streams.add(joining.stream_id)
    with turns(streams) as found:
        # Where they are or are expected: whoever has a name kept there comes in without being asked.
        held = memberships.filter(HOLDS_NAME, room__stream__in=found)
        held = held.select_related("room").order_by("room__stream_id")
        if any(is_taken(room_id=member.room_id, user=user, name=name) for member in held):
            raise NameTaken
        rooms = [member.room for member in held if member.present]
        user.display_name = name
        user.name_key, user.name_skeleton = names.key(name), lookalikes.skeleton(name)
        user.save(update_fields=["display_name", "name_key", "name_skeleton"])
        for room in rooms:
            t = found[room.stream_id]
            t.room = room
            t.append(Entry.notice(user, notices.facts("rename", about=user, was=former)))
            t.evict()


def show_reading(*, user: User, shown: bool) -> None:
    """Whether the others in small rooms learn how far a person has read.

    From the next time that it would be told: pages that are open keep what they know.
    """
    user.shows_reading = shown
    user.save(update_fields=["shows_reading"])


def notify_with_text(*, user: User, shown: bool) -> None:
    """Let a person's notifications show what was said, or only who wrote, and where."""
    user.notifies_with_text = shown
    user.save(update_fields=["notifies_with_text"])


def is_taken(*, room_id: int, user: User, name: str | None = None) -> bool:
    """Return True if a person's name, or one that looks like it, is another's in the room.

    It is while that one is there or just about to be; that of somebody registered is kept from
    guests for as long as that one is a member, and that of a bot from everybody. `name` is one the
    person would like to have.
    """
    name = user.display_name if name is None else name
    key, look = names.key(name), lookalikes.skeleton(name)
    found = namesakes(user.pk, key, look, is_guest=user.is_guest)
    return found.filter(room_id=room_id).exists()


def namesakes(user_id: int, key: str, look: str, *, is_guest: bool) -> QuerySet[Membership]:
    """Return the memberships, of any room, that keep a name from a person: see `is_taken`.

    The name is told by what it is compared by (`names.key` and `lookalikes.skeleton`).
    """
    alike = Q(user__name_key=key) | Q(user__name_skeleton=look)
    held = HOLDS_NAME
    if is_guest:
        held |= Q(user__is_guest=False) & Membership.INSIDE
    return Membership.objects.filter(alike & held).exclude(user_id=user_id)


def ids_of(user: User) -> set[str]:
    """The public ids under which the audit log knows a person: theirs, and of guests they brought."""
    merges = Deed.objects.filter(verb="merge", actor_id=user.public_id)
    return {user.public_id, *merges.values_list("target_id", flat=True)}


def refuse_reserved(name: str) -> None:
    """Raise NameReserved for a name that speaks for the site."""
    if names.is_reserved(name):
        raise NameReserved
