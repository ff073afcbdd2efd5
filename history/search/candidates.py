"""Find the ids of matching messages, newest first, by the way that is quick for the query.

A planner has to guess how often a word is said, and by whom. With ORDER BY and LIMIT a wrong guess reads
a whole table. So each way here is a statement that leaves nothing to guess (OFFSET 0 and MATERIALIZED
are fences):

recent   look at the site's newest messages: a common word fills the page from these
indexed  ask the index, block by block of ids, the newest first, until there are enough
scanned  look at the texts themselves, SCAN at a time, for parts inside of words
walked   go through each room backwards, for queries without a word or a person
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection, transaction

from history.models import Message
from history.search import index
from history.search.query import Query
from history.search.scopes import Scope

# The newest messages of the site, which are looked at first.
LATELY = 5000
# Messages looked at in one go where no index helps.
SCAN = 50_000
# Up to this number of rooms the index is asked for these rooms; with more, rooms are checked afterwards.
FEW_ROOMS = 30

# {holds} is the condition for a message `m` in a room of `mine`.
_MINE_POSTGRESQL = """
WITH mine AS MATERIALIZED (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS u(stream, hidden))
"""
_POSTGRESQL = {
    "range": """
SELECT m.id FROM (SELECT * FROM history_message m WHERE m.id >= %s AND m.id < %s OFFSET 0) m
JOIN mine ON mine.stream = m.stream_id WHERE {holds} ORDER BY m.id DESC LIMIT %s""",
    "indexed": """
SELECT m.id FROM (
    SELECT m.* FROM unnest(%s::tsquery[]) AS wanted(lexemes) CROSS JOIN LATERAL
        (SELECT * FROM history_message m WHERE {indexed} OFFSET 0) m OFFSET 0
) m JOIN mine ON mine.stream = m.stream_id
WHERE m.id >= %s AND m.id < %s AND {holds} ORDER BY m.id DESC LIMIT %s""",
    # + 0: otherwise it may walk the primary key, past the messages of all other rooms.
    "walked": """
SELECT near.id FROM mine CROSS JOIN LATERAL (
    SELECT m.id FROM history_message m
    WHERE m.stream_id = mine.stream AND m.id + 0 < %s AND {holds} ORDER BY m.seq DESC LIMIT %s
) near ORDER BY near.id DESC LIMIT %s""",
}
_MINE_SQLITE = """
WITH mine(stream, hidden) AS MATERIALIZED (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(%s))
"""
_SQLITE = {
    "range": """
SELECT m.id FROM history_message m CROSS JOIN mine ON mine.stream = m.stream_id
WHERE m.id >= %s AND m.id < %s AND {holds} ORDER BY m.id DESC LIMIT %s""",
    "indexed": """
SELECT m.id FROM {table} CROSS JOIN history_message m ON m.id = {table}.rowid
CROSS JOIN mine ON mine.stream = m.stream_id
WHERE {table} MATCH %s AND {table}.rowid < %s AND {holds} ORDER BY {table}.rowid DESC LIMIT %s""",
}
_FIRST = """
SELECT min((SELECT m.id FROM history_message m WHERE m.stream_id = mine.stream AND m.at >= %s
            ORDER BY m.at LIMIT 1)) FROM mine"""
_LAST = """
SELECT max((SELECT m.id FROM history_message m WHERE m.stream_id = mine.stream AND m.at < %s
            ORDER BY m.at DESC LIMIT 1)) FROM mine"""
_SLACK = timedelta(hours=1)
# Neither a sequential scan nor compiling the statement is ever better than the index.
_NO_GUESSING = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, newest first. `goes_on`: messages with ids below this were not looked at."""

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
        """An id above the newest message of the site."""
        newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first()
        return (newest or 0) + 1

    def ids(self, *, before: int | None, limit: int) -> Found:
        low, top = 0, self.top if before is None else min(before, self.top)
        if not self._is_postgresql:
            low, top = self._within(low, top)
            return self._ids_sqlite(low, top, limit)
        with transaction.atomic():
            self._rows(_NO_GUESSING, [])
            low, top = self._within(low, top)
            if not self.query.terms and self.scope.people is None:
                return Found(self._walked(top, limit))
            lately = max(low, top - LATELY)
            found = self._range(lately, top, limit)
            if len(found) == limit or lately == low:
                return Found(found)
            few = len(self.scope.streams) <= FEW_ROOMS and self.scope.size <= SCAN
            if self._words or self.scope.people is not None or few:
                return Found(self._indexed(low, lately, limit, found))
            return self._scanned(low, lately, limit, found)

    def _ids_sqlite(self, low: int, top: int, limit: int) -> Found:
        if self.query.terms and not (self._words and index.has_index()):
            return self._scanned(low, top, limit, [])
        if not self._words:
            return Found(self._range(low, top, limit))
        holds, values = self._holds()
        asked = [index.matching(self._words), top, *values, limit]
        return Found(self._ids("indexed", holds, asked))

    def _within(self, low: int, top: int) -> tuple[int, int]:
        """Return the bounds of the ids that messages of the query's time can have.

        In a room later messages have higher ids, but for an hour by which clocks may differ. Bounds that
        are close already stay as they are.
        """
        since, until = self.query.since, self.query.until
        if top - low <= SCAN:
            return low, top
        if since is not None:
            first = self._rows(self._mine_sql + _FIRST, [*self._mine, _moment(since - _SLACK)])
            low = max(low, first[0][0] or top)
        if until is not None:
            last = self._rows(self._mine_sql + _LAST, [*self._mine, _moment(until + _SLACK)])
            top = min(top, (last[0][0] or 0) + 1)
        return low, max(low, top)

    # The ways ------------------------------------------------------------------------------------

    def _range(self, low: int, top: int, limit: int) -> list[int]:
        holds, values = self._holds()
        return self._ids("range", holds, [low, top, *values, limit])

    def _scanned(self, low: int, top: int, limit: int, found: list[int]) -> Found:
        reached = max(low, top - SCAN)
        found = found + self._range(reached, top, limit - len(found))
        return Found(found, goes_on=reached if reached > low and len(found) < limit else None)

    def _indexed(self, low: int, top: int, limit: int, found: list[int]) -> list[int]:
        holds, values = self._holds()
        streams = self.scope.streams if len(self.scope.streams) <= FEW_ROOMS else None
        for first, last in blocks_between(low, top):
            if len(found) >= limit:
                break
            asked = [
                index.lexemes(block, self._words, people=self.scope.people, streams=streams)
                for block in range(first, last + 1)
            ]
            bounds = [max(low, first << index.BLOCK), top, *values, limit - len(found)]
            found = found + self._ids("indexed", holds, [asked, *bounds])
        return found

    def _walked(self, top: int, limit: int) -> list[int]:
        holds, values = self._holds()
        return self._ids("walked", holds, [top, *values, limit, limit])

    # Their parts ----------------------------------------------------------------------------------

    def _holds(self) -> tuple[str, list[Any]]:
        """Return the condition for a message `m` in a room of `mine`, with its values."""
        parts = ["m.kind = 'chat' AND m.deleted_at IS NULL"]
        parts.append("(m.seq > mine.hidden OR m.author_id = %s)")
        values: list[Any] = [self.scope.user_id]
        if self.scope.people is not None:
            parts.append(f"m.author_id IN ({', '.join(['%s'] * len(self.scope.people))})")
            values += self.scope.people
        for bound, sign in ((self.query.since, ">="), (self.query.until, "<")):
            if bound is not None:
                parts.append(f"m.at {sign} %s")
                values.append(_moment(bound))
        for term in self.query.terms:
            parts.append(index.contains())
            values.append(term.needle)
        return " AND ".join(parts), values

    def _ids(self, way: str, holds: str, values: Sequence[Any]) -> list[int]:
        rest = (_POSTGRESQL if self._is_postgresql else _SQLITE)[way]
        sql = self._mine_sql + rest.format(holds=holds, table=index.TABLE, indexed=index.INDEXED)
        return [row[0] for row in self._rows(sql, [*self._mine, *values])]

    def _rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    @property
    def _mine_sql(self) -> str:
        return _MINE_POSTGRESQL if self._is_postgresql else _MINE_SQLITE

    @property
    def _mine(self) -> list[Any]:
        streams, hidden = list(self.scope.streams), list(self.scope.hidden)
        if self._is_postgresql:
            return [streams, hidden]
        return [json.dumps(list(zip(streams, hidden, strict=True)))]


def blocks_between(low: int, top: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of the blocks of ids from `low` up to `top`, from the last one down.

    A block without a match costs next to nothing, but each statement costs something, so ranges grow. A
    block costs as much as it has matches.
    """
    last, many = (top - 1) >> index.BLOCK, 1
    lowest, most = low >> index.BLOCK, max(4, last >> 4)
    while last >= lowest:
        first = max(lowest, last - many + 1)
        yield first, last
        last, many = first - 1, min(2 * many, most)


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
