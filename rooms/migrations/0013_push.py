"""Subscriptions to web push, what each is still to be told, and how far rooms were looked at for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from history.migrations import _steps


class Migration(migrations.Migration):
    """Each step commits by itself (_steps.py): the workers of the release before go on meanwhile."""

    atomic = _steps.ATOMIC

    dependencies = [
        ('rooms', '0012_bell'),
    ]

    operations = [
        _steps.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.TextField()),
                ('endpoint_hash', models.CharField(max_length=64, unique=True)),
                ('p256dh', models.CharField(max_length=88)),
                ('auth', models.CharField(max_length=24)),
                ('agent', models.CharField(blank=True, max_length=200)),
                ('origin', models.CharField(max_length=300)),
                ('created_at', models.DateTimeField(db_default=Now())),
                ('seen_at', models.DateTimeField(db_default=Now())),
                ('test_due_at', models.DateTimeField(blank=True, null=True)),
                ('test_result', models.CharField(blank=True, max_length=12)),
                ('sign_in', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to='rooms.signin')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'push subscription',
            },
        ),
        _steps.CreateModel(
            name='Push',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('to_me', models.BooleanField(default=False)),
                ('told_through', models.BigIntegerField(default=0)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('shown', models.BigIntegerField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('membership', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='pushes', to='rooms.membership')),
                ('subscription', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pushes', to='rooms.pushsubscription')),
            ],
            options={
                'verbose_name': 'push',
                'verbose_name_plural': 'pushes',
            },
        ),
        _steps.AddConstraint(
            model_name='push',
            constraint=models.UniqueConstraint(fields=('subscription', 'membership'), name='push_one_per_room'),
        ),
        _steps.AddIndex(
            model_name='push',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='push_due'),
        ),
        _steps.CreateModel(
            name='PushedThrough',
            fields=[
                ('room', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pushed', serialize=False, to='rooms.room')),
                ('through', models.BigIntegerField(default=0)),
            ],
        ),
    ]
