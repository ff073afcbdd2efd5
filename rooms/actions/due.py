"""Whether there is anything to sweep, asked in one statement."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet

from rooms import presence
from rooms.actions import admission, ending, rooms


def anything() -> bool:
    """Return True if a worker died, a member left, a room closes or ends, or a page asks no more.

    Each worker asks every second, and the answer is nearly always no. What follows on a yes asks again
    under the locks, with every condition; this may say yes too often, and never no too often.
    """
    sql, parameters = _statement(connection.vendor, settings.CHAT_LEAVE_GRACE)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.fetchone()[0])


@lru_cache(maxsize=4)
def _statement(vendor: str, grace: int) -> tuple[str, Sequence[Any]]:
    """Return the statement and its parameters. Django takes longer to write it than it takes to run."""
    parts: Sequence[QuerySet[Any]] = (
        admission.silent(),
        presence.dead_workers(),
        presence.away(grace=timedelta(seconds=grace)),
        rooms.closing_now(),
        *ending.due(),
    )
    written = [_written(part) for part in parts]
    sql = "SELECT " + " OR ".join(f"EXISTS ({part})" for part, _ in written)
    return sql, [parameter for _, parameters in written for parameter in parameters]


def _written(rows: QuerySet[Model]) -> tuple[str, Sequence[Any]]:
    return rows.order_by().values("pk").query.sql_with_params()
