"""Files that people send, and the pieces of those that are not whole yet."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from history.migrations import _steps
from history.models import new_file_id


class Migration(migrations.Migration):
    """Each step commits by itself (_steps.py): the workers of the release before go on meanwhile."""

    atomic = _steps.ATOMIC

    dependencies = [
        ("history", "0009_files_of_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        _steps.CreateModel(
            name="File",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=new_file_id,
                        editable=False,
                        max_length=34,
                        unique=True,
                    ),
                ),
                ("client_id", models.CharField(max_length=64, null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("place", models.SmallIntegerField(default=0)),
                ("name", models.CharField(max_length=200)),
                ("type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField(help_text="In bytes.")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("alt", models.CharField(blank=True, default="", max_length=1000)),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("thumb_width", models.IntegerField(null=True)),
                ("thumb_height", models.IntegerField(null=True)),
                (
                    "begun_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "heard_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("checking_since", models.DateTimeField(null=True)),
                ("ready_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="history.stream",
                    ),
                ),
            ],
        ),
        _steps.CreateModel(
            name="Piece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.BigIntegerField()),
                ("size", models.IntegerField()),
                ("key", models.CharField(max_length=200)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="history.file",
                    ),
                ),
            ],
        ),
        _steps.AddIndex(
            model_name="file",
            index=models.Index(fields=["stream", "seq"], name="file_in_message"),
        ),
        _steps.AddIndex(
            model_name="file",
            index=models.Index(fields=["author", "begun_at"], name="file_sent"),
        ),
        _steps.AddIndex(
            model_name="file",
            index=models.Index(
                condition=models.Q(("gone_at__isnull", False)), fields=["id"], name="file_gone"
            ),
        ),
        _steps.AddIndex(
            model_name="file",
            index=models.Index(
                condition=models.Q(("gone_at__isnull", True), ("seq__isnull", True)),
                fields=["heard_at"],
                name="file_unposted",
            ),
        ),
        _steps.AddConstraint(
            model_name="file",
            constraint=models.UniqueConstraint(
                fields=("stream", "author", "client_id"), name="file_one_per_client_id"
            ),
        ),
        _steps.AddConstraint(
            model_name="piece",
            constraint=models.UniqueConstraint(
                fields=("file", "start"), name="piece_one_per_start"
            ),
        ),
    ]
