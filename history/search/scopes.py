"""What a person may search, narrowed down to the rooms and the people they named.

The lookup is the authorisation: rooms are found among the person's memberships, people among those
who were in these rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from history import words
from history.search.query import Query
from rooms import codes, names
from rooms.models import Membership, Room, User

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


class _Place(NamedTuple):
    """A membership, as far as search needs to know it: rows, since a person may have thousands."""

    room_id: int
    seen_code: str
    seen_title: str
    stream_id: int
    head: int
    hidden: int
    is_readable: bool  # if not, only what the person said is left


_COLUMNS = (
    "room_id",
    "code",
    "title",
    "room__stream_id",
    "room__stream__head",
    "hidden_through",
    "is_readable",
)


def of(user: User, query: Query, *, room: Room | None = None) -> Scope | None:
    """The person's, as narrow as the query says. None, with a note, if nothing is left.

    `room`: that one alone. A code would not do: it may be the next room's by now.
    """
    rows = Membership.objects.filter(user=user).annotate(
        is_readable=Membership.READS,
        code=Membership.SEEN_CODE,
        title=Membership.SEEN_TITLE,
    )
    if room is not None:
        rows = rows.filter(room=room)
    places = [_Place._make(row) for row in rows.values_list(*_COLUMNS)]
    if query.rooms:
        places = _named(places, query)
    if not places:
        return None
    people = _people(user, query, places) if query.people else None
    if people == []:
        return None
    return Scope(
        user.pk,
        [place.stream_id for place in places],
        [place.hidden if place.is_readable else _ALL for place in places],
        people,
        size=sum(place.head for place in places),
    )


def _named(places: Sequence[_Place], query: Query) -> list[_Place]:
    found = []
    titles = [(words.fold(place.seen_title), place) for place in places if place.seen_title]
    for value in query.rooms:
        code, title = codes.normalize(value), words.fold(value).rstrip()
        these = [place for place in places if code and place.seen_code == code]
        these += [place for folded, place in titles if title and title in folded]
        if not these:
            query.notes.append(_("You were in no room “%s”.") % value[:80])
        found += these
    return list({place.room_id: place for place in found}.values())


def _people(user: User, query: Query, places: Sequence[_Place]) -> list[int]:
    found: list[int] = []
    rooms = [place.room_id for place in places if place.is_readable]
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
