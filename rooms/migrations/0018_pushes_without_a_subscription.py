"""A push may be added while its subscription ends: no constraint stops either. One table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0017_call_links'),
    ]

    operations = [
        migrations.AlterField(
            model_name='push',
            name='subscription',
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name='pushes',
                to='rooms.pushsubscription',
            ),
        ),
    ]
