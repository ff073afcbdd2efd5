"""Tell the history which person may read which rooms (history/readers.py). HISTORY_READERS names this module.

The lookup is the authorisation: everything is found among a person's memberships.
"""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from history.person import Person
from history.prepared import Prepared
from history.readers import Place, Readers, Reading, Searchable, Unread
from rooms import addresses, codes, factors, hides, limits, names, unread
from rooms.limits import downloads, searches
from rooms.models import Membership, Room, User

# The permission of staff to read messages of all rooms, in the admin.
INSPECTS = "history.view_message"
_MOST_PEOPLE = 100
_SEARCHABLE = (
    "room_id",
    "code",
    "title",
    "room__stream_id",
    "room__stream__head",
    "hidden_through",
    "is_readable",
)


_MAX_ID = 2**63 - 1


def _readable(user: int) -> QuerySet[Membership]:
    return Membership.objects.filter(Membership.READS, user=user).select_related("room")


_of_room = Prepared(
    lambda user, room_id: _readable(user).filter(room__public_id=room_id).order_by("pk")[:1],
    user=int,
    room_id=str,
)


_of_stream = Prepared(
    lambda user, stream: _readable(user).filter(room__stream=stream).order_by("pk")[:1],
    user=int,
    stream=int,
)


@cache
def _newest(limit: int) -> Prepared:
    return Prepared(
        lambda user, before: _readable(user).filter(pk__lt=before).order_by("-pk")[:limit],
        user=int,
        before=int,
    )


_of_streams = Prepared(
    lambda user, streams: (
        Membership.objects.filter(user=user, room__stream__in=streams)
        .annotate(
            is_readable=Membership.READS,
            is_inside=Q(left_at__isnull=True, room__closed_at__isnull=True),
        )
        .select_related("room")
    ),
    user=int,
    streams=[int],
)


class RoomReaders(Readers):
    """Members read their rooms, also after leaving and after the end, unless they were removed."""

    def reading(self, person: Person, room_id: str) -> Reading | None:
        found = _of_room.first(user=person.pk, room_id=room_id)
        return _reading(found) if found else None

    def inspects(self, person: Person) -> bool:
        if not isinstance(person, User) or not person.is_staff or not person.has_perm(INSPECTS):
            return False
        return factors.may_inspect(person)

    def readings(self, person: Person, *, before: int | None, limit: int) -> list[Reading]:
        top = _MAX_ID if before is None else before
        return [_reading(row) for row in _newest(limit).all(user=person.pk, before=top)]

    def unread(self, readings: Collection[Reading]) -> Mapping[int, Unread]:
        return unread.of([reading.key for reading in readings])

    def last_said(self, readings: Collection[Reading]) -> Mapping[int, datetime]:
        said = unread.last_messages([reading.key for reading in readings])
        return {key: message.at for key, message in said.items()}

    def hidden_people(self, person: Person) -> Collection[int]:
        return hides.hidden_by(person.pk)

    def places(self, person: Person, stream_ids: Collection[int]) -> Mapping[int, Place]:
        rows = _of_streams.all(user=person.pk, streams=stream_ids)
        found = {
            row.room.stream_id: Place(
                row.room.public_id,
                row.seen_code,
                row.seen_title,
                row.is_readable,
                row.is_readable and row.is_inside,
            )
            for row in rows
        }
        if others := set(stream_ids) - found.keys():
            rooms = Room.objects.filter(stream__in=others).values_list("stream_id", "public_id")
            found.update((stream, Place(public_id)) for stream, public_id in rooms)
        return found

    def roles(self, stream_id: int) -> Mapping[int, str]:
        return dict(
            Membership.objects.filter(room__stream=stream_id).values_list("user_id", "role")
        )

    def searchable(self, person: Person, *, only: Reading | None = None) -> list[Searchable]:
        rows = Membership.objects.filter(user=person.pk).annotate(
            is_readable=Membership.READS,
            code=Membership.SEEN_CODE,
            title=Membership.SEEN_TITLE,
        )
        if only is not None:
            rows = rows.filter(pk=only.key)
        return [Searchable._make(row) for row in rows.values_list(*_SEARCHABLE)]

    def code(self, typed: str) -> str:
        return codes.normalize(typed)

    def called(self, name: str, room_keys: Sequence[int]) -> list[int]:
        key = names.key(name)
        known = User.objects.filter(memberships__room__in=room_keys).distinct()
        found = list(known.filter(name_key=key).values_list("pk", flat=True))
        if found or not key:
            return found
        begun = known.filter(name_key__startswith=key)
        return list(begun.values_list("pk", flat=True)[:_MOST_PEOPLE])

    def searching(self, person: Person, request: HttpRequest) -> AbstractContextManager[None]:
        return searches.slot(person=person.public_id, address=addresses.of_request(request))

    def charge_download(self, person: Person) -> None:
        limits.table.downloading.require(person.public_id)

    def deliver(self, parts: AsyncIterator[bytes], person: Person) -> AsyncIterable[bytes]:
        return downloads.transcripts.begin(parts, person=person.public_id)

    def reading_of(self, person: Person, stream_id: int) -> Reading | None:
        found = _of_stream.first(user=person.pk, stream=stream_id)
        return _reading(found) if found else None

    def send(self, parts: AsyncIterator[bytes], person: Person) -> AsyncIterable[bytes]:
        return downloads.files.begin(parts, person=person.public_id)


def _reading(membership: Membership) -> Reading:
    room = membership.room
    return Reading(
        key=membership.pk,
        stream_id=room.stream_id,
        hidden_through=membership.hidden_through,
        room_id=room.public_id,
        code=membership.seen_code,
        title=membership.seen_title,
        opened_at=room.created_at,
        closed_at=room.closed_at,
        leads_in=room.is_open and membership.seen_code == room.code,
    )
