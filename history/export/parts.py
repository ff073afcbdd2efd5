"""Stream a file of any length, part by part."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async

from history.models import Message

# Returns the messages after the given id, or the first ones for None; none at the end.
Reader = Callable[[int | None], Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Format:
    """Writes the beginning, the chunks and the end of a file. `chunk` is told if it is the first."""

    content_type: str
    extension: str
    begin: Callable[[Mapping[str, Any]], str]
    chunk: Callable[[Sequence[Message], bool], str]
    end: Callable[[], str]


async def stream(chosen: Format, read: Reader, *, who: str, now: datetime) -> AsyncIterator[bytes]:
    """Yield the file's bytes, newest message first, without messages that are posted meanwhile."""
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
    """Yield what `begin` returns, what `chunk` returns until that is empty, and what `end` returns.

    They run on a thread: the event loop has sockets to serve.
    """

    @sync_to_async(thread_sensitive=False)
    def encoded(write: Callable[[], str]) -> bytes:
        return write().encode()

    yield await encoded(begin)
    while written := await encoded(chunk):
        yield written
    if last := end():
        yield last.encode()
