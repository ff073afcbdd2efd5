"""Hooks: addresses at which programs post, and addresses that are told what happens. New tables."""

import django.db.models.deletion
import django.db.models.functions.datetime
import rooms.models.hooks
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0019_bots'),
    ]

    operations = [
        migrations.CreateModel(
            name='HookIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=rooms.models.hooks.hook_public_id, editable=False, max_length=20, unique=True)),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='made')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('bot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hooks_in', to='rooms.bot')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hooks_in', to='rooms.room')),
            ],
            options={
                'verbose_name': 'incoming webhook',
                'verbose_name_plural': 'incoming webhooks',
            },
        ),
        migrations.CreateModel(
            name='HookOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=rooms.models.hooks.hook_public_id, editable=False, max_length=20, unique=True)),
                ('url', models.TextField()),
                ('secret', models.CharField(editable=False, max_length=80)),
                ('events', models.CharField(max_length=80)),
                ('replies', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='made')),
                ('through', models.BigIntegerField()),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease', models.CharField(blank=True, editable=False, max_length=32)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='last accepted')),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=20)),
                ('stop', models.CharField(blank=True, choices=[('paused', 'paused'), ('failed', 'has failed for three days'), ('gone', 'its receiver wants no more'), ('shut_out', 'its bot is not allowed in the room any more')], max_length=8, verbose_name='stopped')),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('bot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hooks_out', to='rooms.bot')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hooks_out', to='rooms.room')),
            ],
            options={
                'verbose_name': 'outgoing webhook',
                'verbose_name_plural': 'outgoing webhooks',
            },
        ),
        migrations.CreateModel(
            name='HookOwed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.BigIntegerField()),
                ('hook', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='owed', to='rooms.hookout')),
            ],
        ),
        migrations.AddIndex(
            model_name='hookout',
            index=models.Index(condition=models.Q(('stop', '')), fields=['due_at'], name='hook_due'),
        ),
        migrations.AddConstraint(
            model_name='hookowed',
            constraint=models.UniqueConstraint(fields=('hook', 'seq'), name='hook_owes_a_message_once'),
        ),
    ]
