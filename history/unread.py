"""How much somebody has not read, in many rooms at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from rooms.models import Membership

# More is not counted: "99+".
MOST = 99
# Of each room so many messages are looked at, whatever they are.
_LOOKED_AT = 250

# For each membership at most so many rows of two index ranges, however much was said.
_COUNT = """
SELECT ms.id,
    (SELECT count(*) FROM (
        SELECT m.kind, m.author_id, m.deleted_at FROM history_message m
        WHERE m.stream_id = r.stream_id AND m.seq > ms.read_through AND m.seq > ms.hidden_through
        ORDER BY m.seq LIMIT %s
    ) later WHERE later.kind = 'chat' AND later.author_id <> ms.user_id
        AND later.deleted_at IS NULL),
    (SELECT count(*) FROM (
        SELECT 1 FROM history_mention n WHERE n.user_id = ms.user_id
        AND n.stream_id = r.stream_id AND n.seq > ms.read_through AND n.seq > ms.hidden_through
        LIMIT %s
    ) called)
FROM rooms_membership ms JOIN rooms_room r ON r.id = ms.room_id WHERE ms.id IN ({ids})
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
    sql = _COUNT.format(ids=", ".join(["%s"] * len(by_id)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [_LOOKED_AT, MOST + 1, *by_id])
        for pk, messages, mentions in cursor.fetchall():
            by_id[pk].unread = Unread(messages, mentions)  # type: ignore[attr-defined]
