from django.db import migrations, models


class Migration(migrations.Migration):
    """Facts of notices. The next migration finds those of old notices."""

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
