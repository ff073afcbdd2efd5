"""When a room ends, and from when on nobody new comes in. One table, in one transaction."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0015_handoffs'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='door_closes_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='room',
            name='ended_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='room',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('ends_at__isnull', False)), fields=['ends_at'], name='room_ending'),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('door_closes_at__isnull', False)), fields=['door_closes_at'], name='room_door_closing'),
        ),
    ]
