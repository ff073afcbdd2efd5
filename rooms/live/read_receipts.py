"""How far people have read: gathered, written many at a time, and shown in small rooms."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rooms import protocol, publish
from rooms.actions import reading
from rooms.actions.reading import Place, Position
from rooms.commands import Read
from rooms.errors import Unavailable
from rooms.live.batching import Batcher
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads

# Seconds that positions are gathered before they are written.
TICK = 0.25
# Positions written in one go, and positions that may wait on one worker.
BATCH = 1_000
WAITING = 20_000
# Times a position is tried to be written; its row may be in somebody else's hands.
TRIES = 8


@dataclass(slots=True)
class _Receipt:
    """A client's read position, and how often a write of it was tried."""

    client: Client
    room: LiveRoom
    command: Read
    seq: int
    tries: int = 0

    @property
    def place(self) -> Place:
        return self.room.room_id, self.client.user_id


class ReadReceipts:
    """Positions on their way to the database."""

    def __init__(self, *, hub: Hub, threads: DatabaseThreads) -> None:
        self._hub = hub
        self._threads = threads
        self._queue: Batcher[None, _Receipt, Position | None] = Batcher(
            name="positions",
            work=self._write,
            answer=self._answer,
            size=BATCH,
            waiting=WAITING,
            tick=TICK,
        )

    def note(self, *, client: Client, room: LiveRoom, command: Read) -> None:
        """Take a position; its ack goes to the client once it is written. Raises Unavailable."""
        # Nobody has read what is not there yet.
        seq = min(command.seq, room.cursor)
        self._queue.submit(None, _Receipt(client, room, command, seq))

    async def stop(self) -> None:
        """Write what was noted."""
        await self._queue.stop()

    async def _write(self, receipts: Sequence[_Receipt]) -> list[Position | Exception | None]:
        """Write how far each has read; None where a row is in somebody else's hands."""
        places: dict[Place, int] = {}
        for receipt in receipts:
            places[receipt.place] = max(receipt.seq, places.get(receipt.place, 0))
        noted = await self._threads.run(reading.note, places)
        return [noted.get(receipt.place) for receipt in receipts]

    def _answer(
        self, receipts: Sequence[_Receipt], outcomes: Sequence[Position | Exception | None]
    ) -> None:
        moved: dict[LiveRoom, dict[str, int]] = defaultdict(dict)
        for receipt, position in zip(receipts, outcomes, strict=True):
            client, room, ref = receipt.client, receipt.room, receipt.command.ref
            if isinstance(position, Position):
                client.sender.send([protocol.encode("ack", ref=ref, changed=room.cursor)])
                if position.is_shown:
                    moved[room][position.user] = position.seq
            elif not self._try_again(receipt):
                client.sender.send([protocol.error(Unavailable(), ref=ref)])
        for room, reads in moved.items():
            if news := room.note_reads(reads):
                room.show_reads(news)
                notification = publish.reading(room.stream_id, news)
                self._hub.subscription.publish(
                    publish.group(room.code, room.stream_id), notification
                )

    def _try_again(self, receipt: _Receipt) -> bool:
        """Return True if the position will be tried to be written once more."""
        receipt.tries += 1
        if receipt.tries > TRIES:
            return False
        try:
            self._queue.submit(None, receipt)
        except Unavailable:
            return False
        return True
