"""Bots: users that are programs, and whose they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Bot(models.Model):
    """That a user is a bot, and the person who answers for it.

    The owner's rights in a room, at the moment of asking, are the most that the bot has there
    (rooms/access.py). Of its key only the hash is kept.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="bot"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bots"
    )
    # NULL: it has no key, and cannot come in.
    key_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)
    made_at = models.DateTimeField("made", db_default=Now())
    key_made_at = models.DateTimeField(db_default=Now())
    # To the hour.
    key_used_at = models.DateTimeField("key last used", null=True, blank=True)
    # When its owner gave it up, or the owner's account was deleted.
    retired_at = models.DateTimeField("retired", null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(key_digest__isnull=True),
                name="bot_retired_has_no_key",
            ),
            models.CheckConstraint(
                condition=~Q(user=models.F("owner")), name="bot_is_not_its_own_owner"
            ),
        )

    def __str__(self) -> str:
        return str(self.user)
