"""The secret that a webhook had before, and until when it counts. Two columns with defaults."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0021_the_word_for_private_data'),
    ]

    operations = [
        migrations.AddField(
            model_name='hookout',
            name='former_secret',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='hookout',
            name='former_until',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
