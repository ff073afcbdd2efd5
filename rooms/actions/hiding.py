"""Hide a person for oneself: their messages are folded, and count for nothing. Nobody is told."""

from collections.abc import Iterable

from rooms.models import HiddenPerson, Membership, User
from rooms.refusals.orders import CannotHideYourself, HidesMany, NotHidden, SharesNoRoom
from rooms.turn import Turn, turns

# People that somebody may have hidden: each is named to the page of every room.
MOST = 200


def hide(*, user: User, person_id: str) -> User:
    """Hide the person with this public id. Return the person, also if that was so already.

    Only people of one's own rooms can be hidden, so that nobody learns which other ids there are.
    Raises PersonNotFound, CannotHideYourself or HidesMany.
    """
    if person_id == user.public_id:
        raise CannotHideYourself
    mine = Membership.objects.filter(Membership.READS, user=user).values("room")
    known = User.objects.filter(public_id=person_id, memberships__room__in=mine)
    person = known.first()
    if person is None:
        raise SharesNoRoom
    with turns(_rooms_with_pages(user), person=user) as found:
        hidden = HiddenPerson.objects.filter(user=user)
        if hidden.filter(person=person).exists():
            return person
        if hidden.count() >= MOST:
            raise HidesMany(limit=MOST)
        HiddenPerson.objects.create(user=user, person=person)
        _tell_own_pages(found.values())
    return person


def show_again(*, user: User, person_id: str) -> User:
    """Unfold the messages of a hidden person, who is returned. Raises PersonNotFound."""
    with turns(_rooms_with_pages(user), person=user) as found:
        rows = HiddenPerson.objects.filter(user=user, person__public_id=person_id)
        row = rows.select_related("person").first()
        if row is None:
            raise NotHidden
        row.delete()
        _tell_own_pages(found.values())
    return row.person


def _rooms_with_pages(user: User) -> set[int]:
    """Return the streams of the rooms in which a person has pages open."""
    members = Membership.objects.filter(user=user, present=True, room__closed_at__isnull=True)
    return set(members.values_list("room__stream_id", flat=True))


def _tell_own_pages(found: Iterable[Turn]) -> None:
    """Have the person's other pages told with a `you` frame. A new epoch is shown to nobody else."""
    for t in found:
        t.evict()
