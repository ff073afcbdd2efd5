"""Messages: posted by members, deleted and restored by those who keep order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from history import said
from history.log import read
from history.log.edits import removed_text
from history.log.entry import Change, Entry, Mentioned
from history.log.post import Post, post_all
from history.models import Message
from rooms import access
from rooms.actions.clearing import Texts
from rooms.actions.slow_mode import SlowModeClock
from rooms.actions.texts import Raw, prepare
from rooms.errors import ChatError, MessageNotFound
from rooms.models import Deed, Membership, Room, User
from rooms.refusals import MessageNotKept, OnlyChatIsDeleted
from rooms.turn import Turn, turn, turns

# The epoch of a draft that is to be asked about whatever has or has not changed: no stream has it.
ASK = 0


@dataclass(slots=True, kw_only=True)
class Draft(Post):
    """A message on its way into the log; `epoch` is of when its author's access was checked.

    With `mentions` it has the epoch ASK. `refused` is said unless it turns out to be in the log.
    """

    room_id: int
    mentions: Sequence[Mentioned] = ()
    refused: ChatError | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A committed message."""

    seq: int


def post(drafts: Sequence[Draft]) -> tuple[list[Posted], list[Change]]:
    """Commit many messages at once without looking anything up: the normal case.

    Raises Stale when somebody's access must be looked at again, IntegrityError when a message was
    posted before; nothing is written then, and `post_checked` is what remains. The caller
    publishes the changes.
    """
    seqs, changes = post_all(drafts)
    return [Posted(seq) for seq in seqs], changes


def post_checked(drafts: Sequence[Draft]) -> tuple[list[Posted | ChatError], list[Change]]:
    """The same, asking for each message whether it may be posted and whether it has been already.

    A message posted before gives its first number again and changes nothing, also if its author
    has been removed since: it is in the log.
    """
    outcomes: list[Posted | ChatError | None] = [None] * len(drafts)
    changes: list[Change] = []
    for draft in drafts:
        draft.find_words()
    with turns({draft.stream_id for draft in drafts}, published=False) as found:
        members = _members(drafts)
        known = read.find_posted((d.stream_id, d.author_id, d.client_id) for d in drafts)
        slow_mode = SlowModeClock()
        fresh: dict[int, list[int]] = defaultdict(list)
        repeats: list[tuple[int, int]] = []
        first: dict[tuple[int, int, str], int] = {}
        for position, draft in enumerate(drafts):
            key = (draft.stream_id, draft.author_id, draft.client_id)
            if key in known:
                outcomes[position] = Posted(known[key])
                continue
            try:
                member = access.check(members.get((draft.room_id, draft.author_id)))
                access.require_voice(member, now=found[draft.stream_id].now)
                if key not in first:
                    slow_mode.require(member, now=found[draft.stream_id].now)
                if draft.refused is not None:
                    raise draft.refused
            except ChatError as error:
                outcomes[position] = error
                continue
            if key in first:
                repeats.append((position, first[key]))
            else:
                first[key] = position
                fresh[draft.stream_id].append(position)
                # Under the name of this moment: somebody renamed has another epoch, and comes here.
                found[draft.stream_id].append(
                    Entry.of(
                        Message.Kind.CHAT.value,
                        member.user,
                        client_id=draft.client_id,
                        html=draft.html,
                        mentions=draft.mentions,
                        words=draft.words,
                        **said.shown(draft.said),
                    )
                )
    for stream_id, where in fresh.items():
        change = found[stream_id].change
        assert change is not None
        changes.append(change)
        for position, message in zip(where, change.messages, strict=True):
            outcomes[position] = Posted(message["seq"])
    for position, original in repeats:
        outcomes[position] = outcomes[original]
    return [outcome for outcome in outcomes if outcome is not None], changes


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


def _members(drafts: Sequence[Draft]) -> dict[tuple[int, int], Membership]:
    wanted = Q(
        room_id__in={draft.room_id for draft in drafts},
        user_id__in={draft.author_id for draft in drafts},
    )
    return {
        (member.room_id, member.user_id): member
        for member in Membership.objects.filter(wanted).select_related("room", "user")
    }
