"""Group commit: everything that members ask of a room and that waits goes into one transaction.

Most posts go straight to the queue of their room. Texts with more in them than plain text are prepared
on a thread first, and what the same client asks next waits behind them.

A thousand people who react to one message within a second are a few transactions, and the message
goes out a few times, not a thousand, each time longer.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

from django.db import connection

from history.log.entry import Change
from rooms import protocol, publish
from rooms.actions import texts
from rooms.actions.changes import Changed
from rooms.actions.messages import Posted
from rooms.actions.performing import Order
from rooms.actions.texts import PLAIN, Prepared
from rooms.commands import Leave, Post
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.batching import Batcher
from rooms.live.client import Client
from rooms.live.commit import Outcomes, commit, commit_patiently
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.live.waiting import RoomCommand, Waiting
from rooms.models import Membership
from rooms.protocol import Close

# Posts in one transaction.
BATCH = 500
# Batches under way at once on PostgreSQL, each on a connection of its own: while one waits for the
# disk another is on its way. SQLite has one writer.
BATCHES = 3
# Posts that must wait before another batch starts beside one that is under way: smaller batches
# would cost each message more, and it would hardly be sooner.
WORTH_A_BATCH = 16
# Seconds from the start of a batch with posts of several rooms to the start of the next batch, unless
# WORTH_A_BATCH posts wait. A transaction costs a worker more than all else about a post, and rooms that
# talk at the same time share one this way. A room that talks alone waits for nothing.
SPACING = 0.006
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

_MEMBER = Membership.Role.MEMBER.value

_Work = Callable[[Sequence[Order]], tuple[Outcomes, list[Change]]]


class Writer:
    """Commits commands on this worker: a few batches at a time, a room in one of them at most.

    A room's next commands wait for the ones before them, so that what a client asks for earlier
    happens earlier. Batches of posts are committed without a look; a room of which anything else is
    asked is a batch of its own.
    """

    def __init__(self, *, hub: Hub, threads: DatabaseThreads, patient: DatabaseThreads) -> None:
        """`threads` prepare texts and commit what is not only posts; `patient` wait for rooms."""
        self._hub = hub
        self._others = threads
        self._patient = patient
        at_once = BATCHES if connection.vendor == "postgresql" else 1
        self._threads = DatabaseThreads(name="writer", size=at_once)
        self._texts: Batcher[Client, Waiting, Prepared] = Batcher(
            name="texts",
            work=self._prepare,
            answer=self._hand_on,
            size=PREPARED,
            waiting=UNPREPARED,
        )
        self._queue: Batcher[int, Waiting, Posted | Changed] = Batcher(  # by stream
            name="commands",
            work=self._commit,
            alone=_are_not_only_posts,
            work_alone=self._commit_alone,
            patiently=self._commit_patiently,
            answer=self._answer,
            size=BATCH,
            waiting=WAITING,
            at_once=at_once,
            worth=WORTH_A_BATCH,
            spacing=SPACING,
        )
        # What was done to streams by the batches under way, each of which has streams of its own.
        self._changes: dict[int, list[Change]] = {}

    def submit(self, *, client: Client, room: LiveRoom, command: RoomCommand) -> None:
        """Take a command; its ack or error goes to the client. Raises Unavailable when overrun."""
        self._take(Waiting(client, room, command, monotonic()))

    async def post(self, *, client: Client, room: LiveRoom, command: Post) -> Posted:
        """Post for somebody without a socket. Raises what it is refused with."""
        outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._take(Waiting(client, room, command, monotonic(), outcome=outcome))
        found = await outcome
        if isinstance(found, Posted):
            return found
        raise found if isinstance(found, ChatError) else Unavailable

    def _take(self, waiting: Waiting) -> None:
        client, command = waiting.client, waiting.command
        if client.preparing or waiting.has_more_than_plain_text:
            self._texts.submit(client, waiting)
            client.preparing += 1
        else:
            self._enqueue(waiting)
        if isinstance(command, Leave):
            client.leaving += 1

    async def stop(self) -> None:
        """Commit what is waiting."""
        await self._texts.stop()
        await self._queue.stop()
        await self._threads.close()

    # Preparing ------------------------------------------------------------------------------------

    async def _prepare(self, batch: Sequence[Waiting]) -> Sequence[Prepared | Exception]:
        raws = {n: raw for n, waiting in enumerate(batch) if (raw := waiting.raw())}
        if not raws:
            return [PLAIN] * len(batch)
        prepared = await self._others.read(texts.prepare, list(raws.values()))
        found = dict(zip(raws, prepared, strict=True))
        return [found.get(n, PLAIN) for n in range(len(batch))]

    def _hand_on(self, batch: Sequence[Waiting], outcomes: Sequence[Prepared | Exception]) -> None:
        for waiting, prepared in zip(batch, outcomes, strict=True):
            waiting.client.preparing -= 1
            try:
                if not isinstance(prepared, Prepared):
                    raise Unavailable
                if isinstance(waiting.command, Post):
                    waiting.client.require_voice()  # it may have been lost meanwhile
                waiting.prepared = prepared
                self._enqueue(waiting)
            except ChatError as error:
                if not waiting.tell(error):
                    waiting.client.sender.send([waiting.refusal(error)])
                if isinstance(waiting.command, Leave):
                    self._end_leave(waiting)

    # Committing -----------------------------------------------------------------------------------

    def _enqueue(self, waiting: Waiting) -> None:
        client, room, prepared = waiting.client, waiting.room, waiting.prepared
        slow = client.role == _MEMBER and room.info is not None and room.info["slow_mode"]
        # A socket let in under rules that this worker has not seen yet is asked about, too.
        if not (
            slow
            or client.epoch != room.epoch
            or prepared.mentions
            or prepared.refused is not None
            or type(waiting.command) is not Post
            or waiting.command.files
        ):
            waiting.epoch = client.epoch
        self._queue.submit(room.stream_id, waiting)

    async def _commit(self, batch: Sequence[Waiting]) -> Outcomes:
        return await self._run(self._threads, commit, batch)

    async def _commit_alone(self, batch: Sequence[Waiting]) -> Outcomes:
        return await self._run(self._others, commit, batch)

    async def _commit_patiently(self, batch: Sequence[Waiting]) -> Outcomes:
        return await self._run(self._patient, commit_patiently, batch)

    async def _run(
        self, threads: DatabaseThreads, work: _Work, batch: Sequence[Waiting]
    ) -> Outcomes:
        began = monotonic()
        outcomes, changes = await threads.run(work, [waiting.order() for waiting in batch])
        if any(isinstance(outcome, Posted) for outcome in outcomes):
            metrics.commit_seconds.observe(monotonic() - began)
        for change in changes:
            self._changes.setdefault(change.stream_id, []).append(change)
        return outcomes

    def _answer(self, batch: Sequence[Waiting], outcomes: Outcomes) -> None:
        """Ack or refuse commands, and show what they did to everybody."""
        rooms = {waiting.room.stream_id: waiting.room for waiting in batch}
        answers: dict[int, dict[Client, list[bytes]]] = {}
        leaves: list[Waiting] = []
        committed = 0
        for waiting, outcome in zip(batch, outcomes, strict=True):
            command = waiting.command
            committed += isinstance(outcome, Posted)
            frames = answers.setdefault(waiting.room.stream_id, {})
            if waiting.tell(outcome):
                continue
            if isinstance(outcome, Posted) and isinstance(command, Post):
                frame = protocol.ack(ref=command.ref, client_id=command.client_id, seq=outcome.seq)
            elif isinstance(outcome, Changed):
                frame = protocol.encode("ack", ref=command.ref, changed=outcome.changed)
            else:
                frame = waiting.refusal(outcome)
            if isinstance(command, Leave):
                leaves.append(waiting)
            frames.setdefault(waiting.client, []).append(frame)
        for stream, room in rooms.items():
            self._show(room, self._changes.pop(stream, ()), answers[stream])
        for waiting in leaves:
            self._end_leave(waiting)
        if committed:
            metrics.posts.inc(committed)
            metrics.post_batch.observe(committed)
            metrics.fan_out_seconds.observe(monotonic() - batch[0].since)

    def _show(
        self, room: LiveRoom, changes: Sequence[Change], acks: dict[Client, list[bytes]]
    ) -> None:
        takes_turns = False
        group = publish.group(room.code, room.stream_id)
        for change in changes:
            # Also when the last socket here has gone since: the others are elsewhere.
            self._hub.subscription.publish(group, publish.notification_of(change))
            if change.through == change.after:  # somebody has left who was not there
                self._hub.eviction.recheck(room)
                continue
            takes_turns = room.committed(change) or takes_turns
            self._hub.deliver(change, acks=acks)
            acks = {}
        for client, frames in acks.items():
            client.sender.send(frames)
        if takes_turns:
            room.on_gathered = self._queue.pause(room.stream_id, GATHER)

    def _end_leave(self, waiting: Waiting) -> None:
        """Close the socket of a member who has left: not before it was told so."""
        client, room = waiting.client, waiting.room
        client.leaving -= 1
        if client.socket_id not in room.clients:
            client.sender.close(Close.NOT_MEMBER)
        elif not room.rechecking:
            self._hub.eviction.recheck(room)


def _are_not_only_posts(batch: Sequence[Waiting]) -> bool:
    return any(type(waiting.command) is not Post for waiting in batch)
