"""The open rooms that a person is in, and how much of any room somebody has not read."""

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from history.prepared import Prepared
from history.readers import MOST_UNREAD, Unread
from rooms.models import Membership, User

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
        AND m.kind = 'chat' AND m.author_id <> ms.user_id AND m.deleted_at IS NULL),
    (SELECT count(*) FROM (
        SELECT 1 FROM history_mention n WHERE n.user_id = ms.user_id
        AND n.stream_id = r.stream_id AND n.seq > {later}(ms.read_through, ms.hidden_through)
        LIMIT %s
    ) called)
FROM rooms_membership ms JOIN rooms_room r ON r.id = ms.room_id
JOIN history_stream s ON s.id = r.stream_id WHERE ms.id IN ({ids})
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
        Membership.objects.filter(
            user=user, left_at__isnull=True, banned_at__isnull=True, room__closed_at__isnull=True
        )
        .select_related("room")
        .annotate(here=Coalesce(Subquery(present), 0))
        .order_by("-pk")[:OPEN_ROOMS]
    )


_open_rooms = Prepared(_of_user, user=int)


def open_rooms(user: User) -> Sequence[Membership]:
    """Return the open rooms that a person is in, the latest first.

    Each has `here`, the number of people who are there now, and `unread`, an Unread.
    """
    found = _open_rooms.all(user=user.pk)
    counted = of([membership.pk for membership in found])
    for membership in found:
        membership.unread = counted[membership.pk]
    return found


def of(membership_ids: Collection[int]) -> dict[int, Unread]:
    """Return what is unread of each of these memberships."""
    if not membership_ids:
        return {}
    later = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    sql = _COUNT.format(ids=", ".join(["%s"] * len(membership_ids)), later=later)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_LOOKED_AT, MOST_UNREAD + 1, *membership_ids])
        return {pk: Unread(messages, mentions) for pk, messages, mentions in cursor.fetchall()}
