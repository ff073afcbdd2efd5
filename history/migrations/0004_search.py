from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Words of messages. Those of messages that are there already are found out later, bit by bit.

    The index itself is made after each migration: history/search/index.py says why.

    And before anybody could say how far they have read, all that was said counts as read.
    """

    dependencies = [
        ("history", "0003_life_of_messages"),
        ("rooms", "0002_moderation_and_accounts"),
    ]

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
        migrations.RunSQL(
            """
            UPDATE rooms_membership SET read_through = (
                SELECT s.head FROM history_stream s JOIN rooms_room r ON r.stream_id = s.id
                WHERE r.id = rooms_membership.room_id)
            WHERE read_through = 0
            """,
            migrations.RunSQL.noop,
        ),
    ]
