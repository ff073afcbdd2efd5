"""Somebody in a live room, and something to be heard there."""

import asyncio
from collections.abc import Sequence

import orjson

from history import wire
from history.log.entry import Change


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
