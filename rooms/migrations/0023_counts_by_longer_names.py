"""Room for the code of a refusal in the name of what is counted by the hour."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0022_hooks_former_secrets'),
    ]

    operations = [
        migrations.AlterField(
            model_name='hourlycount',
            name='subject',
            field=models.CharField(max_length=40),
        ),
    ]
