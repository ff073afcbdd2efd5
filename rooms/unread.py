"""A person's open rooms with their last messages, and unread counts of any room."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from history.models import Message
from history.prepared import Prepared
from history.readers import MOST_UNREAD, Unread
from rooms.models import Membership, User
from rooms.protocol import WireElsewhere

# Open rooms shown to a person.
OPEN_ROOMS = 20
# Messages are counted among this number of the newest changes of each room.
_LOOKED_AT = 400

# For each membership one range of each of two indexes, of bounded length however much was said. The range
# has bounds rather than a LIMIT, for which PostgreSQL may read and sort all of a big room among small ones.
_COUNT = """
SELECT ms.id,
    (SELECT count(*) FROM history_message m
        WHERE m.stream_id = r.stream_id
        AND m.seq > {later}(ms.read_through, ms.hidden_through, s.head - %s)
        AND m.kind = 'chat' AND m.author_id <> ms.user_id AND m.deleted_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM rooms_hiddenperson h
            WHERE h.user_id = ms.user_id AND h.person_id = m.author_id)),
    (SELECT count(*) FROM (
        SELECT 1 FROM history_mention n WHERE n.user_id = ms.user_id
        AND n.stream_id = r.stream_id AND n.seq > {later}(ms.read_through, ms.hidden_through)
        AND NOT EXISTS (
            SELECT 1 FROM rooms_hiddenperson h JOIN history_message m ON m.author_id = h.person_id
            WHERE h.user_id = ms.user_id AND m.id = n.message_id)
        LIMIT %s
    ) called)
FROM rooms_membership ms JOIN rooms_room r ON r.id = ms.room_id
JOIN history_stream s ON s.id = r.stream_id WHERE ms.id IN ({ids})
"""
# The same of memberships that are still somebody's way into their room, in the snapshot of the count.
_COUNT_INSIDE = f"{_COUNT} AND ms.left_at IS NULL AND ms.banned_at IS NULL"

# The open rooms that people are in, those they came into last.
_PLACES = """
SELECT id, user_id, room_id, public_id, code, title, bell, head, read_through,
    (SELECT count(*) FROM rooms_hiddenperson h WHERE h.user_id = found.user_id) FROM (
    SELECT ms.id, ms.user_id, ms.room_id, r.public_id, r.code, r.title, ms.bell, ms.read_through, s.head,
        ROW_NUMBER() OVER (PARTITION BY ms.user_id ORDER BY ms.id DESC) AS place
    FROM rooms_membership ms JOIN rooms_room r ON r.id = ms.room_id
    JOIN history_stream s ON s.id = r.stream_id JOIN rooms_user u ON u.id = ms.user_id
    WHERE ms.user_id IN ({ids}) AND ms.left_at IS NULL AND ms.banned_at IS NULL
    AND r.closed_at IS NULL AND u.is_active
) found WHERE place <= %s ORDER BY id DESC
"""

# The last message that somebody may see of each room, if it is among the newest changes. Not of people
# whom somebody has hidden, as above.
_LAST = """
SELECT ms.id, m.id
FROM rooms_membership ms JOIN rooms_room r ON r.id = ms.room_id
JOIN history_stream s ON s.id = r.stream_id
JOIN history_message m ON m.stream_id = r.stream_id AND m.seq = (
    SELECT max(n.seq) FROM history_message n
    WHERE n.stream_id = r.stream_id AND n.seq > {later}(ms.hidden_through, s.head - %s)
    AND n.kind = 'chat' AND n.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM rooms_hiddenperson h
        WHERE h.user_id = ms.user_id AND h.person_id = n.author_id))
WHERE ms.id IN ({ids})
"""


def _of_user(user: int) -> QuerySet[Membership]:
    present = (
        Membership.objects.filter(room=OuterRef("room"), present=True)
        .order_by()
        .values("room")
        .annotate(people=Count("pk"))
        .values("people")
    )
    return (
        Membership.objects.filter(Membership.INSIDE, user=user, room__closed_at__isnull=True)
        .select_related("room")
        .annotate(here=Coalesce(Subquery(present), 0))
        .order_by("-pk")[:OPEN_ROOMS]
    )


_open_rooms = Prepared(_of_user, user=int)


def open_rooms(user: User) -> Sequence[Membership]:
    """Return the open rooms that a person is in: first those with unread mentions, then those with
    unread messages, each in the order of their last words.

    Each has `here`, the number of people who are there now, `unread`, an Unread, and `last`, the last
    message with its author, or None if nothing was said lately.
    """
    found = _open_rooms.all(user=user.pk)
    ids = [membership.pk for membership in found]
    counted, said = of(ids), last_messages(ids)
    for membership in found:
        membership.unread = counted[membership.pk]
        membership.last = said.get(membership.pk)

    def news(membership: Membership) -> tuple[bool, bool, datetime]:
        message, unread = said.get(membership.pk), counted[membership.pk]
        latest = message.at if message else membership.entered_at
        return bool(unread.mentions), bool(unread.messages), latest

    return sorted(found, key=news, reverse=True)


def of(membership_ids: Collection[int]) -> dict[int, Unread]:
    """Return what is unread of each of these memberships."""
    if not membership_ids:
        return {}
    return _counted(_COUNT, membership_ids)


def _counted(sql: str, membership_ids: Collection[int]) -> dict[int, Unread]:
    rows = _rows(sql, [_LOOKED_AT, MOST_UNREAD + 1], membership_ids)
    return {pk: Unread(messages, mentions) for pk, messages, mentions in rows}


class Place(NamedTuple):
    """An open room that a person is in. `hidden` is how many people the person has hidden."""

    membership: int
    user: int
    room: int
    public_id: str
    code: str
    title: str
    bell: str
    head: int
    read_through: int
    hidden: int

    @property
    def counted_at(self) -> tuple[int, ...]:
        """What is unread there is another number only if one of these is."""
        return self.head, self.read_through, self.hidden


def places(user_ids: Collection[int]) -> dict[int, list[Place]]:
    """Return the open rooms that each of these people is in, the latest OPEN_ROOMS of each, in one
    statement."""
    found: dict[int, list[Place]] = {}
    for row in _rows(_PLACES, [], user_ids, after=[OPEN_ROOMS]) if user_ids else ():
        place = Place(*row)
        found.setdefault(place.user, []).append(place)
    return found


def inside(membership_ids: Collection[int]) -> dict[int, Unread]:
    """Return what `of` does. The memberships of people who are out of their room by now are missing."""
    return _counted(_COUNT_INSIDE, membership_ids) if membership_ids else {}


def elsewhere(*, user: int, room: int) -> list[WireElsewhere]:
    """Return the open rooms that a person is in besides one, as the `elsewhere` frame tells them."""
    others = [place for place in places([user]).get(user, ()) if place.room != room]
    counted = inside([place.membership for place in others if place.head > place.read_through])
    return in_order(others, counted)


def in_order(places: Sequence[Place], counted: Mapping[int, Unread]) -> list[WireElsewhere]:
    """Return rooms as they are told: first those with unread mentions, then those with unread messages."""
    told = [_told(place, counted.get(place.membership, Unread())) for place in places]
    return sorted(told, key=lambda room: (not room["mentions"], not room["unread"]))


def _told(place: Place, unread: Unread) -> WireElsewhere:
    return {
        "id": place.public_id,
        "code": place.code,
        "title": place.title,
        # One more than MOST_UNREAD stands for any larger number.
        "unread": min(unread.messages, MOST_UNREAD + 1),
        "mentions": min(unread.mentions, MOST_UNREAD + 1),
        "silent": place.bell == Membership.Bell.NOTHING,
    }


_with_authors = Prepared(
    lambda ids: Message.objects.filter(pk__in=ids).select_related("author"), ids=[int]
)


def last_messages(membership_ids: Collection[int]) -> dict[int, Message]:
    """Return the last message that each of these people may see in the room, with its author.

    Memberships of rooms in which nothing was said lately are missing.
    """
    if not membership_ids:
        return {}
    pairs = dict(_rows(_LAST, [_LOOKED_AT], membership_ids))
    messages = {message.pk: message for message in _with_authors.all(ids=pairs.values())}
    return {pk: messages[message] for pk, message in pairs.items() if message in messages}


def _rows(
    sql: str, parameters: Sequence[int], keys: Collection[int], *, after: Sequence[int] = ()
) -> list[tuple[Any, ...]]:
    """Run a statement. Its parameters stand before the keys, and those in `after` behind them."""
    later = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    ids = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(sql.format(ids=ids, later=later), [*parameters, *keys, *after])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
