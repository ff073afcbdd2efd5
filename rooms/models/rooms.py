"""Rooms, and who belongs to which."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now


def room_public_id() -> str:
    return "r_" + secrets.token_hex(8)


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
    # What the owner has ordered. The database has the defaults too: while an upgrade rolls, workers
    # of the release before make rooms and memberships that do not name these columns.
    # The passcode is kept as a password is.
    passcode = models.CharField(
        max_length=128, blank=True, editable=False, default="", db_default=""
    )
    locked = models.BooleanField("nobody new may come in", default=False, db_default=False)
    by_request = models.BooleanField("newcomers ask to be let in", default=False, db_default=False)
    capacity = models.PositiveIntegerField("people at the most", null=True, blank=True)
    slow_mode = models.PositiveIntegerField(
        "seconds between two messages of one person", default=0, db_default=0
    )
    history_open = models.BooleanField(
        "newcomers see what was said before", default=True, db_default=True
    )
    retention_days = models.PositiveIntegerField("days messages are kept", null=True, blank=True)
    # Where its people meet for a call (rooms/call_links.py), and when somebody last called.
    call_link = models.CharField(max_length=300, blank=True, default="", db_default="")
    called_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("created", db_default=Now())
    # When it will close if nobody comes in; unset while somebody is there.
    closes_at = models.DateTimeField(null=True, blank=True)
    # Since when nobody is there; unset as `closes_at` is. Rooms empty for longest go first when codes
    # run short.
    empty_since = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("closed", null=True, blank=True)
    # When it closes whoever is in it, and from when on nobody new comes in: the owner's wish.
    ends_at = models.DateTimeField(null=True, blank=True)
    door_closes_at = models.DateTimeField(null=True, blank=True)
    # When the owner ended it. Until it closes, at `ends_at`, that can be undone: its code is nobody
    # else's so long, nobody comes in, and nothing is said.
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

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
            models.Index(
                fields=["empty_since"],
                condition=Q(closed_at__isnull=True, closes_at__isnull=False),
                name="room_empty",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(closed_at__isnull=True, ends_at__isnull=False),
                name="room_ending",
            ),
            models.Index(
                fields=["door_closes_at"],
                condition=Q(closed_at__isnull=True, door_closes_at__isnull=False),
                name="room_door_closing",
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def kept_days(self) -> int | None:
        """How many days messages are kept: the fewer of the room's and the site's. None: for ever."""
        wanted = (self.retention_days, settings.CHAT_RETENTION_DAYS)
        return min((days for days in wanted if days), default=None)


class Membership(models.Model):
    """That somebody is, or once was, in a room.

    The row stays when the person leaves, and with it the right to read what was said. `present`
    follows the log: it is set with the `join` message and cleared with the `leave`.
    """

    class Role(models.TextChoices):
        OWNER = "owner", "owner"
        MODERATOR = "moderator", "moderator"
        MEMBER = "member", "member"

    class Bell(models.TextChoices):
        """What a person is notified of."""

        EVERYTHING = "everything", "everything"
        TO_ME = "to_me", "what is to them"
        NOTHING = "nothing", "nothing"

    # Of those who may read the room's log, also after they left: they may come back at any time,
    # who was sent away may not.
    READS = Q(removed_at__isnull=True, banned_at__isnull=True)
    # Of those who are in the room, whether they are there just now or not.
    INSIDE = Q(left_at__isnull=True, banned_at__isnull=True)

    # Whatever shows a room to a person, or finds one for them, names it by `seen_code` and
    # `seen_title` or by these: a new code is not told to people who are out of the room, since they
    # could come in with it.
    SEEN_CODE = Case(When(known_code="", then=F("room__code")), default=F("known_code"))
    SEEN_TITLE = Case(When(known_code="", then=F("room__title")), default=F("known_title"))

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=9, choices=Role, default=Role.MEMBER)
    entered_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)
    # When and why the member was removed. A removed member may rejoin as a newcomer; a banned one may
    # not.
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_for = models.CharField(max_length=200, blank=True, default="", db_default="")
    banned_at = models.DateTimeField(null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    muted_for = models.CharField(max_length=200, blank=True, default="", db_default="")
    # Keyed hashes of the browser's token and of the network it came from, by which a banned guest is
    # known again (rooms/fingerprints.py). Forgotten when the room closes.
    device_trace = models.CharField(
        max_length=64, blank=True, editable=False, default="", db_default=""
    )
    address_trace = models.CharField(
        max_length=64, blank=True, editable=False, default="", db_default=""
    )
    # Messages up to this number are not this person's to see: said before coming in.
    hidden_through = models.BigIntegerField(default=0, db_default=0)
    # What the room was called while this person was in it last: set when the room gets another code
    # or title while the person is out of it, and taken away when they come back. Blank: as it is now.
    known_code = models.CharField(
        max_length=12, blank=True, editable=False, default="", db_default=""
    )
    known_title = models.CharField(
        max_length=80, blank=True, editable=False, default="", db_default=""
    )
    # When this person last edited a message in slow mode, on the database's clock.
    last_edit_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How far the person has read.
    read_through = models.BigIntegerField(default=0, db_default=0)
    # What the person is notified of. Blank until they choose: then the size of the room decides
    # (rooms/bell.py).
    bell = models.CharField(
        max_length=10, choices=Bell, blank=True, editable=False, default="", db_default=""
    )
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

    # Those whose messages are folded for this person, by public id. Set with what a socket is told of
    # its own user (rooms/hides.py).
    hides: Sequence[str] = ()
    # Of a bot: its owner's membership in the same room, beyond which it has no rights. Set when it is
    # checked (rooms/access.py).
    ceiling: "Membership | None" = None

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"

    @property
    def mute(self) -> tuple[datetime | None, str]:
        """Until when its person may not write, and why: for a bot the longer of its own and its owner's."""
        found = self.muted_until, self.muted_for
        if self.ceiling is not None and self.ceiling.muted_until is not None:
            its = self.ceiling.muted_until, self.ceiling.muted_for
            found = its if found[0] is None or found[0] < its[0] else found
        return found

    @property
    def seen_code(self) -> str:
        """The code under which this person may see the room."""
        return self.known_code or self.room.code

    @property
    def seen_title(self) -> str:
        """The title under which this person may see the room."""
        return self.known_title if self.known_code else self.room.title


class JoinRequest(models.Model):
    """That somebody asks to be let into a room whose newcomers ask."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ADMITTED = "admitted", "let in"
        REFUSED = "refused", "turned away"

    # The page of somebody who waits asks every few seconds whether it still does, in a hidden tab
    # once a minute. A request whose page has not asked for this long is over.
    KEPT = timedelta(minutes=2)
    WAITS = Q(state="waiting", heard_at__gt=Now() - KEPT)

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    # Those of the membership that may come of it.
    device_trace = models.CharField(max_length=64, blank=True, editable=False, default="")
    address_trace = models.CharField(max_length=64, blank=True, editable=False, default="")
    asked_at = models.DateTimeField(db_default=Now())
    # When the page of the person last asked for an answer.
    heard_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "user"], name="join_request_one_per_person"),
        )
        indexes = (
            models.Index(
                fields=["heard_at"], condition=Q(state="waiting"), name="join_request_silent"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} at {self.room}"


class Shunned(models.Model):
    """A fingerprint that makes it costly for a banned guest to come back as another one.

    `trace` is a keyed hash of the browser's token or of the network address: neither can be read
    from it. It counts until `until`, since addresses change hands.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="shunned")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    trace = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        verbose_name = "return ban"
        constraints = (
            models.UniqueConstraint(fields=["room", "trace", "user"], name="shunned_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} from {self.room}"
