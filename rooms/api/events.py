"""News of a room over HTTP: as a long poll, or as server-sent events."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

from rooms.api.requests import Answer, Request
from rooms.api.sockets import Frames, Visits
from rooms.errors import Unavailable
from rooms.live.worker import LiveWorker

# Seconds that a long poll waits at the most, and unless told.
WAIT_MAX, WAIT = 60, 25
# Seconds after which a stream without news says that it is alive: proxies cut what is silent.
ALIVE_EVERY = 15.0
# Seconds between two looks whether the server is about to stop.
_STEP = 1.0


async def events(
    request: Request, worker: LiveWorker, visits: Visits, is_draining: Callable[[], bool]
) -> Answer:
    """Answer with what changed after a number. Raises what keeps the bot out of the room."""
    after = request.number("after")
    history = request.text("history")
    wait = request.number("wait", WAIT, most=WAIT_MAX) or 0
    if request.wants_stream and (last := request.headers.get("last-event-id", "")).isdecimal():
        after = int(last[:15])
    visit = visits.listening(
        worker, proof=request.proof, where=request.values["room"], after=after, history=history
    )
    frames, room = await visit.__aenter__()
    if request.wants_stream:
        return Answer(
            200,
            headers={"Content-Type": "text/event-stream"},
            stream=_stream(visit, frames, is_draining),
        )
    try:
        return Answer(200, await _poll(frames, room.history, wait, is_draining))
    finally:
        await visit.__aexit__(None, None, None)


async def _poll(
    frames: Frames, history: str, wait: int, is_draining: Callable[[], bool]
) -> dict[str, Any]:
    """Return the news in the welcome, or if there are none the first ones that come while it is waited."""
    first = await frames.next(timeout=0)
    if first is None:
        raise Unavailable(retry_after=1)
    welcome = orjson.loads(first)
    told = {
        "history": history,
        "mode": welcome["mode"],
        "after": welcome["after"],
        "through": welcome["through"],
        "messages": welcome["messages"],
    }
    until = time.monotonic() + wait
    while not told["messages"] and told["mode"] == "resume":
        left = until - time.monotonic()
        if left <= 0 or frames.code is not None or is_draining():
            break
        frame = await frames.next(timeout=min(left, _STEP))
        if frame is not None and (news := orjson.loads(frame))["type"] == "events":
            told["through"], told["messages"] = news["through"], news["messages"]
    return told


async def _stream(
    visit: Any, frames: Frames, is_draining: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """Yield each frame as an event, with the number that it leads to as its id."""
    try:
        quiet_since = time.monotonic()
        while not is_draining():
            frame = await frames.next(timeout=_STEP)
            if frame is not None:
                quiet_since = time.monotonic()
                yield _event(frame)
            elif frames.code is not None:
                yield b'event: close\ndata: {"code":%d}\n\n' % frames.code
                return
            elif time.monotonic() - quiet_since > ALIVE_EVERY:
                quiet_since = time.monotonic()
                yield b": still here\n\n"
    finally:
        await visit.__aexit__(None, None, None)


def _event(frame: bytes) -> bytes:
    told = orjson.loads(frame)
    head = f"event: {told['type']}\n"
    if "through" in told:
        head += f"id: {told['through']}\n"
    return head.encode() + b"data: " + frame + b"\n\n"
