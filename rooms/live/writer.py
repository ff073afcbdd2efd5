"""Group commit: everything that waits to be posted goes into one transaction.

Alone, a message is a batch of one and waits for nothing. While a batch is being committed the next
one gathers, so under load batches grow by themselves and the cost of each message falls.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from django.db import connection

from history.log.entry import Change
from rooms import protocol, publish
from rooms.actions.messages import ASK, Draft, Posted
from rooms.actions.texts import Prepared
from rooms.commands import Post
from rooms.errors import RoomHeld, Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.commit import Outcomes, commit, commit_patiently
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.models import Membership

logger = logging.getLogger(__name__)

BATCH = 500
# Batches under way at once on PostgreSQL, each on a connection of its own. SQLite has one writer.
BATCHES = 3
# Posts that must wait before another batch starts beside one that is under way: smaller batches
# would cost each message more, and it would hardly be sooner.
WORTH_A_BATCH = 16
_MEMBER = Membership.Role.MEMBER.value
# Seconds that a room's next posts gather, at the most, until another worker's next change is heard:
# see `_gather`.
GATHER = 0.02
# Posts that may wait on one worker; far beyond what can be committed before a person gives up.
WAITING = 20_000


PLAIN = Prepared()


@dataclass(slots=True)
class _Waiting:
    client: Client
    room: LiveRoom
    post: Post
    prepared: Prepared
    since: float
    # Of when its author was seen to be allowed: what has changed since is asked about again.
    epoch: int


class Writer:
    """Commits posts on this worker: a few batches at a time, a room in one of them at most.

    While one batch waits for the disk another is on its way. A room's next posts wait for the ones
    before them, which keeps each author's order. A room that somebody else holds is waited for on
    threads apart, so that other rooms need not.
    """

    def __init__(self, *, hub: Hub, patient: DatabaseThreads) -> None:
        self._hub = hub
        self._patient = patient
        self._at_once = BATCHES if connection.vendor == "postgresql" else 1
        self._threads = DatabaseThreads(name="writer", size=self._at_once)
        # By stream: those of rooms without a batch under way, in the order they came; and others.
        self._ready: dict[int, list[_Waiting]] = {}
        self._held: dict[int, list[_Waiting]] = {}
        self._gathering: set[LiveRoom] = set()  # rooms of the others, without a batch under way
        self._stuck: set[int] = set()  # streams that somebody held when they were last written to
        self._ready_posts = 0
        self._waiting = 0
        self._starting = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._apart: set[asyncio.Task[None]] = set()

    def submit(
        self, *, client: Client, room: LiveRoom, post: Post, prepared: Prepared = PLAIN
    ) -> None:
        """Take a post; its ack or error goes to the client. Raises Unavailable when overrun."""
        if self._waiting >= WAITING:
            raise Unavailable(retry_after=2)
        self._waiting += 1
        stream = room.stream_id
        slow = client.role == _MEMBER and room.info is not None and room.info["slow_mode"]
        # A socket let in under rules that this worker has not seen yet is asked about, too.
        asks = (
            slow or client.epoch != room.epoch or prepared.mentions or prepared.refused is not None
        )
        epoch = ASK if asks else client.epoch
        waiting = _Waiting(client, room, post, prepared, monotonic(), epoch)
        if (held := self._held.get(stream)) is not None:
            held.append(waiting)
        else:
            self._ready.setdefault(stream, []).append(waiting)
            self._ready_posts += 1
            self._start_soon()

    async def stop(self) -> None:
        """Commit what is waiting."""
        while self._starting or self._tasks or self._apart or self._gathering:
            for room in list(self._gathering):
                room.stop_gathering()
            await asyncio.gather(*self._tasks, *self._apart)
            await asyncio.sleep(0)
        await self._threads.close()

    def _start_soon(self) -> None:
        # With the loop's next turn: all that is read from sockets in this one goes together.
        if not self._starting and self._is_worth_a_batch():
            self._starting = True
            asyncio.get_running_loop().call_soon(self._start)

    def _is_worth_a_batch(self) -> bool:
        if not self._tasks:
            return bool(self._ready)
        return len(self._tasks) < self._at_once and self._ready_posts >= WORTH_A_BATCH

    def _start(self) -> None:
        self._starting = False
        if not self._is_worth_a_batch():
            return
        batch: list[_Waiting] = []
        while self._ready and len(batch) < BATCH:
            stream, posts = next(iter(self._ready.items()))
            room_left = BATCH if stream in self._stuck else BATCH - len(batch)
            del self._ready[stream]
            self._ready_posts -= len(posts)
            self._held[stream] = posts[room_left:]
            if stream in self._stuck:
                self._go_apart(stream, posts[:room_left])
            else:
                batch += posts[:room_left]
        if batch:
            task = asyncio.get_running_loop().create_task(self._run(batch))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        self._start_soon()

    def _go_apart(self, stream: int, posts: list[_Waiting]) -> None:
        """Commit posts of a room that somebody held, waiting for it where nobody else has to."""
        self._stuck.add(stream)
        task = asyncio.get_running_loop().create_task(self._run(posts, patiently=True))
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)
        task.add_done_callback(lambda _: self._start_soon())

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._start_soon()

    async def _run(self, batch: Sequence[_Waiting], *, patiently: bool = False) -> None:
        drafts = [_draft(waiting) for waiting in batch]
        began = monotonic()
        outcomes: Outcomes = [Unavailable() for _ in drafts]
        changes: Sequence[Change] = ()
        try:
            if patiently:
                outcomes, changes = await self._patient.run(commit_patiently, drafts)
            else:
                outcomes, changes = await self._threads.run(commit, drafts)
        except Exception:  # whatever it was, all get an answer, and the next their turn
            logger.exception("a batch of %d posts failed", len(drafts))
        took = monotonic() - began
        apart: set[int] = set()
        if not patiently:
            batch, outcomes, apart = self._part(batch, outcomes)
            if not batch:
                return
        elif not any(isinstance(outcome, RoomHeld) for outcome in outcomes):
            self._stuck.discard(drafts[0].stream_id)
        metrics.commit_seconds.observe(took)
        rooms = {waiting.room.stream_id: waiting.room for waiting in batch}
        taking_turns: set[int] = set()
        try:
            taking_turns = self._answer(batch, rooms, outcomes, changes)
        except Exception:  # it is in the log, where the poll finds it
            logger.exception("a batch of %d posts could not be shown", len(drafts))
        finally:
            self._waiting -= len(batch)
            for room in rooms.values():
                if room.stream_id in apart:
                    continue
                full = len(self._held[room.stream_id]) >= BATCH
                if room.stream_id in taking_turns and not full:
                    self._gather(room, min(took, GATHER))
                else:
                    self._release(room)

    def _part(
        self, batch: Sequence[_Waiting], outcomes: Outcomes
    ) -> tuple[Sequence[_Waiting], Outcomes, set[int]]:
        """Send the posts of rooms that are held apart.

        Returns the others of the batch, their outcomes, and the streams that went apart.
        """
        held: dict[int, list[_Waiting]] = {}
        rest: list[int] = []
        for n, outcome in enumerate(outcomes):
            if isinstance(outcome, RoomHeld):
                held.setdefault(batch[n].room.stream_id, []).append(batch[n])
            else:
                rest.append(n)
        if not held:
            return batch, outcomes, set()
        for stream, posts in held.items():
            self._go_apart(stream, posts)
        return [batch[n] for n in rest], [outcomes[n] for n in rest], set(held)

    def _gather(self, room: LiveRoom, seconds: float) -> None:
        """Let the room's next posts wait for another worker's next change, but not longer than a
        commit takes.

        Workers take turns at a room. Who asks for the next turn while another has it would do so
        with the few posts there are by then, and they would not be committed any sooner. With 200
        members on two workers batches are two fifths larger for this, and a message costs each of
        them a fifth less, and the database a quarter.
        """
        timer = asyncio.get_running_loop().call_later(seconds, room.stop_gathering)

        def go_on() -> None:
            timer.cancel()
            self._gathering.discard(room)
            self._release(room)
            self._start_soon()

        self._gathering.add(room)
        room.on_gathered = go_on

    def _release(self, room: LiveRoom) -> None:
        """Let the room's next posts be written."""
        if posts := self._held.pop(room.stream_id):
            self._ready[room.stream_id] = posts
            self._ready_posts += len(posts)

    def _answer(
        self,
        batch: Sequence[_Waiting],
        rooms: Mapping[int, LiveRoom],
        outcomes: Outcomes,
        changes: Sequence[Change],
    ) -> set[int]:
        """The streams of rooms where other workers are taking turns with this one."""
        answers: dict[int, dict[Client, list[bytes]]] = {}
        taking_turns: set[int] = set()
        committed = 0
        for waiting, outcome in zip(batch, outcomes, strict=True):
            client, post = waiting.client, waiting.post
            if isinstance(outcome, Posted):
                committed += 1
                frame = protocol.ack(ref=post.ref, client_id=post.client_id, seq=outcome.seq)
            else:
                metrics.posts_refused.labels(outcome.code).inc()
                frame = protocol.error(outcome, ref=post.ref, client_id=post.client_id)
            answers.setdefault(waiting.room.stream_id, {}).setdefault(client, []).append(frame)
        for change in changes:
            # Also when the last socket here has gone since: the others are elsewhere.
            room = rooms[change.stream_id]
            if room.committed(change):
                taking_turns.add(room.stream_id)
            self._hub.subscription.publish(publish.group(room.code, room.stream_id), publish.doorbell(change))
            self._hub.deliver(change, acks=answers.pop(change.stream_id, None))
        for rest in answers.values():
            for client, frames in rest.items():
                client.sender.send(frames)
        metrics.posts.inc(committed)
        metrics.post_batch.observe(len(batch))
        metrics.fan_out_seconds.observe(monotonic() - batch[0].since)
        return taking_turns


def _draft(waiting: _Waiting) -> Draft:
    client, room, prepared = waiting.client, waiting.room, waiting.prepared
    return Draft(
        stream_id=room.stream_id,
        room_id=room.room_id,
        author_id=client.user_id,
        author=client.author,
        client_id=waiting.post.client_id,
        body=waiting.post.body,
        epoch=waiting.epoch,
        html=prepared.html,
        reply_to=waiting.post.reply_to,
        mentions=prepared.mentions,
        refused=prepared.refused,
        words=prepared.words,
    )
