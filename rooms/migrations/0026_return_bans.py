"""What people read for the fingerprints of banned guests. No table is touched."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0025_identities'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='shunned',
            options={'verbose_name': 'return ban'},
        ),
    ]
