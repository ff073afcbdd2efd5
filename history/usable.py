"""Check that the site can use its database, which after a restore it may not."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

# Tables and sequences that belong to another role: the site may not write to them, or at least the next
# release may not change them.
_OF_OTHERS = """
SELECT pg_get_userbyid(relowner), current_user, count(*) FROM pg_class
WHERE relkind IN ('r', 'S') AND relnamespace = current_schema()::regnamespace
  AND NOT pg_has_role(relowner, 'USAGE')
GROUP BY 1, 2 ORDER BY 1
"""
_HOW = "DEPLOYMENT.md, under Backups, has the commands by which a backup is restored."


def check(*, databases: Sequence[str] | None, **options: Any) -> list[CheckMessage]:
    """Return what keeps the site from using its database. One of Django's checks."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            found += [Error(text, hint=_HOW, id="history.E001") for text in _faults(alias)]
        except DatabaseError as error:
            found.append(Error(f"The database cannot be used: {error}", id="history.E002"))
    return found


def _faults(alias: str) -> Iterator[str]:
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_OF_OTHERS)
            rows = cursor.fetchall()
        for owner, me, count in rows:
            yield (
                f"{count} tables and counters of the database belong to {owner}, and this site comes "
                f"as {me}: it cannot use them."
            )
        if rows:
            return  # the migrations could not be read either
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        return  # a new database, before the first start
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return  # the next start brings it up to date
    there = set(connection.introspection.table_names())
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    if missing := sorted(tables - there):
        yield f"{len(missing)} tables are missing from the database, {missing[0]} among them."
