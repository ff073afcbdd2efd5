"""Group commit: everything that waits to be posted goes into one transaction.

Alone, a message is a batch of one and waits for nothing. While a batch is being committed the next
one gathers, so under load batches grow by themselves and the cost of each message falls.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection

from history.batch import Stale
from history.log import Change
from rooms import protocol, publish
from rooms.actions import messages
from rooms.actions.messages import Draft, Posted
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.protocol import Post

logger = logging.getLogger(__name__)

BATCH = 500
# Posts that may wait on one worker; far beyond what can be committed before a person gives up.
WAITING = 20_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    client: Client
    room: LiveRoom
    post: Post
    since: float


Outcomes = Sequence[Posted | ChatError]


class Writer:
    """The one that commits posts on this worker, a batch at a time."""

    def __init__(self, *, hub: Hub) -> None:
        self._hub = hub
        self._threads = DatabaseThreads(name="writer")
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    def submit(self, *, client: Client, room: LiveRoom, post: Post) -> None:
        """Take a post; its ack or error goes to the client. Raises Unavailable when overrun."""
        if len(self._waiting) >= WAITING:
            raise Unavailable(retry_after=2)
        client.posting += 1
        self._waiting.append(_Waiting(client, room, post, monotonic()))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Commit what is waiting."""
        if self._task is not None:
            await self._task
        await self._threads.close()

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                drafts = [_draft(waiting) for waiting in batch]
                began = monotonic()
                outcomes: Outcomes = [Unavailable() for _ in drafts]
                changes: Sequence[Change] = ()
                try:
                    outcomes, changes = await self._threads.run(commit, drafts)
                except Exception:  # whatever it was, all get an answer, and the next their turn
                    logger.exception("a batch of %d posts failed", len(drafts))
                metrics.commit_seconds.observe(monotonic() - began)
                try:
                    self._answer(batch, outcomes, changes)
                except Exception:  # it is in the log, where the poll finds it
                    logger.exception("a batch of %d posts could not be shown", len(drafts))
        finally:
            self._task = None

    def _answer(
        self, batch: Sequence[_Waiting], outcomes: Outcomes, changes: Sequence[Change]
    ) -> None:
        answers: dict[int, dict[Client, list[bytes]]] = {}
        committed = 0
        for waiting, outcome in zip(batch, outcomes, strict=True):
            client, post = waiting.client, waiting.post
            client.posting -= 1
            if isinstance(outcome, Posted):
                committed += 1
                client.epoch = max(client.epoch, outcome.epoch)
                frame = protocol.ack(ref=post.ref, client_id=post.client_id, seq=outcome.seq)
            else:
                metrics.posts_refused.labels(outcome.code).inc()
                frame = protocol.error(outcome, ref=post.ref, client_id=post.client_id)
            answers.setdefault(waiting.room.stream_id, {}).setdefault(client, []).append(frame)
        rooms = {waiting.room.stream_id: waiting.room for waiting in batch}
        for change in changes:
            # Also when the last socket here has gone since: the others are elsewhere.
            room = rooms[change.stream_id]
            self._hub.bell.ring(publish.group(room.code, room.stream_id), publish.doorbell(change))
            self._hub.deliver(change, acks=answers.pop(change.stream_id, None))
        for rest in answers.values():
            for client, frames in rest.items():
                client.sender.send(frames)
        metrics.posts.inc(committed)
        metrics.post_batch.observe(len(batch))
        metrics.fan_out_seconds.observe(monotonic() - batch[0].since)


def _draft(waiting: _Waiting) -> Draft:
    client, room = waiting.client, waiting.room
    return Draft(
        stream_id=room.stream_id,
        room_id=room.room_id,
        author_id=client.user_id,
        author=client.author,
        client_id=waiting.post.client_id,
        body=waiting.post.body,
        epoch=client.epoch,
    )


def commit(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
    """Commit a batch, on a database thread. Never raises: each draft gets an outcome of its own.

    First the fast way; if that does not fit, the one that looks each message up; if one of them
    makes even that fail, each by itself, so that a bad one fails alone.
    """
    try:
        return messages.post(drafts)
    except (Stale, IntegrityError):
        pass
    except (OperationalError, InterfaceError):
        # It may have been committed all the same; the checked way finds out.
        connection.close()
    except DatabaseError:
        logger.exception("a batch of %d posts failed", len(drafts))
    try:
        return messages.post_checked(drafts)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        logger.warning("posts could not be committed: %s", error)
        return [Unavailable() for _ in drafts], []
    except DatabaseError:
        if len(drafts) == 1:
            logger.exception("a post failed")
            return [Unavailable()], []
    outcomes: list[Posted | ChatError] = []
    changes: list[Change] = []
    for draft in drafts:
        outcome, change = commit([draft])
        outcomes += outcome
        changes += change
    return outcomes, changes
