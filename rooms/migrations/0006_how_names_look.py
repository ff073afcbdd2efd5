"""Everybody's name gets what it is compared by to the eye."""

from typing import Any

from django.db import migrations

from history.lookalikes import skeleton

_PORTION = 1000


def draw(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("rooms", "User").objects.using(schema_editor.connection.alias)
    last = 0
    while rows := list(
        users.filter(pk__gt=last).exclude(display_name="").order_by("pk")[:_PORTION]
    ):
        for row in rows:
            row.name_skeleton = skeleton(row.display_name)
        users.bulk_update(rows, ["name_skeleton"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    # By portions: a lock on everybody's row would stop the workers that are still serving.
    atomic = False

    dependencies = [("rooms", "0005_accounts_and_looks")]

    operations = [migrations.RunPython(draw, migrations.RunPython.noop, elidable=True)]
