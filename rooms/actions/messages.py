"""Messages: posted, deleted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from history import batch, log
from history.models import Message
from rooms import access, publish
from rooms.actions.pace import Pace
from rooms.errors import BadFrame, ChatError
from rooms.models import Membership, User

# The epoch of a draft that is to be asked about whatever has or has not changed: no stream has it.
ASK = 0


@dataclass(frozen=True, slots=True)
class Draft(batch.Post):
    """A message on its way into the log; `epoch` is of when its author's access was checked."""

    room_id: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A committed message."""

    seq: int


def post(drafts: Sequence[Draft]) -> tuple[list[Posted], list[log.Change]]:
    """Commit many messages at once without looking anything up: the normal case.

    Raises Stale when somebody's access must be looked at again, IntegrityError when a message was
    posted before; nothing is written then, and `post_checked` is what remains. The caller
    publishes the changes.
    """
    seqs, changes = batch.post(drafts)
    return [Posted(seq) for seq in seqs], changes


def post_checked(drafts: Sequence[Draft]) -> tuple[list[Posted | ChatError], list[log.Change]]:
    """The same, asking for each message whether it may be posted and whether it has been already.

    A message posted before gives its first number again and changes nothing, also if its author
    has been removed since: it is in the log.
    """
    outcomes: list[Posted | ChatError | None] = [None] * len(drafts)
    changes: list[log.Change] = []
    with transaction.atomic():
        heads = log.advance({draft.stream_id: 0 for draft in drafts})
        members = _members(drafts)
        known = log.find_posted((d.stream_id, d.author_id, d.client_id) for d in drafts)
        pace = Pace()
        fresh: dict[int, list[int]] = defaultdict(list)
        entries: dict[int, list[log.Entry]] = defaultdict(list)
        repeats: list[tuple[int, int]] = []
        first: dict[tuple[int, int, str], int] = {}
        for position, draft in enumerate(drafts):
            key = (draft.stream_id, draft.author_id, draft.client_id)
            if key in known:
                outcomes[position] = Posted(known[key])
                continue
            try:
                member = access.check(members.get((draft.room_id, draft.author_id)))
                access.require_voice(member, now=heads[draft.stream_id].now)
                if key not in first:
                    pace.require(member, now=heads[draft.stream_id].now)
            except ChatError as error:
                outcomes[position] = error
                continue
            if key in first:
                repeats.append((position, first[key]))
            else:
                first[key] = position
                fresh[draft.stream_id].append(position)
                # Under the name of this moment: somebody renamed has another epoch, and comes here.
                entries[draft.stream_id].append(
                    log.entry(
                        Message.Kind.CHAT.value,
                        member.user,
                        body=draft.body,
                        client_id=draft.client_id,
                    )
                )
        for stream_id, where in fresh.items():
            change = log.append(heads[stream_id], entries[stream_id])
            changes.append(change)
            for position, message in zip(where, change.messages, strict=True):
                outcomes[position] = Posted(message["seq"])
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
