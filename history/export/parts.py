"""A file of any length, part by part."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async

from history.models import Message

# Given the id of the last message read, or None at the start: the next ones, none at the end.
Reader = Callable[[int | None], Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Format:
    """How a file begins, goes on and ends. `chunk` is told whether it is the first one."""

    content_type: str
    extension: str
    begin: Callable[[Mapping[str, Any]], str]
    chunk: Callable[[Sequence[Message], bool], str]
    end: Callable[[], str]


async def stream(chosen: Format, read: Reader, *, who: str, now: datetime) -> AsyncIterator[bytes]:
    """The file's bytes, newest message first. What is said meanwhile is not in it."""
    before: int | None = None

    def next_chunk() -> str:
        nonlocal before
        messages = read(before)
        if not messages:
            return ""
        text = chosen.chunk(messages, before is None)
        before = messages[-1].pk
        return text

    about = {"who": who, "now": now}
    async for part in parts(lambda: chosen.begin(about), next_chunk, chosen.end):
        yield part


async def parts(
    begin: Callable[[], str], chunk: Callable[[], str], end: Callable[[], str]
) -> AsyncIterator[bytes]:
    """What `begin` says, what `chunk` says until it says nothing, what `end` says.

    Reading and writing happen on a thread: the event loop has sockets to serve.
    """

    @sync_to_async(thread_sensitive=False)
    def encoded(write: Callable[[], str]) -> bytes:
        return write().encode()

    yield await encoded(begin)
    while written := await encoded(chunk):
        yield written
    if last := end():
        yield last.encode()
