"""Messages: posted, deleted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from history import log
from history.models import Message
from history.wire import WireAuthor, WireMessage
from rooms import access, publish
from rooms.errors import BadFrame, ChatError
from rooms.models import Membership, User


@dataclass(frozen=True, slots=True)
class Draft:
    """A message on its way into the log.

    `epoch` is that of the stream when the author's membership was checked last.
    """

    stream_id: int
    room_id: int
    author_id: int
    author: WireAuthor
    client_id: str
    body: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A committed message: its number, and the epoch at which its author was seen to be allowed."""

    seq: int
    epoch: int


class Stale(Exception):
    """Something about a batch must be looked up before it can be written."""


def post(drafts: Sequence[Draft]) -> tuple[list[Posted], list[log.Change]]:
    """Commit many messages in one transaction of two statements: the normal case, and the fast one.

    Raises Stale when a room's epoch has moved, IntegrityError when a message was posted before;
    nothing is written then, and `post_checked` is what remains. The caller publishes the changes.
    """
    by_stream: dict[int, list[int]] = defaultdict(list)
    for position, draft in enumerate(drafts):
        by_stream[draft.stream_id].append(position)
    posted: list[Posted | None] = [None] * len(drafts)
    rows: list[tuple[int, int, datetime, log.Entry]] = []
    changes: list[log.Change] = []
    with transaction.atomic():
        heads = log.advance({stream: len(where) for stream, where in by_stream.items()})
        for stream_id, where in by_stream.items():
            head = heads.get(stream_id)
            if head is None:
                raise Stale
            seq = after = head.seq - len(where)
            messages: list[WireMessage] = []
            for position in where:
                draft = drafts[position]
                if draft.epoch != head.epoch:
                    raise Stale
                seq += 1
                entry = log.Entry(
                    Message.Kind.CHAT.value, draft.author_id, draft.author, draft.body,
                    draft.client_id,
                )  # fmt: skip
                rows.append((stream_id, seq, head.now, entry))
                messages.append(log.wired(seq, head.now, entry))
                posted[position] = Posted(seq, head.epoch)
            changes.append(log.Change(stream_id, after, seq, head.epoch, tuple(messages)))
        log.insert(rows)
    return [outcome for outcome in posted if outcome is not None], changes


def post_checked(drafts: Sequence[Draft]) -> tuple[list[Posted | ChatError], list[log.Change]]:
    """The same, asking for each message whether it may be posted and whether it has been already.

    A message posted before gives its first number again and changes nothing.
    """
    outcomes: list[Posted | ChatError | None] = [None] * len(drafts)
    changes: list[log.Change] = []
    with transaction.atomic():
        heads = log.advance({draft.stream_id: 0 for draft in drafts})
        members = _members(drafts)
        known = log.find_posted((d.stream_id, d.author_id, d.client_id) for d in drafts)
        fresh: dict[int, list[int]] = defaultdict(list)
        repeats: list[tuple[int, int]] = []
        first: dict[tuple[int, int, str], int] = {}
        for position, draft in enumerate(drafts):
            key = (draft.stream_id, draft.author_id, draft.client_id)
            try:
                access.check(members.get((draft.room_id, draft.author_id)))
            except ChatError as error:
                outcomes[position] = error
                continue
            if key in known:
                outcomes[position] = Posted(known[key], heads[draft.stream_id].epoch)
            elif key in first:
                repeats.append((position, first[key]))
            else:
                first[key] = position
                fresh[draft.stream_id].append(position)
        for stream_id, where in fresh.items():
            change = log.append(
                heads[stream_id],
                [
                    log.Entry(Message.Kind.CHAT.value, d.author_id, d.author, d.body, d.client_id)
                    for d in (drafts[position] for position in where)
                ],
            )
            changes.append(change)
            for position, message in zip(where, change.messages, strict=True):
                outcomes[position] = Posted(message["seq"], change.epoch)
        for position, original in repeats:
            outcomes[position] = outcomes[original]
    return [outcome for outcome in outcomes if outcome is not None], changes


def delete(*, message: Message, by: User | None) -> bool:
    """Leave a tombstone in a message's place, everywhere. False if there is one already.

    Raises BadFrame for what is not a chat message.
    """
    if message.kind != Message.Kind.CHAT:
        raise BadFrame("Only what somebody said can be deleted.")
    with transaction.atomic():
        head = log.lock(message.stream_id)
        change = log.tombstone(head, message, by_id=by.pk if by else None)
        if change is not None:
            publish.changed(code=message.stream.room.code, change=change)
    return change is not None


def _members(drafts: Sequence[Draft]) -> dict[tuple[int, int], Membership]:
    wanted = Q(
        room_id__in={draft.room_id for draft in drafts},
        user_id__in={draft.author_id for draft in drafts},
    )
    return {
        (member.room_id, member.user_id): member
        for member in Membership.objects.filter(wanted).select_related("room", "user")
    }
