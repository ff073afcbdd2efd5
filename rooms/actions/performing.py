"""Perform members' commands, many at once: each is looked up under the lock of its room.

Posts that need no looking up go by `messages.post`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from history import said, wire
from history.log import files as log_files
from history.log import read
from history.log.edits import Edits
from history.log.entry import Change, Entry
from history.models import File, Message
from rooms import access
from rooms.actions import changes, leaving
from rooms.actions.changes import Changed
from rooms.actions.messages import ASK, Draft, Posted
from rooms.actions.slow_mode import SlowModeClock
from rooms.actions.texts import PLAIN, Prepared
from rooms.commands import Leave, MessageCommand
from rooms.errors import ChatError
from rooms.models import Membership
from rooms.turn import Turn, turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command of a member, by key; posts are drafts. `text` is that of an edit."""

    stream_id: int
    room_id: int
    author_id: int
    command: MessageCommand | Leave
    text: Prepared = PLAIN
    epoch: int = ASK


Order = Draft | Asked
# None: not yet.
Outcome = Posted | Changed | ChatError | None


def perform(
    orders: Sequence[Order], *, published: bool = False
) -> tuple[list[Outcome], list[Change]]:
    """Perform what members ask, in one transaction, in its order in each room; each has its outcome.

    A message that was posted before gives its first number again and changes nothing, also if its
    author has been removed since: it is in the log. The outcome of what has to wait for the next
    transaction is None: what is asked after a leave, from which on the room has another epoch, and
    after something is asked of a message that this transaction posts. The caller publishes the
    changes, unless they are `published` here. Raises what the database raises; nothing is done then.
    """
    for order in orders:
        if isinstance(order, Draft):
            order.find_words()
    with turns({order.stream_id for order in orders}, published=published) as found:
        batch = _Batch(found, orders)
        outcomes = [batch.perform(order) for order in orders]
    return outcomes, [t.change for t in found.values() if t.change is not None]


class _Batch:
    """Orders whose rooms are locked, and what is known of them."""

    def __init__(self, found: Mapping[int, Turn], orders: Sequence[Order]) -> None:
        self._turns = found
        self._members = _members(orders)
        drafts = [order for order in orders if isinstance(order, Draft)]
        # The numbers of posts that are in the log, by what makes each of them one message.
        self._posted = read.find_posted(map(_key, drafts)) if drafts else {}
        self._new: set[tuple[int, int]] = set()  # messages that are posted here
        self._targets: dict[int, set[int]] = defaultdict(set)  # messages that are asked about
        for order in orders:
            if isinstance(order, Asked) and not isinstance(order.command, Leave):
                self._targets[order.stream_id].add(order.command.seq)
        self._edits: dict[int, Edits] = {}
        self._over: set[int] = set()  # streams where the rest has to wait
        self._slow_mode = SlowModeClock()

    def perform(self, order: Order) -> Outcome:
        if order.stream_id in self._over:
            return None
        try:
            if isinstance(order, Draft):
                return self._post(order)
            if isinstance(order.command, Leave):
                return self._leave(order)
            return self._change(order, order.command)
        except ChatError as refusal:
            return refusal

    def _post(self, draft: Draft) -> Posted:
        if (known := self._posted.get(_key(draft))) is not None:
            return Posted(known)
        member = access.check(self._members.get((draft.room_id, draft.author_id)))
        t = self._turn(member)
        access.require_voice(member, now=t.now)
        self._slow_mode.require(member, now=t.now)
        if draft.refused is not None:
            raise draft.refused
        files = self._claim(draft) if draft.files else []
        seq = t.append(
            # Under the name of this moment: somebody renamed has another epoch, and comes here.
            Entry.of(
                Message.Kind.CHAT.value,
                member.user,
                client_id=draft.client_id,
                html=draft.html,
                mentions=draft.mentions,
                # The names of files are found as well, and are known now.
                words=None if files else draft.words,
                files=[wire.file(file) for file in files],
                **said.shown(draft.said),
            )
        )
        if files:
            log_files.bind(files, seq)
        self._posted[_key(draft)] = seq
        self._new.add((draft.stream_id, seq))
        return Posted(seq)

    def _claim(self, draft: Draft) -> list[File]:
        return log_files.claim(draft.files, stream_id=draft.stream_id, author_id=draft.author_id)

    def _change(self, asked: Asked, command: MessageCommand) -> Changed | None:
        member = access.check(self._members.get((asked.room_id, asked.author_id)))
        if (asked.stream_id, command.seq) in self._new:
            self._over.add(asked.stream_id)
            return None
        t = self._turn(member)
        edits = self._edits.get(asked.stream_id)
        if edits is None:
            edits = self._edits[asked.stream_id] = t.edits(self._targets[asked.stream_id])
        return changes.make(
            edits, member, command, asked.text, now=t.now, slow_mode=self._slow_mode
        )

    def _leave(self, asked: Asked) -> Changed:
        member = leaving.require_member(self._members.get((asked.room_id, asked.author_id)))
        self._over.add(asked.stream_id)
        return Changed(leaving.end(self._turn(member), member))

    def _turn(self, member: Membership) -> Turn:
        t = self._turns[member.room.stream_id]
        t.room = member.room
        return t


def _key(draft: Draft) -> tuple[int, int, str]:
    return draft.stream_id, draft.author_id, draft.client_id


def _members(orders: Sequence[Order]) -> dict[tuple[int, int], Membership]:
    wanted = Q(
        room_id__in={order.room_id for order in orders},
        user_id__in={order.author_id for order in orders},
    )
    return {
        (member.room_id, member.user_id): member
        for member in Membership.objects.filter(wanted).select_related("room", "user")
    }
