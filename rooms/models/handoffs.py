"""Handoffs: a person on the way to another device."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Handoff(models.Model):
    """A link that carries a person over to another device, once, if the old device says yes.

    Of the link's token, and of the secret that the new device was given for its turn, only hashes are
    kept. Gone a day after it was made.
    """

    class State(models.TextChoices):
        OPEN = "open"  # shown on the old device
        ASKED = "asked"  # opened on a new device, which waits for an answer
        ALLOWED = "allowed"  # answered with yes; the new device has not come in yet
        REFUSED = "refused"
        DONE = "done"  # the new device is signed in
        REPLACED = "replaced"  # a newer one was made

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="handoffs"
    )
    # The session of the old device: the only one that may answer.
    session_key = models.CharField(max_length=40)
    # The public id of the room in which the new device is to go on; "" for none.
    room_id = models.CharField(max_length=20, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    token_hash = models.CharField(max_length=64, unique=True)
    claim_hash = models.CharField(max_length=64, blank=True, default="")
    # What the new device says it is, and where it is: the old one is asked about it.
    agent = models.CharField(max_length=200, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # refused, or the new device signed in

    class Meta:
        indexes = (
            models.Index(fields=["claim_hash"], condition=~Q(claim_hash=""), name="handoff_claim"),
        )

    def __str__(self) -> str:
        return f"handoff {self.pk}"

    @property
    def left(self) -> timedelta:
        """How long it can still go on, by the clock of the database when the actions read it."""
        now: datetime = self.__dict__["now"]
        return self.expires_at - now

    @property
    def is_over(self) -> bool:
        return self.left <= timedelta()

    @property
    def number(self) -> str:
        """What both devices show: people compare the two before they say yes."""
        return f"{int(self.claim_hash[:8] or '0', 16) % 10_000:04}"
