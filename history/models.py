"""The log: one ordered stream of messages for each room, and the files in them.

A stream's `head` is the number of its latest change. A transaction that changes the stream takes the
next numbers, and so holds the stream's row until its commit. The order of numbers is then the order of
commits, and "all changes after N" can miss nothing.
"""

from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from history import file_words, markup, notices


class Stream(models.Model):
    """The counter of one room's log.

    `epoch` is a fencing number. It goes up, under the lock of the same row, with every change to who may
    write or read here. A writer that was authorised at another epoch checks again before it commits.
    """

    head = models.BigIntegerField(default=0)
    epoch = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"stream {self.pk} at {self.head}"


class History(models.Model):
    """The history that the streams of this database belong to. One row, kept by `history.identity`."""

    # A new one whenever the database was set back: numbers are then given out a second time.
    name = models.CharField(max_length=32)
    # The database in which the history got its name, as the database server identifies it.
    place = models.CharField(max_length=200)
    # Goes up every few seconds while the site runs. If it is lower than before, a backup was restored.
    beat = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "histories"

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One place in a stream: something said, or something that happened."""

    class Kind(models.TextChoices):
        CHAT = "chat", "message"
        JOIN = "join", "joined"
        LEAVE = "leave", "left"
        NOTICE = "notice", "notice"

    stream = models.ForeignKey(
        Stream, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField("number", help_text="Its place in the room, and its name there.")
    changed_seq = models.BigIntegerField("latest change")
    kind = models.CharField(max_length=6, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="messages",
        null=True,
        db_index=False,
    )
    client_id = models.CharField(max_length=64, null=True)
    body = models.TextField("text", blank=True)
    # The body's words, which search compares (history/folding.py). NULL until they are computed.
    words = models.TextField(null=True, editable=False)
    # What a notice says (history/notices.py). NULL for other kinds.
    facts: Any = models.JSONField(null=True, editable=False)
    # The body rendered and sanitised; empty where that would show nothing but the text itself.
    html = models.TextField(blank=True, db_default="", default="")
    # Its files as they are on the wire (history.wire.WireFile), so that reading a message asks no other
    # table. NULL without any.
    files: Any = models.JSONField(null=True, editable=False)
    reply_to = models.BigIntegerField("answers", null=True, blank=True)
    at = models.DateTimeField("time", db_default=Now())
    edited_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )

    # The room it stands in as its reader may see it (history.readers.Place): history.personal.place
    # sets it.
    place: Any
    # Its reader has hidden the author: history.personal.fold sets it.
    is_folded: bool = False

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stream", "seq"], name="message_one_per_seq"),
            models.UniqueConstraint(
                fields=["stream", "author", "client_id"],
                condition=Q(client_id__isnull=False),
                name="message_one_per_client_id",
            ),
        )
        indexes = (
            # Resume: changes after a cursor.
            models.Index(fields=["stream", "changed_seq"], name="message_changed"),
            models.Index(
                fields=["stream", "pinned_at"],
                condition=Q(pinned_at__isnull=False),
                name="message_pinned",
            ),
            # Days, and messages by time.
            models.Index(fields=["stream", "at"], name="message_at"),
            # Messages whose words are not computed yet: usually none.
            models.Index(
                fields=["id"],
                condition=Q(kind="chat", words__isnull=True),
                name="message_wordless",
            ),
            # A person's own history, newest first; also Django's check before it deletes a user.
            models.Index(fields=["author", "kind", "id"], name="message_author"),
        )

    def __str__(self) -> str:
        return f"#{self.seq}"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def text(self) -> str:
        """What was said, as it was typed; of a notice, its sentence in the language that is active."""
        return notices.text(self.facts, self.body)

    @property
    def file_names(self) -> list[str]:
        """The names of its files, in their order."""
        return [file["name"] for file in self.files or ()]

    @property
    def plain(self) -> str:
        """The text as a reader sees it, without the marks of Markdown; of files alone, what they are."""
        return markup.plain(self.text, self.html) or file_words.of(self.files or ())


class Reaction(models.Model):
    """An emoji that a member gave to a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions"
    )
    emoji = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["message", "user", "emoji"], name="reaction_once_per_person"
            ),
        )

    def __str__(self) -> str:
        return self.emoji


# What no page shows of a message and its author. A time takes as long to read as all the rest of a row.
UNSHOWN = (
    "words",
    *(f"author__{name}" for name in ("password", "last_login", "date_joined", "email")),
)


class Mention(models.Model):
    """A message that mentions a member by name. It counts as unread "for you" until it is read."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    # Copies of the message's own, for the count of unread mentions.
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="+", db_index=False)
    seq = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "user"], name="mention_once"),)
        indexes = (models.Index(fields=["user", "stream", "seq"], name="mention_unread"),)

    def __str__(self) -> str:
        return f"{self.user_id} in #{self.seq}"


class Revision(models.Model):
    """An earlier text of a message, kept for a while: for moderators, and to undo a removal.

    Erasing a message erases its revisions too.
    """

    class Cause(models.TextChoices):
        EDIT = "edit", "edited"
        REMOVAL = "removal", "removed by a moderator"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    cause = models.CharField(max_length=7, choices=Cause)
    body = models.TextField("text")
    html = models.TextField(blank=True, default="")
    # When this text was replaced.
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.cause} of {self.message_id}"


def new_file_id() -> str:
    """Return an id that nobody guesses: who knows it must still be somebody who may see the file."""
    return "f_" + token_hex(16)


class File(models.Model):
    """A file that somebody sends into a room: it arrives in pieces, is looked at, and goes into one message.

    Its bytes are in the storage (history/storage.py), under names made of `public_id`. The row is there
    before the first of them and goes after the last: no bytes are without a row.
    """

    public_id = models.CharField(max_length=34, unique=True, default=new_file_id, editable=False)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        db_index=False,
    )
    # What its sender calls it: sending it again goes on where it was broken off.
    client_id = models.CharField(max_length=64, null=True)
    # The number of its message, and its place among the files there. NULL as long as it is in none.
    seq = models.BigIntegerField(null=True)
    place = models.SmallIntegerField(default=0)
    name = models.CharField(max_length=200)
    # Its media type: as its sender says, or that of an image which the site shows.
    type = models.CharField(max_length=100)
    size = models.BigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    alt = models.CharField(max_length=1000, blank=True, default="")
    # In pixels, upright; of images that the site shows.
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    thumb_width = models.IntegerField(null=True)
    thumb_height = models.IntegerField(null=True)
    begun_at = models.DateTimeField(db_default=Now())
    # When its last piece so far came.
    heard_at = models.DateTimeField(db_default=Now())
    # Since when somebody looks at the whole file, and when that was done.
    checking_since = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    # When the file was discarded. Its bytes are deleted next, then the row.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["stream", "author", "client_id"], name="file_one_per_client_id"
            ),
        )
        indexes = (
            # A room's files, newest first; those of some messages.
            models.Index(fields=["stream", "seq"], name="file_in_message"),
            # What a person has sent in a day.
            models.Index(fields=["author", "begun_at"], name="file_sent"),
            # What is to be deleted, and what is in no message.
            models.Index(fields=["id"], condition=Q(gone_at__isnull=False), name="file_gone"),
            models.Index(
                fields=["heard_at"],
                condition=Q(seq__isnull=True, gone_at__isnull=True),
                name="file_unposted",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def readable(cls) -> models.QuerySet["File"]:
        """Return the files of messages that are not deleted: a reader of the message may have them."""
        shown = Message.objects.filter(
            stream=OuterRef("stream"), seq=OuterRef("seq"), deleted_at=None
        )
        return cls.objects.filter(Exists(shown), gone_at=None, ready_at__isnull=False)


class Piece(models.Model):
    """A piece of a file that is not whole yet."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    start = models.BigIntegerField()
    size = models.IntegerField()
    # Its name in the storage.
    key = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["file", "start"], name="piece_one_per_start"),
        )

    def __str__(self) -> str:
        return f"{self.file_id} from {self.start}"
