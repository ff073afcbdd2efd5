"""How much somebody has not read, in many rooms at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from rooms.models import Membership

# More is not counted: "99+".
MOST = 99
# Of each room so many of the newest numbers are looked at, whatever they are.
_LOOKED_AT = 400

# For each membership a range of two indexes, of bounded length however much was said. By its ends
# and not by LIMIT, for which PostgreSQL may read and sort all of the one big room among small ones.
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


@dataclass(frozen=True, slots=True)
class Unread:
    """Messages of others that are not read; of them, those that speak to the person by name."""

    messages: int = 0
    mentions: int = 0

    @property
    def count(self) -> str:
        return f"{MOST}+" if self.messages > MOST else str(self.messages)

    @property
    def mention_count(self) -> str:
        return f"{MOST}+" if self.mentions > MOST else str(self.mentions)


def count(memberships: Iterable[Membership]) -> None:
    """Give each membership its `unread`, an Unread."""
    by_id = {membership.pk: membership for membership in memberships}
    if not by_id:
        return
    later = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    sql = _COUNT.format(ids=", ".join(["%s"] * len(by_id)), later=later)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_LOOKED_AT, MOST + 1, *by_id])
        for pk, messages, mentions in cursor.fetchall():
            by_id[pk].unread = Unread(messages, mentions)  # type: ignore[attr-defined]
