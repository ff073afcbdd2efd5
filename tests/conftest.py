"""What all tests share: servers, browsers, and a database that can be emptied."""

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

pytest_plugins = ["tests.support.plugin", "tests.support.browser"]


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
