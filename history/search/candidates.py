"""Ids of messages that match, newest first: by the way that is quick for what is looked for.

A planner has to guess how often a word is said, and by whom; with ORDER BY and LIMIT a wrong guess
reads a whole table. So each way here is a statement whose steps are fixed (MATERIALIZED, LATERAL):

lately   the site's newest messages: a word said all the time fills the page from these
indexed  all places of the words, from the index
scanned  texts by themselves, so many at a time, for parts inside of words
walked   each room backwards, where no word is looked for
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from history.models import Message
from history.search import index
from history.search.query import Query
from history.search.scopes import Scope

# How many of the newest messages of the site are looked at first.
LATELY = 5000
# Messages looked through at a time where no index helps.
SCAN = 100_000

_COLUMNS = "m.id, m.stream_id, m.seq, m.author_id, m.kind, m.deleted_at, m.at, m.words"
# {holds} is what must be true of a message `m` in a room of `mine`.
_POSTGRESQL = {
    "range": """
WITH mine AS MATERIALIZED (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS u(stream, hidden)),
m AS MATERIALIZED (SELECT {columns} FROM history_message m WHERE m.id >= %s AND m.id < %s)
SELECT m.id FROM m JOIN mine ON mine.stream = m.stream_id
WHERE {holds} ORDER BY m.id DESC LIMIT %s""",
    "indexed": """
WITH mine AS MATERIALIZED (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS u(stream, hidden)),
m AS MATERIALIZED (SELECT {columns} FROM history_message m WHERE {condition}
    AND m.stream_id = ANY(%s) AND m.id < %s)
SELECT m.id FROM m JOIN mine ON mine.stream = m.stream_id
WHERE {holds} ORDER BY m.id DESC LIMIT %s""",
    "walked": """
WITH mine AS MATERIALIZED (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS u(stream, hidden))
SELECT near.id FROM mine CROSS JOIN LATERAL (
    SELECT m.id FROM history_message m
    WHERE m.stream_id = mine.stream AND m.id < %s AND {holds} ORDER BY m.seq DESC LIMIT %s
) near ORDER BY near.id DESC LIMIT %s""",
}
_SQLITE_MINE = """
WITH mine(stream, hidden) AS MATERIALIZED (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(%s))
"""
_SQLITE = {
    "range": _SQLITE_MINE
    + """
SELECT m.id FROM history_message m CROSS JOIN mine ON mine.stream = m.stream_id
WHERE m.id >= %s AND m.id < %s AND {holds} ORDER BY m.id DESC LIMIT %s""",
    "indexed": _SQLITE_MINE
    + """
SELECT m.id FROM {table} CROSS JOIN history_message m ON m.id = {table}.rowid
CROSS JOIN mine ON mine.stream = m.stream_id
WHERE {condition} AND {table}.rowid < %s AND {holds} ORDER BY {table}.rowid DESC LIMIT %s""",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, newest first. `goes_on`: nothing older than this was looked at."""

    ids: Sequence[int]
    goes_on: int | None = None


class Finder:
    """Messages of a scope that match a query."""

    def __init__(self, scope: Scope, query: Query) -> None:
        self.scope = scope
        self.query = query
        self._words = [word for term in query.terms for word in term.indexed]
        self._is_postgresql = connection.vendor == "postgresql"

    @cached_property
    def top(self) -> int:
        """Above the newest message of the site."""
        newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first()
        return (newest or 0) + 1

    def ids(self, *, before: int | None, limit: int) -> Found:
        top = self.top if before is None else min(before, self.top)
        if not self.query.terms:
            return Found(self._walked(top, limit))
        if not self._words or not index.has_index():
            return self._scanned(top, limit)
        if self._is_postgresql:
            found = self._range(top - LATELY, top, limit)
            if len(found) == limit:
                return Found(found)
        return Found(self._indexed(top, limit))

    # The ways ------------------------------------------------------------------------------------

    def _range(self, low: int, top: int, limit: int) -> list[int]:
        holds, values = self._holds()
        return self._ids("range", holds, [low, top, *values, limit])

    def _scanned(self, top: int, limit: int) -> Found:
        low = top - SCAN
        found = self._range(low, top, limit)
        return Found(found, goes_on=low if low > 1 and len(found) < limit else None)

    def _indexed(self, top: int, limit: int) -> list[int]:
        condition, asked = index.condition(self._words)
        holds, values = self._holds()
        streams = [list(self.scope.streams)] if self._is_postgresql else []
        values = [*asked, *streams, top, *values, limit]
        return self._ids("indexed", holds, values, condition=condition)

    def _walked(self, top: int, limit: int) -> list[int]:
        holds, values = self._holds()
        if self._is_postgresql:
            return self._ids("walked", holds, [top, *values, limit, limit])
        return self._range(0, top, limit)

    # Their parts ----------------------------------------------------------------------------------

    def _holds(self) -> tuple[str, list[Any]]:
        """What is true of a message `m`, in a room of `mine`, that is found."""
        parts = ["m.kind = 'chat' AND m.deleted_at IS NULL"]
        parts.append("(m.seq > mine.hidden OR m.author_id = %s)")
        values: list[Any] = [self.scope.user_id]
        if self.scope.people is not None:
            parts.append(f"m.author_id IN ({', '.join(['%s'] * len(self.scope.people))})")
            values += self.scope.people
        for bound, sign in ((self.query.since, ">="), (self.query.until, "<")):
            if bound is not None:
                parts.append(f"m.at {sign} %s")
                values.append(connection.ops.adapt_datetimefield_value(bound))
        for term in self.query.terms:
            parts.append(index.contains())
            values.append(term.needle)
        return " AND ".join(parts), values

    def _ids(self, way: str, holds: str, values: Sequence[Any], condition: str = "") -> list[int]:
        sql = (_POSTGRESQL if self._is_postgresql else _SQLITE)[way]
        parts = {"columns": _COLUMNS, "table": index.TABLE, "condition": condition}
        return [row[0] for row in self._rows(sql.format(holds=holds, **parts), values)]

    def _rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self._mine, *values])
            return list(cursor.fetchall())

    @property
    def _mine(self) -> list[Any]:
        streams, hidden = list(self.scope.streams), list(self.scope.hidden)
        if self._is_postgresql:
            return [streams, hidden]
        return [json.dumps(list(zip(streams, hidden, strict=True)))]
