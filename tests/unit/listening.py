"""Somebody in a live room, and something to be heard there."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson

from history import wire
from history.log.entry import Change
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from tests.support.view import RoomView

A_DAY = 86_400.0  # seconds


class Listener:
    """The sender of a socket that keeps what it is sent: what was sent at once, as one.

    An ack is "ack", and events are the numbers of their messages.
    """

    def __init__(self) -> None:
        self.sends: list[list[str | list[int]]] = []
        self.closed = asyncio.Event()

    def send(self, payloads: Sequence[bytes]) -> None:
        frames = [orjson.loads(payload) for payload in payloads]
        self.sends.append(
            [
                [message["seq"] for message in frame["messages"]]
                if frame["type"] == "events"
                else frame["type"]
                for frame in frames
            ]
        )

    async def drain(self) -> None: ...

    def close(self, code: int) -> None:
        self.sends.append([f"close {int(code)}"])
        self.closed.set()


class Socket:
    """A socket in the room that keeps what it was sent, and checks it as a client does."""

    def __init__(self, room: LiveRoom, number: int) -> None:
        self.sends: list[list[dict[str, Any]]] = []
        self.view = RoomView(cursor=room.cursor, welcomes=["reset"])
        self.view.members = {who: dict(person) for who, person in room.roster.items()}
        self.is_checked = True
        self.client = Client(socket_id=f"socket {number}", sender=self)
        room.add(self.client)

    def send(self, payloads: Sequence[bytes]) -> None:
        frames = [orjson.loads(payload) for payload in payloads]
        self.sends.append(frames)
        for frame in frames if self.is_checked else ():
            self.view.apply(frame)

    async def drain(self) -> None: ...

    def close(self, code: int) -> None: ...

    @property
    def told(self) -> list[list[str]]:
        """The types of the frames of each write."""
        return [[frame["type"] for frame in frames] for frames in self.sends]


def said(
    seq: int, *, changed: int | None = None, epoch: int = 0, evicts_from: int | None = None
) -> Change:
    """A message that is new, or changed; with it the epoch may be raised."""
    through = changed or seq
    author: wire.WireAuthor = {"id": "ada", "name": "Ada"}
    at = "2026-11-22T15:00:00.123Z"
    message = wire.message(
        seq=seq, changed=changed, kind="chat", author=author, client_id=None, at=at
    )
    return Change.of(
        stream_id=1,
        after=through - 1,
        through=through,
        epoch=epoch,
        messages=[message],
        evicts_from=evicts_from,
    )
