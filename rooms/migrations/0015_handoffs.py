import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """A table that workers of the release before do not know."""

    dependencies = [
        ("rooms", "0014_hidden_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handoff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_key", models.CharField(max_length=40)),
                ("room_id", models.CharField(blank=True, default="", max_length=20)),
                ("state", models.CharField(choices=[("open", "Open"), ("asked", "Asked"), ("allowed", "Allowed"), ("refused", "Refused"), ("done", "Done"), ("replaced", "Replaced")], default="open", max_length=8)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("claim_hash", models.CharField(blank=True, default="", max_length=64)),
                ("agent", models.CharField(blank=True, default="", max_length=200)),
                ("address", models.CharField(blank=True, default="", max_length=45)),
                ("created_at", models.DateTimeField(db_default=Now())),
                ("expires_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="handoffs", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("claim_hash", ""), _negated=True), fields=["claim_hash"], name="handoff_claim")],
            },
        ),
    ]
