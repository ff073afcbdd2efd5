"""Posts on their way to the writer.

Most go straight through. Those with more in them than plain text are prepared on a thread first,
and what the same client says next waits behind them.
"""

import asyncio
import logging

from django.db import Error

from rooms import protocol
from rooms.actions import texts
from rooms.actions.texts import Prepared, Raw
from rooms.commands import Post
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.live.writer import Writer

logger = logging.getLogger(__name__)

# Posts prepared in one go. Rendering is work for the processor, and others wait for it.
BATCH = 20
# Posts that may wait on one worker.
WAITING = 5_000


class Preparer:
    """Hands posts to the writer, each client's in the order they came."""

    def __init__(self, *, threads: DatabaseThreads, writer: Writer) -> None:
        self._threads = threads
        self._writer = writer
        self._waiting: list[tuple[Client, LiveRoom, Post]] = []
        self._task: asyncio.Task[None] | None = None

    def submit(self, *, client: Client, room: LiveRoom, post: Post) -> None:
        """Take a post; its ack or error goes to the client. Raises Unavailable when overrun."""
        if not client.preparing and post.reply_to is None and texts.is_plain(post.body):
            self._writer.submit(client=client, room=room, post=post)
            return
        if len(self._waiting) >= WAITING:
            raise Unavailable(retry_after=2)
        client.preparing += 1
        self._waiting.append((client, room, post))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Hand on what is waiting."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH]
            del self._waiting[:BATCH]
            prepared: list[Prepared] | None = None
            try:
                prepared = await self._threads.read(texts.prepare, [_raw(*each) for each in batch])
            except Exception as error:  # whatever it was, all get an answer
                bug = None if isinstance(error, Error) else error
                logger.warning("%d posts not prepared: %r", len(batch), error, exc_info=bug)
            for n, (client, room, post) in enumerate(batch):
                client.preparing -= 1
                try:
                    if prepared is None:
                        raise Unavailable
                    client.require_voice()  # it may have been lost meanwhile
                    self._writer.submit(client=client, room=room, post=post, prepared=prepared[n])
                except ChatError as error:
                    metrics.posts_refused.labels(error.code).inc()
                    client.sender.send(
                        [protocol.error(error, ref=post.ref, client_id=post.client_id)]
                    )
        self._task = None


def _raw(client: Client, room: LiveRoom, post: Post) -> Raw:
    return Raw(room.room_id, room.stream_id, client.user_id, post.body, post.reply_to)
