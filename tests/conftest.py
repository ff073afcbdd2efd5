"""What all tests share: servers, browsers, and a database that can be emptied."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

from rooms.limits import downloads
from tests.support import shared

pytest_plugins = ["tests.support.plugin", "tests.support.browser"]

# No test fails for how long an example took: on a busy machine that says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_download_under_way() -> Iterator[None]:
    """A server closes each answer; a test that looks at the head of a download alone does not."""
    yield
    downloads.transcripts._of.clear()
    downloads.files._of.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Let the database of this process begin as a copy of a migrated one.

    To migrate a new one costs four seconds of the processor, and each job has its own.
    """
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_file"), Path(test["NAME"]))
    elif shared.POSTGRES_PORT in os.environ:  # then DATABASE_URL is that server's
        test["TEMPLATE"] = request.getfixturevalue("migrated_database")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether a database is there before Django makes it. It is migrated then too: nothing is left to do."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The database of this process, whose audit log may be emptied between two tests.

    Tests whose transactions are real leave rows behind, which Django removes with DELETE or
    TRUNCATE, as nobody could on a site. That a site's database refuses it, and every change, is
    tested with the database of a real site: tests/live/test_audit_log.py.
    """
    triggers = ["deed_is_never_changed", "deed_is_never_removed"]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION rooms_deed_stays CASCADE")
        else:
            for name in triggers:
                cursor.execute(f"DROP TRIGGER {name}")


# What migrations and their signals put there; the other tables belong to tests.
_KEPT = {"auth_group", "auth_group_permissions", "auth_permission", "django_content_type"}


@pytest.fixture(scope="session", autouse=True)
def only_rows_of_tests_are_removed() -> Iterator[None]:
    """After tests whose transactions are real.

    Django's flush empties every table and has permissions, types and roles made again: a quarter of
    a second after each such test, and this a twenty-fifth.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: _remove_rows())
        yield


def _remove_rows() -> None:
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - _KEPT)
    if connection.vendor == "postgresql":
        _delete(tables)
    else:
        statements = connection.ops.sql_flush(no_style(), tables)
        connection.ops.execute_sql_flush(statements)


def _delete(tables: list[str]) -> None:
    """With keys unchecked. TRUNCATE makes a new file for each table and index: 130 ms, and this 6."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
