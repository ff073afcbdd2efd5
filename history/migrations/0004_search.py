from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Words of messages. Those of messages that are there already are found out later, bit by bit.

    The index itself is made after each migration: history/search/index.py says why.
    """

    dependencies = [("history", "0003_life_of_messages")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="words",
            field=models.TextField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(("kind", "chat"), ("words__isnull", True)),
                fields=["id"],
                name="message_wordless",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["stream", "at"], name="message_at"),
        ),
    ]
