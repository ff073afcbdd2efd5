"""How far people have read: gathered, written many at a time, and shown in small rooms."""

import asyncio
import logging
from collections import defaultdict

from django.db import Error

from rooms import protocol, publish
from rooms.actions import reading
from rooms.actions.reading import Place, Position
from rooms.commands import Read
from rooms.errors import Unavailable
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads

logger = logging.getLogger(__name__)

# Seconds that positions are gathered before they are written.
TICK = 0.25
# Times a position is tried to be written; its row may be in somebody else's hands.
TRIES = 8


class Reads:
    """Positions on their way to the database."""

    def __init__(self, *, hub: Hub, threads: DatabaseThreads) -> None:
        self._hub = hub
        self._threads = threads
        self._places: dict[Place, int] = {}
        self._asked: list[tuple[Client, LiveRoom, Read, int]] = []  # with the tries so far
        self._task: asyncio.Task[None] | None = None

    def note(self, *, client: Client, room: LiveRoom, frame: Read) -> None:
        """Take a position; its ack goes to the client once it is written."""
        self._ask(client, room, frame, 0)

    async def stop(self) -> None:
        """Write what was noted."""
        if self._task is not None:
            await self._task

    def _ask(self, client: Client, room: LiveRoom, frame: Read, tries: int) -> None:
        place = room.room_id, client.user_id
        # Nobody has read what is not there yet.
        seq = min(frame.seq, room.cursor)
        self._places[place] = max(seq, self._places.get(place, 0))
        self._asked.append((client, room, frame, tries))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._asked:
            await asyncio.sleep(TICK)
            places, self._places = self._places, {}
            asked, self._asked = self._asked, []
            try:
                noted = await self._threads.run(reading.note, places)
            except Exception as error:  # whatever it was, all get an answer
                bug = None if isinstance(error, Error) else error
                logger.warning("%d positions not noted: %r", len(places), error, exc_info=bug)
                noted = {}
            self._answer(asked, noted)
        self._task = None

    def _answer(
        self, asked: list[tuple[Client, LiveRoom, Read, int]], noted: dict[Place, Position]
    ) -> None:
        moved: dict[LiveRoom, dict[str, int]] = defaultdict(dict)
        for client, room, frame, tries in asked:
            position = noted.get((room.room_id, client.user_id))
            if position is not None:
                client.sender.send([protocol.encode("ack", ref=frame.ref, changed=room.cursor)])
                if position.is_shown:
                    moved[room][position.user] = position.seq
            elif tries < TRIES:
                self._ask(client, room, frame, tries + 1)
            else:
                client.sender.send([protocol.error(Unavailable(), ref=frame.ref)])
        for room, reads in moved.items():
            if news := room.note_reads(reads):
                self._hub.show_reads(room, news)
                bell = publish.reading(room.stream_id, news)
                self._hub.bell.ring(publish.group(room.code, room.stream_id), bell)
