"""People, rooms, who belongs to which room, and who is connected through which worker."""

import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rooms import names


def user_public_id() -> str:
    return "u_" + secrets.token_hex(8)


def room_public_id() -> str:
    return "r_" + secrets.token_hex(8)


def guest_username() -> str:
    return "guest-" + secrets.token_hex(8)


class User(AbstractUser):
    """Everyone is one of these from the first room on.

    A guest has a generated username and an unusable password until choosing one; it stays the same
    row then, so nothing is lost by signing up. `is_active` off means banned from the site.
    """

    public_id = models.CharField(max_length=20, unique=True, default=user_public_id, editable=False)
    display_name = models.CharField("name", max_length=names.MAX_LENGTH, blank=True)
    # What the name is compared by; longer than the name, since NFKC can expand a character to 18.
    name_key = models.CharField(max_length=names.MAX_LENGTH * 18, blank=True, editable=False)
    is_guest = models.BooleanField("guest", default=False)

    def __str__(self) -> str:
        return self.display_name or self.username


class Room(models.Model):
    """A code, the people who have it, and a log. The code is free again once the room is closed."""

    public_id = models.CharField(max_length=20, unique=True, default=room_public_id, editable=False)
    code = models.CharField(max_length=12)
    title = models.CharField(max_length=80, blank=True)
    stream = models.OneToOneField("history.Stream", on_delete=models.PROTECT, related_name="room")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="owned_rooms"
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="rooms.Membership", related_name="rooms"
    )
    grace = models.PositiveIntegerField("seconds it stays open when empty", default=3600)
    created_at = models.DateTimeField("created", db_default=Now())
    # When it will close if nobody comes in; unset while somebody is there.
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField("closed", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(closed_at__isnull=True),
                name="room_code_unique_while_open",
            ),
        )
        indexes = (
            models.Index(
                fields=["closes_at"],
                condition=Q(closed_at__isnull=True, closes_at__isnull=False),
                name="room_closing",
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Membership(models.Model):
    """That somebody is, or once was, in a room.

    The row stays when the person leaves, and with it the right to read what was said. `present`
    follows the log: it is set with the `join` message and cleared with the `leave`.
    """

    class Role(models.TextChoices):
        OWNER = "owner", "owner"
        MODERATOR = "moderator", "moderator"
        MEMBER = "member", "member"

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=9, choices=Role, default=Role.MEMBER)
    entered_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)
    banned_at = models.DateTimeField(null=True, blank=True)
    present = models.BooleanField(default=False)
    # Since when no connection of a present person is left; the leave follows after a grace.
    away_since = models.DateTimeField(null=True, blank=True)
    # Between the form and the first socket the name is kept for the person who gave it.
    reserved_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "user"], name="membership_one_per_person"),
        )
        indexes = (
            models.Index(fields=["room"], condition=Q(present=True), name="membership_present"),
            models.Index(
                fields=["away_since"],
                condition=Q(present=True, away_since__isnull=False),
                name="membership_away",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class Worker(models.Model):
    """A server process that is alive for as long as it renews its lease, on the database's clock."""

    boot_id = models.CharField(max_length=32, unique=True)
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Connection(models.Model):
    """One open socket: it counts while its worker's lease does."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="connections")
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="connections", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    socket_id = models.CharField(max_length=32, unique=True)

    class Meta:
        indexes = (models.Index(fields=["room", "user"], name="connection_room_user"),)

    def __str__(self) -> str:
        return self.socket_id
