"""The rows of a site on PostgreSQL, by pg_dump and pg_restore."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection
from psycopg import IsolationLevel, pq, sql
from psycopg.conninfo import make_conninfo

from rooms.backup import programs
from rooms.backup.errors import BackupError, writing
from rooms.backup.snapshot import Ask, Snapshot

_TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
# A role may have limits for workers that are stuck; here the snapshot waits for pg_dump.
_NO_LIMITS = (
    "SET idle_in_transaction_session_timeout = 0",
    "SET statement_timeout = 0",
    "SET lock_timeout = 0",
)
# A migration holds locks that a dump would wait for.
_LOCK_WAIT = "60s"
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
# Seconds for which the connections of workers that have just ended are waited for: nothing tells when the
# server has noticed.
_ENDING, _PAUSE = 5.0, 0.1
# Functions of triggers, which stay when their tables are dropped. Not those of extensions.
_FUNCTIONS = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
  AND proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
# Rows that are fetched at a time.
_PORTION = 2000


class Postgres:
    name, title = "postgresql", "PostgreSQL"

    @contextmanager
    def snapshot(self, folder: Path) -> Iterator[Snapshot]:
        dump = folder / "rows.dump"
        with _connected(autocommit=False) as database:
            for limit in _NO_LIMITS:
                database.execute(limit)
            database.commit()
            database.isolation_level = IsolationLevel.REPEATABLE_READ
            database.read_only = True
            [(name,)] = database.execute("SELECT pg_export_snapshot()")
            version, tables = _version(database), _tables(database)
            program = programs.find("pg_dump", server=version // 10_000)
            flags = [f"--snapshot={name}", f"--lock-wait-timeout={_LOCK_WAIT}"]
            with writing(folder), dump.open("xb") as target:
                _run(program, "--format=custom", *flags, output=target, failed="not_dumped")
            yield Snapshot(
                server=str(version // 10_000),
                program=str(programs.version(program)),
                dump=dump,
                tables=tables,
                ask=_ask(database),
            )

    def require_unused(self) -> None:
        with _connected() as database:
            until = time.monotonic() + _ENDING
            while database.execute(_OTHERS).fetchone() != (0,):
                if time.monotonic() > until:
                    raise BackupError("in_use")
                time.sleep(_PAUSE)

    @contextmanager
    def asked(self) -> Iterator[tuple[tuple[str, ...], Ask]]:
        with _connected(autocommit=False) as database:
            yield _tables(database), _ask(database)

    @contextmanager
    def restored(self, dump: IO[bytes]) -> Iterator[None]:
        _clear()
        try:
            with _connected() as database:
                program = programs.find("pg_restore", server=_version(database) // 10_000)
            flags = ["--exit-on-error", "--single-transaction"]
            _run(program, *flags, feed=dump, failed="not_restored")
            with _connected() as database:
                database.execute("ANALYZE")  # or the first queries are planned for empty tables
            yield
        except BaseException:
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]
            _clear()
            raise


def _run(program: Path, *flags: str, **about: Any) -> None:
    params = _params()
    password = params.pop("password", None)
    database = f"--dbname={make_conninfo(**params)}"
    env = {} if password is None else {"PGPASSWORD": password}
    # Tables belong to whoever restores them.
    common = ("--no-owner", "--no-privileges", "--no-password")
    programs.run([program, *flags, *common, database], env=env, **about)


def _params() -> dict[str, Any]:
    """Return how the site connects, as libpq takes it: Django's own options are left out."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    params = connection.get_connection_params()
    return {name: str(value) for name, value in params.items() if name in known}


@contextmanager
def _connected(*, autocommit: bool = True) -> Iterator[psycopg.Connection[Any]]:
    """Connect apart from Django, whose pool has connections of its own."""
    try:
        with psycopg.connect(**_params(), autocommit=autocommit) as database:
            yield database
    except psycopg.Error as error:
        raise BackupError("database_away", why=str(error).strip().splitlines()[0]) from error


def _clear() -> None:
    """Drop what migrations have made. The tables are known to have no rows."""
    ours = {*connection.introspection.django_table_names(), "django_migrations"}
    with _connected(autocommit=False) as database:
        for table in sorted(ours.intersection(_tables(database))):
            database.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
        for (function,) in database.execute(_FUNCTIONS).fetchall():
            database.execute(f"DROP FUNCTION {function} CASCADE".encode())


def _version(database: psycopg.Connection[Any]) -> int:
    return database.info.server_version


def _tables(database: psycopg.Connection[Any]) -> tuple[str, ...]:
    return tuple(name for (name,) in database.execute(_TABLES))


def _ask(database: psycopg.Connection[Any]) -> Ask:
    def ask(query: str) -> Iterator[tuple[Any, ...]]:
        with database.cursor("backup") as cursor:
            cursor.itersize = _PORTION
            cursor.execute(query.encode())
            yield from cursor

    return ask
