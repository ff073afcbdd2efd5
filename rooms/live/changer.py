"""Group commit for what is done to messages: a room's changes that wait go into one transaction.

A thousand people who react to one message within a second are a few transactions, and the message
goes out a few times, not a thousand, each time longer.
"""

import asyncio
import logging
from dataclasses import dataclass

from django.db import Error

from rooms import commands, protocol
from rooms.actions import changes
from rooms.actions.changes import Changed, Wish
from rooms.errors import ChatError, Unavailable
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.live.threads import RoomThreads

logger = logging.getLogger(__name__)

BATCH = 200
# Changes that may wait for one room.
WAITING = 2_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    client: Client
    change: commands.MessageCommand


class Changer:
    """Commits changes on this worker, a batch of each room at a time, in the order they came."""

    def __init__(self, *, threads: RoomThreads) -> None:
        self._threads = threads
        self._waiting: dict[int, list[_Waiting]] = {}  # by stream, with a batch under way
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, *, client: Client, room: LiveRoom, change: commands.MessageCommand) -> None:
        """Take a change; its ack or error goes to the client. Raises Unavailable when overrun."""
        waiting = self._waiting.get(room.stream_id)
        if waiting is None:
            waiting = self._waiting[room.stream_id] = []
            task = asyncio.get_running_loop().create_task(self._run(room))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(waiting) >= WAITING:
            raise Unavailable(retry_after=2)
        waiting.append(_Waiting(client, change))

    async def stop(self) -> None:
        """Commit what is waiting."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _run(self, room: LiveRoom) -> None:
        waiting = self._waiting[room.stream_id]
        while waiting:
            batch = waiting[:BATCH]
            del waiting[:BATCH]
            answers: list[Changed | ChatError] = [Unavailable() for _ in batch]
            try:
                answers = await self._threads.run(
                    changes.perform,
                    room_id=room.room_id,
                    stream_id=room.stream_id,
                    wishes=[Wish(each.client.user_id, each.change) for each in batch],
                )
            except ChatError as error:
                answers = [error for _ in batch]
            except (
                Exception
            ) as error:  # whatever it was, all get an answer, and the next their turn
                bug = None if isinstance(error, Error) else error
                logger.warning("%d changes failed: %r", len(batch), error, exc_info=bug)
            for each, answer in zip(batch, answers, strict=True):
                each.client.sender.send([_answer(each.change, answer)])
        del self._waiting[room.stream_id]


def _answer(change: commands.MessageCommand, answer: Changed | ChatError) -> bytes:
    if isinstance(answer, ChatError):
        return protocol.error(answer, ref=change.ref)
    return protocol.encode("ack", ref=change.ref, changed=answer.changed)
