from django.db import migrations, models


class Migration(migrations.Migration):
    """What notices say, as facts. Those of old ones are found out by the next migration."""

    dependencies = [
        ("history", "0006_which_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="facts",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
