"""Which streams and authors a search is about: what the person may search, narrowed by the query.

The lookup is the authorisation: rooms are found among those the person may search
(history/readers.py), people among those who are or were in these rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from history import folding
from history.person import Person
from history.readers import Reading, Searchable, readers
from history.search.query import Query

# Hides everything but the person's own messages: the person was removed from the room.
_ALL = 2**62


@dataclass(frozen=True, slots=True)
class Scope:
    """Streams to search, each with the number up to which messages are hidden, except own ones.

    `people` are the authors that are meant, None for anybody. `size` is the sum of the streams' heads,
    and so an upper bound of their messages.
    """

    user_id: int
    streams: Sequence[int]
    hidden: Sequence[int]
    people: Sequence[int] | None
    size: int


def of(person: Person, query: Query, *, only: Reading | None = None) -> Scope | None:
    """Return the scope of a person's query. None, with a note, if nothing is left.

    `only` limits it to that room.
    """
    rooms: Sequence[Searchable] = readers().searchable(person, only=only)
    if query.rooms:
        rooms = _named(rooms, query)
    if not rooms:
        return None
    people = _people(person, query, rooms) if query.people else None
    if people == []:
        return None
    return Scope(
        person.pk,
        [room.stream_id for room in rooms],
        [room.hidden_through if room.is_readable else _ALL for room in rooms],
        people,
        size=sum(room.head for room in rooms),
    )


def _named(rooms: Sequence[Searchable], query: Query) -> list[Searchable]:
    found = []
    titles = [(folding.fold(room.title), room) for room in rooms if room.title]
    for value in query.rooms:
        code, title = readers().code(value), folding.fold(value).rstrip()
        these = [room for room in rooms if code and room.code == code]
        these += [room for folded, room in titles if title and title in folded]
        if not these:
            query.notes.append(_("You were in no room “%s”.") % value[:80])
        found += these
    return list({room.room_key: room for room in found}.values())


def _people(person: Person, query: Query, rooms: Sequence[Searchable]) -> list[int]:
    found: list[int] = []
    readable = [room.room_key for room in rooms if room.is_readable]
    for value in query.people:
        if value.casefold() == "me":
            found.append(person.pk)
            continue
        these = readers().called(value.removeprefix("@"), readable)
        if not these:
            query.notes.append(_("Nobody called “%s” was in these rooms.") % value[:80])
        found += these
    return found
