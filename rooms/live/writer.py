"""Group commit: everything that waits to be posted goes into one transaction.

Most posts go straight to the queue of their room. Those with more in them than plain text are
prepared on a thread first, and what the same client says next waits behind them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from django.db import connection

from history.log.entry import Change
from rooms import protocol, publish
from rooms.actions import texts
from rooms.actions.messages import ASK, Draft, Posted
from rooms.actions.texts import Prepared, Raw
from rooms.commands import Post
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.batching import Batcher
from rooms.live.client import Client
from rooms.live.commit import Outcomes, commit, commit_patiently
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.models import Membership

# Posts in one transaction.
BATCH = 500
# Batches under way at once on PostgreSQL, each on a connection of its own: while one waits for the
# disk another is on its way. SQLite has one writer.
BATCHES = 3
# Posts that must wait before another batch starts beside one that is under way: smaller batches
# would cost each message more, and it would hardly be sooner.
WORTH_A_BATCH = 16
# Posts that may wait on one worker; far beyond what can be committed before a person gives up.
WAITING = 20_000
# Posts prepared in one go. Rendering is work for the processor, and others wait for it.
PREPARED = 20
# Posts that may wait to be prepared.
UNPREPARED = 5_000
# Seconds that a room's next posts gather, at the most, until another worker's next change is received.
#
# Workers take turns at a room. A worker that asks for the next turn while another has it would do so
# with the few posts there are by then, and they would not be committed any sooner. With 200 members
# on two workers batches are two fifths larger for this, and a message costs each of them a fifth
# less, and the database a quarter.
GATHER = 0.02

PLAIN = Prepared()
_MEMBER = Membership.Role.MEMBER.value


@dataclass(slots=True)
class _Waiting:
    """A post on its way into the log."""

    client: Client
    room: LiveRoom
    post: Post
    since: float
    prepared: Prepared = PLAIN
    # The epoch at which its author was authorised. If the room's epoch has moved since, the author
    # is checked again.
    epoch: int = ASK


class Writer:
    """Commits posts on this worker: a few batches at a time, a room in one of them at most.

    A room's next posts wait for the ones before them, which keeps each author's order.
    """

    def __init__(self, *, hub: Hub, threads: DatabaseThreads, patient: DatabaseThreads) -> None:
        self._hub = hub
        self._preparing_threads = threads
        self._patient = patient
        at_once = BATCHES if connection.vendor == "postgresql" else 1
        self._threads = DatabaseThreads(name="writer", size=at_once)
        self._texts: Batcher[Client, _Waiting, Prepared] = Batcher(
            name="texts",
            work=self._prepare,
            answer=self._hand_on,
            size=PREPARED,
            waiting=UNPREPARED,
        )
        self._queue: Batcher[int, _Waiting, Posted] = Batcher(  # by stream
            name="posts",
            work=self._commit,
            patiently=self._commit_patiently,
            answer=self._answer,
            size=BATCH,
            waiting=WAITING,
            at_once=at_once,
            worth=WORTH_A_BATCH,
        )
        # What was done to streams by the batches under way, each of which has streams of its own.
        self._changes: dict[int, list[Change]] = {}

    def submit(self, *, client: Client, room: LiveRoom, post: Post) -> None:
        """Take a post; its ack or error goes to the client. Raises Unavailable when overrun."""
        waiting = _Waiting(client, room, post, monotonic())
        if not client.preparing and post.reply_to is None and texts.is_plain(post.body):
            self._enqueue(waiting)
        else:
            self._texts.submit(client, waiting)
            client.preparing += 1

    async def stop(self) -> None:
        """Commit what is waiting."""
        await self._texts.stop()
        await self._queue.stop()
        await self._threads.close()

    # Preparing ------------------------------------------------------------------------------------

    async def _prepare(self, batch: Sequence[_Waiting]) -> Sequence[Prepared | Exception]:
        raws = [_raw(waiting) for waiting in batch]
        return await self._preparing_threads.read(texts.prepare, raws)

    def _hand_on(self, batch: Sequence[_Waiting], outcomes: Sequence[Prepared | Exception]) -> None:
        for waiting, prepared in zip(batch, outcomes, strict=True):
            waiting.client.preparing -= 1
            try:
                if not isinstance(prepared, Prepared):
                    raise Unavailable
                waiting.client.require_voice()  # it may have been lost meanwhile
                waiting.prepared = prepared
                self._enqueue(waiting)
            except ChatError as error:
                waiting.client.sender.send([_refusal(waiting, error)])

    # Committing -----------------------------------------------------------------------------------

    def _enqueue(self, waiting: _Waiting) -> None:
        client, room, prepared = waiting.client, waiting.room, waiting.prepared
        slow = client.role == _MEMBER and room.info is not None and room.info["slow_mode"]
        # A socket let in under rules that this worker has not seen yet is asked about, too.
        if not (
            slow or client.epoch != room.epoch or prepared.mentions or prepared.refused is not None
        ):
            waiting.epoch = client.epoch
        self._queue.submit(room.stream_id, waiting)

    async def _commit(self, batch: Sequence[_Waiting]) -> Outcomes:
        began = monotonic()
        outcomes, changes = await self._threads.run(commit, [_draft(waiting) for waiting in batch])
        return self._note(outcomes, changes, began)

    async def _commit_patiently(self, batch: Sequence[_Waiting]) -> Outcomes:
        began = monotonic()
        drafts = [_draft(waiting) for waiting in batch]
        outcomes, changes = await self._patient.run(commit_patiently, drafts)
        return self._note(outcomes, changes, began)

    def _note(self, outcomes: Outcomes, changes: Sequence[Change], began: float) -> Outcomes:
        metrics.commit_seconds.observe(monotonic() - began)
        for change in changes:
            self._changes.setdefault(change.stream_id, []).append(change)
        return outcomes

    def _answer(self, batch: Sequence[_Waiting], outcomes: Outcomes) -> None:
        """Ack or refuse posts, and show those that were committed to everybody."""
        rooms = {waiting.room.stream_id: waiting.room for waiting in batch}
        answers: dict[int, dict[Client, list[bytes]]] = {}
        committed = 0
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Posted):
                committed += 1
                post = waiting.post
                frame = protocol.ack(ref=post.ref, client_id=post.client_id, seq=outcome.seq)
            else:
                frame = _refusal(waiting, outcome)
            frames = answers.setdefault(waiting.room.stream_id, {})
            frames.setdefault(waiting.client, []).append(frame)
        for stream, room in rooms.items():
            self._show(room, self._changes.pop(stream, ()), answers[stream])
        metrics.posts.inc(committed)
        metrics.post_batch.observe(len(batch))
        metrics.fan_out_seconds.observe(monotonic() - batch[0].since)

    def _show(
        self, room: LiveRoom, changes: Sequence[Change], acks: dict[Client, list[bytes]]
    ) -> None:
        takes_turns = False
        for change in changes:
            # Also when the last socket here has gone since: the others are elsewhere.
            takes_turns = room.committed(change) or takes_turns
            self._hub.subscription.publish(
                publish.group(room.code, room.stream_id), publish.doorbell(change)
            )
            self._hub.deliver(change, acks=acks)
            acks = {}
        for client, frames in acks.items():
            client.sender.send(frames)
        if takes_turns:
            room.on_gathered = self._queue.pause(room.stream_id, GATHER)


def _refusal(waiting: _Waiting, error: Exception) -> bytes:
    """Return the `error` of a post that was not committed."""
    refusal = error if isinstance(error, ChatError) else Unavailable()
    metrics.posts_refused.labels(refusal.code).inc()
    return protocol.error(refusal, ref=waiting.post.ref, client_id=waiting.post.client_id)


def _raw(waiting: _Waiting) -> Raw:
    client, room, post = waiting.client, waiting.room, waiting.post
    return Raw(room.room_id, room.stream_id, client.user_id, post.body, post.reply_to)


def _draft(waiting: _Waiting) -> Draft:
    client, room, prepared = waiting.client, waiting.room, waiting.prepared
    return Draft(
        stream_id=room.stream_id,
        room_id=room.room_id,
        author_id=client.user_id,
        author=client.author,
        client_id=waiting.post.client_id,
        said=waiting.post,
        epoch=waiting.epoch,
        html=prepared.html,
        mentions=prepared.mentions,
        refused=prepared.refused,
        words=prepared.words,
    )
