"""One report of a message by one person, and an audit log that only grows.

The triggers refuse every change of `rooms_deed`, whoever asks: the site's own code, its admin, a
shell. A later migration that alters the table makes a new one on SQLite, which loses its triggers;
it must put them back (tests/live/test_audit_log.py sees whether it did).
"""

from django.db import migrations, models

SQLITE = [
    """
    CREATE TRIGGER deed_is_never_changed BEFORE UPDATE ON rooms_deed
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END
    """,
    """
    CREATE TRIGGER deed_is_never_removed BEFORE DELETE ON rooms_deed
    BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION rooms_deed_stays() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END $$
    """,
    """
    CREATE TRIGGER deed_is_never_changed BEFORE UPDATE ON rooms_deed
    FOR EACH ROW EXECUTE FUNCTION rooms_deed_stays()
    """,
    """
    CREATE TRIGGER deed_is_never_removed BEFORE DELETE ON rooms_deed
    FOR EACH ROW EXECUTE FUNCTION rooms_deed_stays()
    """,
    """
    CREATE TRIGGER deeds_are_never_removed BEFORE TRUNCATE ON rooms_deed
    FOR EACH STATEMENT EXECUTE FUNCTION rooms_deed_stays()
    """,
]


def install(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION rooms_deed_stays CASCADE")
    else:
        schema_editor.execute("DROP TRIGGER deed_is_never_changed")
        schema_editor.execute("DROP TRIGGER deed_is_never_removed")


class Migration(migrations.Migration):

    dependencies = [
        ("rooms", "0003_discipline"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seq__isnull", False)),
                fields=("room", "seq", "reporter"),
                name="report_once_per_message",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seq__isnull", True), ("state", "open")),
                fields=("room", "person", "reporter"),
                name="report_person_once_while_open",
            ),
        ),
        migrations.AddIndex(
            model_name="deed",
            index=models.Index(fields=["verb", "id"], name="deed_verb"),
        ),
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": (
                    ("see_private", "Can see user names, e-mail addresses and sign-ins"),
                )
            },
        ),
        migrations.RunPython(install, remove),
    ]
