"""Changes to messages after they were posted. No permissions here: callers have checked.

Everything is a change on the log: it takes a number, and the message comes again as it is now.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db.models.functions import Now

from history import folding, wire
from history.log import files
from history.log.entry import ERASED, Mentioned
from history.log.write import Numbers
from history.models import Mention, Message, Reaction, Revision
from history.wire import WireMessage

# How long earlier texts are kept: for moderators, and to undo a moderator's deletion.
KEPT_EDITED = timedelta(days=30)
KEPT_REMOVED = timedelta(days=1)

# What a message loses that can be restored.
_HIDDEN = {name: ERASED[name] for name in ("body", "html", "files", "words")}

# By (emoji, user id), in the order they were given: the row's key, None for one not yet written.
_Given = dict[tuple[str, int], int | None]


class Edits:
    """Changes to messages of one stream that this transaction has locked, many at once.

    They are made on the rows in memory, each taking the next number, and written by `write`. A
    method that returns False has found nothing to change.
    """

    def __init__(self, numbers: Numbers, seqs: Collection[int]) -> None:
        self._numbers = numbers
        self._head = numbers.head
        rows = Message.objects.filter(stream=self._head.stream_id, seq__in=seqs)
        rows = rows.select_related("author")
        self._rows = {row.seq: row for row in rows}
        self._touched: dict[int, tuple[Message, set[str]]] = {}  # with the columns to write
        self._reactions: dict[int, tuple[_Given, _Given]] = {}
        self._mentions: dict[int, Sequence[Mentioned]] = {}
        self._kept: list[Revision] = []
        self._erased: set[int] = set()

    def get(self, seq: int) -> Message | None:
        """The message, as it is after the changes so far, its author with it."""
        return self._rows.get(seq)

    def edit(
        self, message: Message, *, body: str, html: str, mentions: Sequence[Mentioned]
    ) -> bool:
        """Give a message another text, and keep the one it had."""
        if message.body == body:
            return False
        self._keep(message, Revision.Cause.EDIT)
        message.body, message.html, message.edited_at = body, html, self._head.now
        self._mentions[message.pk] = mentions
        self._touch(message, "body", "html", "edited_at")
        self._name_files(message)
        return True

    def tombstone(self, message: Message, *, by_id: int | None, keep: bool) -> bool:
        """Empty a message and leave its place.

        With `keep` the text and the files can be restored for a day. Without, they are gone for good with
        all that it was before: also when somebody else deleted it earlier.
        """
        if not keep:
            self._erased.add(message.pk)
            self._kept = [kept for kept in self._kept if kept.message_id != message.pk]
        if message.is_deleted:
            return False
        if keep:
            self._keep(message, Revision.Cause.REMOVAL)
        # What is erased for good loses all that was said with it; what can be restored, what is shown.
        emptied = _HIDDEN if keep else ERASED
        for name, value in emptied.items():
            setattr(message, name, value)
        message.deleted_at, message.deleted_by_id = self._head.now, by_id
        message.pinned_at = None
        self._given(message).clear()
        self._mentions[message.pk] = ()
        self._touch(message, *emptied, "deleted_at", "deleted_by", "pinned_at")
        return True

    def restore(
        self, message: Message, *, body: str, html: str, mentions: Sequence[Mentioned]
    ) -> bool:
        """Give a deleted message its text and its files back, in its place."""
        if not message.is_deleted:
            return False
        message.body, message.html = body, html
        message.files = files.of_message(message) or None
        message.deleted_at = message.deleted_by_id = None
        self._mentions[message.pk] = mentions
        Revision.objects.filter(message=message, cause=Revision.Cause.REMOVAL).delete()
        self._touch(message, "body", "html", "files", "deleted_at", "deleted_by")
        self._name_files(message)
        return True

    def _name_files(self, message: Message) -> None:
        """Let a message that has changed be found by the names of its files.

        The words of one without files are found out later: the database voids them with the text.
        """
        if message.files:
            message.words = folding.of(message.body, message.html, message.file_names)
            self._touched[message.pk][1].add("words")

    def reactions(self, message: Message) -> Collection[tuple[str, int]]:
        """Return the reactions to a message, as (emoji, user id)."""
        return self._given(message).keys()

    def react(self, message: Message, *, user_id: int, emoji: str, on: bool) -> bool:
        given, key = self._given(message), (emoji, user_id)
        if (key in given) is on:
            return False
        if on:
            given[key] = None
        else:
            del given[key]
        self._touch(message)
        return True

    def pinned(self) -> int:
        """Return how many messages of the stream are pinned, after the changes so far."""
        others = Message.objects.filter(stream=self._head.stream_id, pinned_at__isnull=False)
        here = sum(message.pinned_at is not None for message in self._rows.values())
        return here + others.exclude(seq__in=self._rows).count()

    def pin(self, message: Message, *, on: bool) -> bool:
        if (message.pinned_at is not None) is on:
            return False
        self._touch(message, "pinned_at")
        # A microsecond apart, so that those pinned in one transaction have an order too.
        later = timedelta(microseconds=self._numbers.count)
        message.pinned_at = self._head.now + later if on else None
        return True

    def write(self) -> list[WireMessage]:
        """Write all of it, in the transaction that holds the lock. Return what was changed."""
        if self._erased:
            Revision.objects.filter(message__in=self._erased).delete()
            files.discard_of(Message.objects.filter(pk__in=self._erased))
        if not self._touched:
            return []
        for message, columns in self._touched.values():
            message.save(update_fields=columns)
        Revision.objects.bulk_create(self._kept)
        self._write_reactions()
        self._write_mentions()
        return wire.from_rows(message for message, _ in self._touched.values())

    def _touch(self, message: Message, *columns: str) -> None:
        message.changed_seq = self._numbers.take()
        _, touched = self._touched.setdefault(message.pk, (message, {"changed_seq"}))
        touched.update(columns)

    def _keep(self, message: Message, cause: Revision.Cause) -> None:
        self._kept.append(
            Revision(message=message, cause=cause, body=message.body, html=message.html)
        )

    def _given(self, message: Message) -> _Given:
        if message.pk not in self._reactions:
            rows = Reaction.objects.filter(message=message).order_by("pk")
            found: _Given = {
                (emoji, user): pk for pk, emoji, user in rows.values_list("pk", "emoji", "user_id")
            }
            self._reactions[message.pk] = found, dict(found)
        return self._reactions[message.pk][1]

    def _write_reactions(self) -> None:
        for message_id, (before, after) in self._reactions.items():
            taken_back = [
                pk for given, pk in before.items() if given not in after and pk is not None
            ]
            if taken_back:
                Reaction.objects.filter(pk__in=taken_back).delete()
            Reaction.objects.bulk_create(
                Reaction(message_id=message_id, user_id=user_id, emoji=emoji)
                for emoji, user_id in after
                if (emoji, user_id) not in before
            )

    def _write_mentions(self) -> None:
        for message_id, mentions in self._mentions.items():
            message, _ = self._touched[message_id]
            Mention.objects.filter(message=message_id).delete()
            Mention.objects.bulk_create(
                Mention(
                    message=message, user_id=user_id, stream_id=message.stream_id, seq=message.seq
                )
                for user_id, _ in mentions
            )


def removed_text(message: Message) -> str | None:
    """Return the text that a moderator deleted, while it is kept."""
    kept = Revision.objects.filter(message=message, cause=Revision.Cause.REMOVAL)
    return kept.order_by("-pk").values_list("body", flat=True).first()


def purge() -> int:
    """Forget earlier texts whose time is over, and files of messages that were removed; how many texts."""
    gone = 0
    files.discard_of(
        Message.objects.filter(
            revisions__cause=Revision.Cause.REMOVAL,
            revisions__at__lt=Now() - KEPT_REMOVED,
            deleted_at__isnull=False,
        )
    )
    for cause, kept in (
        (Revision.Cause.EDIT, KEPT_EDITED),
        (Revision.Cause.REMOVAL, KEPT_REMOVED),
    ):
        gone += Revision.objects.filter(cause=cause, at__lt=Now() - kept).delete()[0]
    return gone
