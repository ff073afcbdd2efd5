"""Migrations are run while the workers of the release before go on."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel

# The last migrations of the first release: until then there were no workers to go on.
_FIRST = {"history": 4, "rooms": 7}
_IN_STEPS = [
    "0009_what_rooms_were_called",
    "0010_counted_reports_and_silent_knocks",
    "0012_bell",
    "0013_push",
]


@pytest.mark.django_db
def test_no_migration_has_one_table_locked_while_it_waits_for_another() -> None:
    """PostgreSQL would end it, or the worker that has the other table locked and needs the one."""
    for (app, name), migration in MigrationLoader(connection).disk_migrations.items():
        if app in _FIRST and int(name[:4]) > _FIRST[app]:
            altered = {getattr(step, "model_name", None) for step in migration.operations} - {None}
            # A table that is made by it has nobody waiting for it.
            altered -= {
                step.name_lower for step in migration.operations if isinstance(step, CreateModel)
            }
            is_alone = connection.vendor == "sqlite"
            assert len(altered) <= 1 or not migration.atomic or is_alone, name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", _IN_STEPS)
def test_a_migration_that_was_broken_off_is_run_again(name: str) -> None:
    executor = MigrationExecutor(connection)
    migration = executor.loader.get_migration("rooms", name)
    before = executor.loader.project_state(list(migration.dependencies))
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.apply(before, editor)
