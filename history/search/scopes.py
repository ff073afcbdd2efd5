"""What a person may search, narrowed down to the rooms and the people they named.

The lookup is the authorisation: rooms are found among the person's memberships, people among those
who were in these rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from history import words
from history.search.query import Query
from rooms import codes, names
from rooms.models import Membership, User

# Of a room that somebody was removed from nothing is seen but their own messages.
_ALL = 2**62
_MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: streams, each with the number up to which it is hidden but for own messages.

    `people` are the authors that are meant, None if that is anybody. `size`: so many changes these
    streams have had, and so not more messages.
    """

    user_id: int
    streams: Sequence[int]
    hidden: Sequence[int]
    people: Sequence[int] | None
    size: int


def of(user: User, query: Query) -> Scope | None:
    """The person's, as narrow as the query says. None, with a note, if nothing is left."""
    memberships = list(Membership.objects.filter(user=user).select_related("room__stream"))
    if query.rooms:
        memberships = _named(memberships, query)
    if not memberships:
        return None
    streams = [membership.room.stream_id for membership in memberships]
    hidden = [
        _ALL if membership.banned_at else membership.hidden_through for membership in memberships
    ]
    people = _people(user, query, memberships) if query.people else None
    size = sum(membership.room.stream.head for membership in memberships)
    return None if people == [] else Scope(user.pk, streams, hidden, people, size)


def _named(memberships: Sequence[Membership], query: Query) -> list[Membership]:
    found = []
    for value in query.rooms:
        code, title = codes.normalize(value), words.fold(value).rstrip()
        these = [m for m in memberships if code and m.room.code == code]
        these += [m for m in memberships if title and title in words.fold(m.room.title)]
        if not these:
            query.notes.append(_("You were in no room “%s”.") % value[:80])
        found += these
    return list({membership.pk: membership for membership in found}.values())


def _people(user: User, query: Query, memberships: Sequence[Membership]) -> list[int]:
    found: list[int] = []
    rooms = [membership.room_id for membership in memberships if not membership.banned_at]
    for value in query.people:
        if value.casefold() == "me":
            found.append(user.pk)
            continue
        key = names.key(value.removeprefix("@"))
        known = User.objects.filter(memberships__room__in=rooms)
        these = list(known.filter(name_key=key).distinct().values_list("pk", flat=True))
        if not these and key:
            begun = known.filter(name_key__startswith=key).distinct()
            these = list(begun.values_list("pk", flat=True)[:_MOST_PEOPLE])
        if not these:
            query.notes.append(_("Nobody called “%s” was in these rooms.") % value[:80])
        found += these
    return found
