"""Web push: the browsers that people are notified in, and what is due to each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rooms.models.people import SignIn
from rooms.models.rooms import Membership, Room


class PushSubscription(models.Model):
    """A browser that wants notifications (RFC 8030). Gone with the session it was made in.

    The endpoint is a URL at the browser's push service. Whoever knows it and both keys can send to the
    browser, so all three are secrets of the person.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    # Without a constraint, as `Push.membership` is: while an upgrade rolls, workers of the release before
    # delete sign-ins and memberships, and know nothing of these rows. `pushing.queue.purge` does.
    sign_in = models.ForeignKey(
        SignIn, on_delete=models.CASCADE, related_name="push_subscriptions", db_constraint=False
    )
    endpoint = models.TextField()
    # SHA-256 of the endpoint: an index on a text of any length has its limits.
    endpoint_hash = models.CharField(max_length=64, unique=True)
    # The browser's key and secret (RFC 8291), in base64url.
    p256dh = models.CharField(max_length=88)
    auth = models.CharField(max_length=24)
    # What the browser says it is.
    agent = models.CharField(max_length=200, blank=True)
    # The origin at which the browser has this site: links in notifications lead there.
    origin = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    # When the browser last said that it still has the subscription.
    seen_at = models.DateTimeField(db_default=Now())
    # When to send the notification that a person asked for as a test; and what became of it.
    test_due_at = models.DateTimeField(null=True, blank=True)
    test_result = models.CharField(max_length=12, blank=True)

    class Meta:
        verbose_name = "push subscription"

    def __str__(self) -> str:
        return self.agent


class Push(models.Model):
    """What one subscription is to be told, and was told, of one room: the queue of web push.

    There is no text here. What a notification says is read when it is sent, so that nothing is sent
    which was read, deleted or forbidden meanwhile.
    """

    # Without a constraint: a subscription may end, and with it a session, while a row is added for it. A
    # row that is left over is taken by nobody.
    subscription = models.ForeignKey(
        PushSubscription,
        on_delete=models.CASCADE,
        related_name="pushes",
        db_constraint=False,
        db_index=False,
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="pushes", db_constraint=False
    )
    # When to send: unset if nothing is due. A worker that takes the row sets a time at which the row is
    # due again, should that worker be killed.
    due_at = models.DateTimeField(null=True, blank=True)
    # Whether something that is due is to the person: it mentions them or answers them.
    to_me = models.BooleanField(default=False)
    # Up to which change of the room the subscription was told, and when.
    told_through = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    # The message that the notification shows: to be replaced if that is deleted. Unset for none.
    shown = models.BigIntegerField(null=True, blank=True)
    # How often it was taken since it was last sent.
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "push"
        verbose_name_plural = "pushes"
        constraints = (
            models.UniqueConstraint(
                fields=["subscription", "membership"], name="push_one_per_room"
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="push_due"),
        )

    def __str__(self) -> str:
        return f"{self.subscription_id} of {self.membership_id}"


class PushedThrough(models.Model):
    """Up to which change a room's log was looked at for people to notify."""

    room = models.OneToOneField(
        Room, on_delete=models.CASCADE, primary_key=True, related_name="pushed"
    )
    through = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.room_id} up to {self.through}"
