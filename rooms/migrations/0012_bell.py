"""What a member is notified of, and whether notifications show what was said."""

from django.db import migrations, models

from history.migrations import _steps


class Migration(migrations.Migration):
    """Each step commits by itself (_steps.py): the workers of the release before go on meanwhile."""

    atomic = _steps.ATOMIC

    dependencies = [
        ("rooms", "0011_counts_by_the_fields_names"),
    ]

    operations = [
        _steps.AddField(
            model_name="membership",
            name="bell",
            field=models.CharField(
                blank=True,
                choices=[
                    ("everything", "everything"),
                    ("to_me", "what is to them"),
                    ("nothing", "nothing"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        _steps.AddField(
            model_name="user",
            name="notifies_with_text",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
