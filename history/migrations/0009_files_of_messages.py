from django.db import migrations, models


class Migration(migrations.Migration):
    """Files of messages, as they are on the wire. The next migration makes the tables of files."""

    dependencies = [
        ("history", "0008_facts_of_old_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="files",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
