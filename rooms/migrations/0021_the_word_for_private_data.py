"""The reasons of a report as they are read: no database is changed."""

from django.db import migrations, models

REASONS = [
    ("abuse", "abuse or harassment"),
    ("spam", "spam"),
    ("illegal", "something illegal"),
    ("private", "somebody’s private data"),
    ("other", "something else"),
]


class Migration(migrations.Migration):
    atomic = False  # two tables, each by itself

    dependencies = [
        ('rooms', '0020_hooks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='report',
            name='reason',
            field=models.CharField(choices=REASONS, max_length=8),
        ),
        migrations.AlterField(
            model_name='seconding',
            name='reason',
            field=models.CharField(choices=REASONS, max_length=8),
        ),
    ]
