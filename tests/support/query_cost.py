"""How much of a table each statement reads: as a missing index shows, whatever the planner guesses.

PostgreSQL is asked for the rows that each scan of a plan came across, those it threw away too. SQLite
is asked for the steps of its machine, some dozens for each row with many columns, some for one that
is only looked at. Both are the same on any computer.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

# What is looked at: everything that searches, also for rows to change.
_SEARCHING = ("SELECT", "WITH", "UPDATE", "DELETE")
# PostgreSQL: what one scan may come across.
_ROWS_MOST = 1000
# A small table is read as a whole, or by a join with all of it. What can be had otherwise, must be.
_AS_IF_LARGE = "".join(
    f"SET LOCAL enable_{way} = off;" for way in ("seqscan", "hashjoin", "mergejoin", "material")
)
_ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
# SQLite: what one statement may take, and one that goes through a table, as the newest of a list do.
_STEPS_MOST, _SCAN_MOST = 45_000, 6000
# It counts so many at a time.
_STEPS = 100
# A table itself, or by the other names that are usual for one in SQL of ours and of Django's.
_SCAN = re.compile(
    r"^SCAN ((history|rooms|django|auth)_\w+|[a-z]{1,2}|[TUV]\d+)\b(?! VIRTUAL)", re.M
)


@dataclass(frozen=True, slots=True)
class Scan:
    """So many rows (SQLite: steps) were come across by a statement, how, and how many may be."""

    count: int
    most: int
    what: str
    sql: str

    def __str__(self) -> str:
        return f"{self.count} {self.what}, {self.most} at the most:\n    {self.sql.strip()}"


@contextmanager
def watched(*, times: int = 1) -> Iterator[list[Scan]]:
    """The scans of all statements in the block, to be looked at when it is left.

    They may read so many times more than usual. Needs a transaction. On PostgreSQL each statement is
    done twice, the first time for nothing.
    """
    scans: list[Scan] = []
    watch = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with watch(scans, times):
        yield scans


@contextmanager
def _on_postgresql(scans: list[Scan], times: int) -> Iterator[None]:
    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.lstrip().startswith(_SEARCHING) and "set_config" not in sql:
            scans.extend(_explained(sql, params, times))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def _explained(sql: str, params: Any, times: int) -> Iterator[Scan]:
    with transaction.atomic(), connection.connection.cursor() as cursor:
        cursor.execute(_AS_IF_LARGE)
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, params)
        (plan,) = cursor.fetchone()
        transaction.set_rollback(True)
    for node in _nodes(plan[0]["Plan"]):
        if table := node.get("Relation Name") or node.get("Index Name"):
            rows = sum(node.get(key, 0) for key in _ROWS) * node["Actual Loops"]
            index = f" by {node['Index Name']}" if "Index Name" in node else ""
            what = f"rows of {table}: {node['Node Type']}{index}"
            yield Scan(round(rows), _ROWS_MOST * times, what, sql)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


@contextmanager
def _on_sqlite(scans: list[Scan], times: int) -> Iterator[None]:
    """Rows are found while they are fetched, so what is counted is the latest statement's."""
    steps, said, plan = 0, "", ""

    def note() -> None:
        if said:
            most = _SCAN_MOST if _SCAN.search(plan) else _STEPS_MOST
            scans.append(Scan(steps, most * times, f"steps ({plan})", said))

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal steps, said, plan
        note()
        said = "" if many or not sql.lstrip().startswith(_SEARCHING) else sql
        if said:
            cursor = connection.create_cursor()
            cursor.execute("EXPLAIN QUERY PLAN " + sql, params)
            plan = "\n".join(row[-1] for row in cursor.fetchall())
        steps = 0
        return execute(sql, params, many, context)

    def count() -> None:
        nonlocal steps
        steps += _STEPS

    connection.connection.set_progress_handler(count, _STEPS)
    try:
        with connection.execute_wrapper(look):
            yield
        note()
    finally:
        connection.connection.set_progress_handler(None, 0)
