"""Looking names up, on threads of its own: a name server that does not answer holds up nothing else."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

# A name whose server does not answer has a thread for up to half a minute, which is longer than any request
# waits. So there are more of them than the names of one person can take, and they are made when needed.
_THREADS = 32


class ThreadResolver(AbstractResolver):
    """The system's resolver."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises OSError."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._executor,
            partial(
                socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, family=family,
                flags=socket.AI_ADDRCONFIG,
            ),
        )  # fmt: skip
        return [
            ResolveResult(
                hostname=host, host=str(where[0]), port=port, family=kind, proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, where in found
        ]  # fmt: skip

    async def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
