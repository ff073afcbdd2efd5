"""Reports with a count, knocks whose pages have gone, and since when rooms are empty."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from history.migrations import _steps


def empty_from_now(apps, schema_editor):
    """Count rooms that are empty as empty since now."""
    rooms = apps.get_model("rooms", "Room").objects
    rooms.filter(closed_at__isnull=True, closes_at__isnull=False).update(empty_since=Now())


class Migration(migrations.Migration):
    """Each step commits by itself (_steps.py): the workers of the release before go on meanwhile."""

    atomic = _steps.ATOMIC

    dependencies = [
        ('history', '0004_search'),
        ('rooms', '0009_what_rooms_were_called'),
    ]

    operations = [
        _steps.CreateModel(
            name='Seconding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('abuse', 'abuse or harassment'), ('spam', 'spam'), ('illegal', 'something illegal'), ('private', "somebody's private data"), ('other', 'something else')], max_length=8)),
                ('comment', models.CharField(blank=True, max_length=1000)),
                ('created_at', models.DateTimeField(db_default=Now())),
            ],
        ),
        _steps.AddField(
            model_name='joinrequest',
            name='heard_at',
            field=models.DateTimeField(db_default=Now()),
        ),
        _steps.AddField(
            model_name='report',
            name='count',
            field=models.PositiveIntegerField(db_default=1, default=1, verbose_name='reported by'),
        ),
        _steps.AddField(
            model_name='room',
            name='empty_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        _steps.AddIndex(
            model_name='joinrequest',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['heard_at'], name='join_request_silent'),
        ),
        _steps.AddIndex(
            model_name='room',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('closes_at__isnull', False)), fields=['empty_since'], name='room_empty'),
        ),
        _steps.AddField(
            model_name='seconding',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secondings', to='rooms.report'),
        ),
        _steps.AddField(
            model_name='seconding',
            name='reporter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seconded', to=settings.AUTH_USER_MODEL),
        ),
        _steps.AddConstraint(
            model_name='seconding',
            constraint=models.UniqueConstraint(fields=('report', 'reporter'), name='seconding_once'),
        ),
        migrations.RunPython(empty_from_now, migrations.RunPython.noop),
    ]
