"""Send one moment of the log as a file of any length, however slowly the client takes it.

What a message was before its latest change is not kept, so a file of one moment must be read in one
transaction. That must not last as long as a slow line needs. So everything is read as fast as the
database returns it, into a file of this machine, from which it is sent.
"""

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

# Each thread reads one file, in one transaction; requests for more wait.
_AT_ONCE = 2
_threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="export")


@contextmanager
def snapshot() -> Iterator[None]:
    """Show the body the database as it is now, whatever is committed meanwhile.

    For a thread that has no transaction open, and writes nothing. Its connection is given back at the
    end.
    """
    # Not atomic(): on SQLite that would keep all others from writing.
    is_postgresql = connection.vendor == "postgresql"
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if is_postgresql else "BEGIN"
            )
        yield
        with connection.cursor() as cursor:
            cursor.execute("COMMIT")
    finally:
        connection.close()


async def of_one_moment(
    read_parts: Callable[[], Iterator[bytes]], *, frame: Callable[[bytes], bytes] = bytes
) -> AsyncGenerator[bytes, None]:
    """Yield the parts of `read_parts`, all read in one snapshot.

    Each part is sent as `frame` returns it; `frame` is called when the part has been read. Raises what
    reading raises.
    """
    loop = asyncio.get_running_loop()
    sizes: asyncio.Queue[int | None] = asyncio.Queue()
    abandoned = threading.Event()
    with tempfile.TemporaryFile(buffering=0) as file:

        def tell(size: int | None) -> None:
            if not abandoned.is_set():
                loop.call_soon_threadsafe(sizes.put_nowait, size)

        def read() -> None:
            try:
                with snapshot():
                    for part in read_parts():
                        if abandoned.is_set():
                            return
                        if data := frame(part):
                            file.write(data)
                            tell(len(data))
            finally:
                tell(None)

        reading = loop.run_in_executor(_threads, read)
        start = 0
        try:
            while (size := await sizes.get()) is not None:
                yield await asyncio.to_thread(os.pread, file.fileno(), size, start)
                start += size
            await reading
        finally:
            abandoned.set()
            # The file is closed when nothing writes to it any more.
            await asyncio.shield(asyncio.wait([reading]))
