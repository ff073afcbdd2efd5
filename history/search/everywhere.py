"""Search in all rooms, for the staff: the same words and index, as conditions for Django's ORM."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from history.models import Message
from history.search import index
from history.search.candidates import blocks_between
from history.search.query import Term, parse

_POSTGRESQL = """
SELECT m.id FROM unnest(%s::tsquery[]) AS wanted(lexemes) CROSS JOIN LATERAL
    (SELECT * FROM history_message m WHERE {indexed} OFFSET 0) m WHERE {holds}"""
_SQLITE = """
SELECT m.id FROM {table} CROSS JOIN history_message m ON m.id = {table}.rowid
WHERE {table} MATCH %s AND {holds}"""
_BY_ITSELF = "SELECT m.id FROM history_message m WHERE {holds}"
_NEWEST = " ORDER BY m.id DESC LIMIT %s"


def terms(typed: str) -> list[Term]:
    """Return the terms of a query. Operators are words here: the staff's page has filters of its own."""
    return parse(typed.replace(":", " "), zone=UTC, now=datetime.now(UTC)).terms


def ids(wanted: Sequence[Term]) -> RawSQL:
    """Return the ids of all messages with these terms, as a subquery."""
    index.catch_up()
    sql, values = _statement(wanted, range((_newest_id() >> index.BLOCK) + 1))
    return RawSQL(sql, values)  # noqa: S611 - all that was typed is a parameter


def newest(wanted: Sequence[Term], limit: int) -> list[int]:
    """Return the ids of the newest messages with these terms. Quick however many there are."""
    index.catch_up()
    top = _newest_id() + 1
    by_block = connection.vendor == "postgresql" and any(term.indexed for term in wanted)
    found: list[int] = []
    for first, last in blocks_between(0, top) if by_block else [(0, 0)]:
        sql, values = _statement(wanted, range(first, last + 1))
        with connection.cursor() as cursor:
            cursor.execute(sql + _NEWEST, [*values, limit - len(found)])
            found += [row[0] for row in cursor.fetchall()]
        if len(found) >= limit:
            break
    return found


def _newest_id() -> int:
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _statement(wanted: Sequence[Term], blocks: Iterable[int]) -> tuple[str, list[Any]]:
    words = [word for term in wanted for word in term.indexed]
    holds = " AND ".join(["m.deleted_at IS NULL", *[index.contains()] * len(wanted)])
    values: list[Any] = [term.needle for term in wanted]
    if not words or not index.has_index():
        sql = _BY_ITSELF
    elif connection.vendor == "postgresql":
        sql = _POSTGRESQL
        values.insert(0, [index.lexemes(b, words, people=None, streams=None) for b in blocks])
    else:
        sql = _SQLITE
        values.insert(0, index.matching(words))
    return sql.format(indexed=index.INDEXED, table=index.TABLE, holds=holds), values
