"""Where the people of a room meet for a call, and when somebody last called. One table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0016_the_end_of_rooms'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='call_link',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='room',
            name='called_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
