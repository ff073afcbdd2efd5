"""The commands of a socket that was let in, each handed to whatever performs it."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, assert_never

from rooms import limits
from rooms.actions import texts
from rooms.commands import (
    Command,
    Delete,
    Edit,
    Leave,
    PageRequest,
    Pin,
    Post,
    React,
    Read,
    Typing,
)
from rooms.live import calls
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.refusals.busy import OneAfterTheOther

if TYPE_CHECKING:
    from rooms.live.worker import LiveWorker

# Pages that one socket may be waiting for at once.
AT_ONCE = 8


class Session:
    """One socket's time in a room."""

    def __init__(
        self, *, worker: "LiveWorker", room: LiveRoom, client: Client, address: str
    ) -> None:
        self._worker = worker
        self._address = address
        self.room = room
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()

    def perform(self, command: Command) -> None:
        """Perform a command. Raises Muted, RateLimited or Unavailable."""
        worker, room, client = self._worker, self.room, self._client
        match command:
            case Post():
                client.require_voice()
                self._spend(texts.cost(command.body))
                worker.writer.submit(client=client, room=room, command=command)
            case Edit() | Delete() | React() | Pin():
                self._spend(texts.cost(command.body) if isinstance(command, Edit) else 1)
                worker.writer.submit(client=client, room=room, command=command)
            case Leave():
                worker.writer.submit(client=client, room=room, command=command)
            case Read():
                worker.read_receipts.note(client=client, room=room, command=command)
            case Typing():
                calls.typing(worker.hub, room, client)
            case PageRequest():
                limits.table.paging.require(client.author["id"])
                self._begin(self._answer(calls.page(worker.threads, room, client, command)))
            case _:
                assert_never(command)

    def _spend(self, tokens: int) -> None:
        limits.post(
            person=self._client.author["id"],
            address=self._address,
            room=self.room.code,
            tokens=tokens,
            is_bot="bot" in self._client.author,
        )

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        """Begin something that asks the database, beside whatever the client sends next."""
        if len(self._tasks) >= AT_ONCE:
            work.close()
            raise OneAfterTheOther(retry_after=1)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, call: Coroutine[None, None, bytes]) -> None:
        self._client.sender.send([await call])
