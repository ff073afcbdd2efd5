"""Under what code and title people who are out of a room go on seeing it; when guests registered, and
when members edited last in slow mode."""

from django.db import migrations, models
from django.db.models import Q, Value
from django.db.models.functions import Replace

from history.migrations import _steps


def keep_former_codes(apps, schema_editor):
    """Give people who were out of a room when it got a new code the code they knew.

    Titles of then are in no row: they see none where the room got another one since. Notices of new
    codes no longer name them, since people who left may read these.
    """
    Deed = apps.get_model("rooms", "Deed")
    Membership = apps.get_model("rooms", "Membership")
    Room = apps.get_model("rooms", "Room")
    Message = apps.get_model("history", "Message")
    for deed in Deed.objects.filter(verb="new code").order_by("pk").iterator():
        room = Room.objects.filter(public_id=deed.room_id).first()
        if room is None:
            continue
        told = f"a new code, {deed.details.get('code')}."
        Message.objects.filter(
            stream=room.stream_id, kind="notice", body__contains=told
        ).update(body=Replace("body", Value(told), Value("a new code.")))
        renamed = Deed.objects.filter(
            room_id=deed.room_id, verb="settings", pk__gt=deed.pk, details__has_key="title"
        ).exists()
        Membership.objects.filter(
            Q(left_at__lt=deed.at) | Q(banned_at__lt=deed.at), room=room, known_code=""
        ).exclude(role="owner").update(
            known_code=deed.room_code, known_title="" if renamed else room.title
        )


class Migration(migrations.Migration):
    """Each step commits by itself (_steps.py): the workers of the release before go on meanwhile."""

    atomic = _steps.ATOMIC

    dependencies = [
        ("rooms", "0008_people_manager"),
        ("history", "0004_search"),
    ]

    operations = [
        _steps.AddField(
            model_name="membership",
            name="known_code",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=12
            ),
        ),
        _steps.AddField(
            model_name="membership",
            name="known_title",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=80
            ),
        ),
        _steps.AddField(
            model_name="membership",
            name="last_edit_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        _steps.AddField(
            model_name="user",
            name="registered_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="registered"
            ),
        ),
        migrations.RunPython(keep_former_codes, migrations.RunPython.noop),
    ]
