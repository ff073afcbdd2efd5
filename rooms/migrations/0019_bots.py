"""Bots, and which users are some."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0018_pushes_without_a_subscription'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='is_bot',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='bot'),
        ),
        migrations.CreateModel(
            name='Bot',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='bot', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('key_digest', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='made')),
                ('key_made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('key_used_at', models.DateTimeField(blank=True, null=True, verbose_name='key last used')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='retired')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bots', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('retired_at__isnull', True), ('key_digest__isnull', True), _connector='OR'), name='bot_retired_has_no_key'), models.CheckConstraint(condition=models.Q(('user', models.F('owner')), _negated=True), name='bot_is_not_its_own_owner')],
            },
        ),
    ]
