"""Export messages with their files as a ZIP archive: the JSON and the HTML, then `files/<id>/<name>`.

The messages are read into two files of this machine, and the names of their files into a third. What
people sent is packed as it is, block by block, while the client takes it. That may last for hours, so each file
is asked about when it is its turn: what was deleted meanwhile is left out, as is what its reader may not see any more.
"""

import asyncio
import logging
import tempfile
from collections.abc import (
    AsyncGenerator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import IO, Any, NamedTuple, Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson
from django.db import connection

from history import storage
from history.errors import FilesAway
from history.models import File, Message
from history.person import Person
from history.readers import readers

logger = logging.getLogger(__name__)

# As of the other formats (parts.Format).
content_type, extension = "application/zip", "zip"
# Who may read a file that was unpacked: the one who did it.
_MODE = 0o600 << 16


class Document(Protocol):
    """Writes messages as text, portion by portion."""

    def begin(self) -> str: ...

    def portion(self, some: Any, /) -> str: ...

    def end(self) -> str: ...


class Wanted(NamedTuple):
    """A file of a message that was read."""

    stream_id: int
    seq: int
    id: str
    name: str
    has_thumb: bool


# Returns the row of a file if it may still be given out.
Find = Callable[[Wanted], File | None]


def member_name(file_id: str, name: str) -> str:
    """Return where a file is in the archive. The templates of the HTML have the same."""
    return f"files/{file_id}/{name}"


def thumb_name(file_id: str) -> str:
    return f"thumbs/{file_id}.webp"


class Zipped:
    """An archive of some documents of the same messages. To be used in a `with`.

    First `written` has to be gone through, then `packed`.
    """

    def __init__(self, documents: Mapping[str, Document], *, now: datetime) -> None:
        self._documents = documents
        self._time = now.timetuple()[:6]
        self._kept: dict[str, IO[bytes]] = {}
        self._files: IO[bytes]
        self._open = ExitStack()

    def __enter__(self) -> "Zipped":
        for name in self._documents:
            self._kept[name] = self._open.enter_context(tempfile.TemporaryFile())
        self._files = self._open.enter_context(tempfile.TemporaryFile())
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    def written(
        self, portions: Iterable[tuple[Any, Sequence[Message]]]
    ) -> Generator[bytes, None, None]:
        """Write the documents. Yields nothing, b"", after each portion: that is progress, too."""
        documents = self._documents.values()
        self._write(document.begin() for document in documents)
        for portion, messages in portions:
            self._write([document.portion(portion) for document in documents])
            for message in messages:
                for file in () if message.is_deleted else message.files or ():
                    about = (message.stream_id, message.seq, file["id"], file["name"])
                    self._files.write(orjson.dumps([*about, "thumb" in file]) + b"\n")
            yield b""
        self._write(document.end() for document in documents)

    def packed(self, find: Find, *, passed: Callable[[], object]) -> Generator[bytes, None, None]:
        """Yield the archive. `passed` is called after each file, packed or left out."""
        sink = _Sink()
        with ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
            for name, kept in self._kept.items():
                size = kept.tell()
                kept.seek(0)
                content = iter(partial(kept.read, storage.BLOCK), b"")
                yield from self._member(archive, sink, name, content, size, ZIP_DEFLATED)
            self._files.seek(0)
            for line in self._files:
                wanted = Wanted(*orjson.loads(line))
                if row := find(wanted):
                    yield from self._parts(archive, sink, wanted, row)
                passed()
        yield sink.take()

    def _write(self, texts: Iterable[str]) -> None:
        for kept, text in zip(self._kept.values(), texts, strict=True):
            kept.write(text.encode())

    def _parts(self, archive: ZipFile, sink: "_Sink", wanted: Wanted, row: File) -> Iterator[bytes]:
        parts = [(storage.WHOLE, member_name(wanted.id, wanted.name), row.size)]
        if wanted.has_thumb:
            parts.append((storage.THUMB, thumb_name(wanted.id), 0))
        for part, name, size in parts:
            content = storage.part_blocks(row.public_id, part)
            try:
                first = next(content, b"")
            except FileNotFoundError:  # swept since it was found
                logger.info("a file went while it was being exported: %s", row.public_id)
                return
            with closing(content):
                blocks = chain([first], content)
                yield from self._member(archive, sink, name, blocks, size, ZIP_STORED)

    def _member(
        self,
        archive: ZipFile,
        sink: "_Sink",
        name: str,
        content: Iterable[bytes],
        size: int,
        how: int,
    ) -> Iterator[bytes]:
        info = ZipInfo(name, date_time=self._time)
        info.compress_type, info.external_attr = how, _MODE
        info.file_size = size  # beyond 2 GiB that makes it ZIP64
        with archive.open(info, "w") as member:
            for block in content:
                member.write(block)
                yield sink.take()
        yield sink.take()


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds files for a person: of messages that are not deleted, in rooms that the person may read.

    With `own`, those that the person sent, wherever they are, as with one's own messages.
    """

    person: Person
    own: bool = False

    def __call__(self, wanted: Wanted) -> File | None:
        try:
            rows = File.readable().filter(
                public_id=wanted.id, stream=wanted.stream_id, seq=wanted.seq
            )
            if self.own:
                return rows.filter(author=self.person.pk).first()
            if not readers().may_read(self.person, wanted.stream_id, wanted.seq):
                return None
            return rows.first()
        finally:
            connection.close()  # the client may take an hour for this file


async def stepped(parts: Generator[bytes, None, None]) -> AsyncGenerator[bytes, None]:
    """Yield the parts of a generator, each made on a thread: the event loop has sockets to serve."""
    step: asyncio.Future[bytes | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(asyncio.to_thread(next, parts, None))
            part = await asyncio.shield(step)
            if part is None:
                return
            yield part
    except FilesAway as error:
        # The client has a part of the archive already. It learns by the connection, and by an archive
        # without its end, that this is not all.
        raise ConnectionAbortedError("the store of files went away during an export") from error
    finally:
        if step is not None:
            # What the generator reads is closed when no thread is in it any more.
            await asyncio.shield(asyncio.wait([step]))
        parts.close()


class _Sink:
    """Where the archive is written: it cannot be sought in, and is emptied by who reads it."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data
