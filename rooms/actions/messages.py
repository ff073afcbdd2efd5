"""Messages: posted by members, deleted and restored by those who keep order."""

from collections.abc import Sequence
from dataclasses import dataclass

from history.log.edits import removed_text
from history.log.entry import Attachment, Change, Mentioned
from history.log.post import Post, post_all
from history.models import Message
from rooms.actions.clearing import Texts
from rooms.actions.texts import Raw, prepare
from rooms.errors import ChatError, MessageNotFound
from rooms.models import Deed, Room, User
from rooms.refusals.messages import OnlyChatIsDeleted
from rooms.refusals.undoing import MessageNotKept
from rooms.turn import Turn, turn

# The epoch of a draft that is to be asked about whatever has or has not changed: no stream has it.
ASK = 0


@dataclass(slots=True, kw_only=True)
class Draft(Post):
    """A message on its way into the log; `epoch` is of when its author's access was checked.

    With `mentions` or `files` it has the epoch ASK. `refused` is said unless it turns out to be in the log.
    """

    room_id: int
    mentions: Sequence[Mentioned] = ()
    files: Sequence[Attachment] = ()
    refused: ChatError | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A committed message."""

    seq: int


def post(drafts: Sequence[Draft]) -> tuple[list[Posted], list[Change]]:
    """Commit many messages at once without looking anything up: the normal case.

    Raises Stale when somebody's access must be looked at again, IntegrityError when a message was
    posted before; nothing is written then, and `performing.perform` is what remains. The caller
    publishes the changes.
    """
    seqs, changes = post_all(drafts)
    return [Posted(seq) for seq in seqs], changes


def delete(*, message: Message, by: User | None) -> bool:
    """Delete what somebody said, as a moderator does. Return False if it was deleted already.

    The caller has checked who asks (nobody: the site itself), and notes it. Raises BadFrame for what
    is not a chat message.
    """
    if message.kind != Message.Kind.CHAT:
        raise OnlyChatIsDeleted
    with turn(Room.objects.get(stream=message.stream_id)) as t:
        edits = t.edits([message.seq])
        row = edits.get(message.seq)
        assert row is not None
        return edits.tombstone(row, by_id=by.pk if by else None, keep=True)


def restore(*, room: Room, seq: int) -> bool:
    """Undo a moderator's deletion. Return False if its text is no longer kept.

    The caller has checked who asks, and notes it. Raises MessageNotFound.
    """
    with turn(room) as t:
        return _bring_back(t, seq)


def undo_deletion(t: Turn, deed: Deed, user: User, texts: Texts) -> None:
    """Undo a moderator's deletion. Raises Forbidden if the text is no longer kept."""
    if not _bring_back(t, deed.details["seq"]):
        raise MessageNotKept


def _bring_back(t: Turn, seq: int) -> bool:
    edits = t.edits([seq])
    message = edits.get(seq)
    if message is None:
        raise MessageNotFound
    body = removed_text(message)
    if body is None or message.author_id is None:
        return False
    (text,) = prepare([Raw(t.room.pk, t.stream_id, message.author_id, body)])
    return edits.restore(message, body=body, html=text.html, mentions=text.mentions)
