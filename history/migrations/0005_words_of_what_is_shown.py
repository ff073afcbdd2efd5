from django.db import migrations

# Rows changed in one statement: nobody waits for so few.
_STEP = 5000
_IS_ASCII = {
    "postgresql": "octet_length(body) = char_length(body)",
    "sqlite": "length(CAST(body AS BLOB)) = length(body)",
}


def void(apps, schema_editor):
    """Take the words away from messages that search sees otherwise now, some at a time.

    Those are what is shown with marks or emoji by name, signs beyond ASCII, and links, which pages
    made until now. Workers find the words out again, and render the links, within minutes.
    """
    vendor = schema_editor.connection.vendor
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM history_message")
        newest = cursor.fetchone()[0] or 0
        for first in range(0, newest + 1, _STEP):
            cursor.execute(
                "UPDATE history_message SET words = NULL WHERE id >= %s AND id < %s "
                "AND kind = 'chat' AND words IS NOT NULL AND deleted_at IS NULL AND (html <> '' "
                f"OR body LIKE %s OR lower(body) LIKE %s OR NOT {_IS_ASCII[vendor]})",  # noqa: S608 - constants
                [first, first + _STEP, "%://%", "%www.%"],
            )


class Migration(migrations.Migration):
    """Each step commits by itself: a site that runs goes on while old messages are made ready."""

    atomic = False

    dependencies = [("history", "0004_search")]

    operations = [migrations.RunPython(void, migrations.RunPython.noop)]
