"""Hooks: where programs post into a room, and where what happens in it is sent."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rooms.models.bots import Bot
from rooms.models.rooms import Room


def hook_public_id() -> str:
    return "h_" + secrets.token_hex(8)


class HookIn(models.Model):
    """An address at which programs post into a room, in the name of a bot.

    Whoever knows the address can post, so only its token's hash is kept.
    """

    public_id = models.CharField(max_length=20, unique=True, default=hook_public_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="hooks_in")
    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="hooks_in")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("made", db_default=Now())
    # To the minute.
    used_at = models.DateTimeField("last used", null=True, blank=True)

    class Meta:
        verbose_name = "incoming webhook"
        verbose_name_plural = "incoming webhooks"

    def __str__(self) -> str:
        return self.public_id


class HookOut(models.Model):
    """An address that is told what happens in a room: a cursor on the room's log.

    What is behind `through` was accepted there, and what is beyond it is sent next, one change after the
    other. `lease` names the worker's turn that does so; once `due_at` is over, another one may.
    """

    class Stop(models.TextChoices):
        """Why nothing is sent any more."""

        PAUSED = "paused", "paused"
        FAILED = "failed", "has failed for three days"
        GONE = "gone", "its receiver wants no more"
        SHUT_OUT = "shut_out", "its bot is not allowed in the room any more"

    public_id = models.CharField(max_length=20, unique=True, default=hook_public_id, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="hooks_out")
    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="hooks_out")
    url = models.TextField()
    # What requests are signed with (whsec_…). It has to be known here, so it is not hashed.
    secret = models.CharField(max_length=80, editable=False)
    # The one before, which requests are signed with too until then.
    former_secret = models.CharField(
        max_length=80, blank=True, editable=False, default="", db_default=""
    )
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    # What it is told of: words of rooms/hooks/outgoing.py with spaces between.
    events = models.CharField(max_length=80)
    # Whether a text that its receiver answers with becomes a message of the bot's.
    replies = models.BooleanField(default=True)
    made_at = models.DateTimeField("made", db_default=Now())
    # The number of the last change that was accepted, or was none to be told of.
    through = models.BigIntegerField()
    due_at = models.DateTimeField(db_default=Now())
    lease = models.CharField(max_length=32, blank=True, editable=False)
    sent_at = models.DateTimeField("last accepted", null=True, blank=True)
    # Of the change that is next: how often it failed, since when, and what was answered last.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    stop = models.CharField("stopped", max_length=8, choices=Stop, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "outgoing webhook"
        verbose_name_plural = "outgoing webhooks"
        indexes = (models.Index(fields=["due_at"], condition=Q(stop=""), name="hook_due"),)

    def __str__(self) -> str:
        return self.public_id


class HookOwed(models.Model):
    """A message that a hook's cursor has gone past before the receiver was told of it.

    The message had changed by then, so that it is beyond the cursor: to the receiver it is new there.
    """

    hook = models.ForeignKey(HookOut, on_delete=models.CASCADE, related_name="owed", db_index=False)
    seq = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["hook", "seq"], name="hook_owes_a_message_once"),
        )

    def __str__(self) -> str:
        return f"#{self.seq} to {self.hook_id}"
