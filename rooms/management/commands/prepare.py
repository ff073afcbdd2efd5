"""manage.py prepare: what a release needs once before its first worker starts."""

import fcntl
import hashlib
import inspect
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

# Any number will do that nothing else in the same database takes as an advisory lock.
MIGRATION_LOCK = 7_243_502_918


class Command(BaseCommand):
    help = "Migrate the database and collect static files, each only if something changed."

    # The checks of the system belong to the server that starts next; here they would run twice.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with _one_at_a_time_here():
            try:
                self._migrate()
            except OperationalError as error:
                raise CommandError(f"The database cannot be used: {error}") from error
            self._collect_static()

    def _migrate(self) -> None:
        if not _unapplied():
            return
        with _one_at_a_time_anywhere():
            # Someone else may have done it while this one waited for the lock.
            if plan := _unapplied():
                self._say(f"Migrating the database ({plan} steps) …")
                call_command("migrate", interactive=False, verbosity=0)

    def _collect_static(self) -> None:
        if settings.DEBUG:
            return  # then the files are served from where they are
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        fingerprint = _static_fingerprint()
        if stamp.is_file() and stamp.read_text() == fingerprint:
            return
        self._say("Collecting static files …")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)

    def _say(self, what: str) -> None:
        self.stdout.write(what)
        self.stdout.flush()  # who waits wants to know what for, through a pipe too


def _unapplied() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _static_fingerprint() -> str:
    """Changes with any static file of any app, and with what makes the collected ones of them."""
    digest = hashlib.sha256(django.__version__.encode())
    storage_code = Path(inspect.getfile(type(storages["staticfiles"])))
    for source in sorted(storage_code.parent.rglob("*.py")):
        digest.update(source.read_bytes())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def _one_at_a_time_here() -> Iterator[None]:
    """Among the workers of this machine that share the data directory."""
    directory = os.open(settings.DATA_DIR, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


@contextmanager
def _one_at_a_time_anywhere() -> Iterator[None]:
    """Among all that share the database; without advisory locks there is one machine only."""
    if connection.vendor != "postgresql":
        yield
        return
    # The lock is the connection's: it goes away with the process, however that ends.
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
