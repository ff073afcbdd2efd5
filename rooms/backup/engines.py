"""The engine of this site's database."""

from django.db import connection

from rooms.backup.postgres import Postgres
from rooms.backup.snapshot import Engine
from rooms.backup.sqlite import Sqlite

TITLES = {Postgres.name: Postgres.title, Sqlite.name: Sqlite.title}


def engine() -> Engine:
    """Return what dumps and restores this site's rows."""
    return Postgres() if connection.vendor == Postgres.name else Sqlite()
