"""The database voids the facts of a notice whose body alone is changed.

A release that kept only sentences erases people from those. It may run beside this one during an
upgrade, or after a step back. What it has erased must not be read from the facts again: such a notice
is read from its body from then on.
"""

from django.db import connection, transaction

_NAME = "message_void_facts"
_POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION history_void_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.facts := NULL;
    RETURN NEW;
END $$
""",
    f"""
CREATE TRIGGER {_NAME} BEFORE UPDATE OF body ON history_message FOR EACH ROW
WHEN (OLD.facts IS NOT NULL AND NEW.body IS DISTINCT FROM OLD.body AND NEW.facts = OLD.facts)
EXECUTE FUNCTION history_void_facts()
""",
)
_SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS {_NAME} AFTER UPDATE OF body ON history_message
WHEN old.facts IS NOT NULL AND new.body IS NOT old.body AND new.facts IS old.facts
BEGIN
    UPDATE history_message SET facts = NULL WHERE id = new.id;
END
"""  # noqa: S608 - a constant


def make() -> None:
    """Make the trigger, if it is missing.

    Django changes a table of SQLite by making a new one, without the triggers: so this runs after each
    migration.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE)
            return
        cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s", [_NAME])
        if cursor.fetchone() is None:
            for statement in _POSTGRESQL:
                cursor.execute(statement)
