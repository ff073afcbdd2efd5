"""How the server goes away without anyone losing more than a connection."""

import asyncio
import logging
import sys
import time
from collections.abc import Collection, Iterable
from typing import Any

from daphne.server import reactor
from twisted.internet import tcp

from chatsite.server.lifecycle import draining
from chatsite.server.lifespan import Lifespan
from chatsite.server.websocket import ChatProtocol

logger = logging.getLogger(__name__)

# How long an idle kept-alive connection is left open for a request that is already on its way.
IDLE_GRACE = 1.0

# What the application's shutdown gets however long the rest took, in seconds.
SHUTDOWN_LEAST = 3.0

_POLL = 0.02


async def drain(
    *,
    reason: str,
    delay: float,
    timeout: float,  # noqa: ASYNC109 - more than one step shares it
    ports: Iterable[Any],
    connections: Collection[Any],
    lifespan: Lifespan,
) -> None:
    """Returns when nothing is left to do or `timeout` seconds have passed, after `delay`.

    `connections` is the server's own record, which changes while this waits.
    """
    logger.info("%s: draining", reason)
    draining.start(reason)
    await asyncio.sleep(delay)
    await asyncio.gather(*(_stop_listening(port) for port in ports))
    deadline = time.monotonic() + timeout
    for protocol in list(connections):
        if isinstance(protocol, ChatProtocol):
            protocol.restart()
    await _settle(connections, deadline)
    if connections:
        logger.warning("%d connections are left after %.1f s", len(connections), timeout)
    await lifespan.shutdown(max(deadline - time.monotonic(), SHUTDOWN_LEAST))
    logger.info("Drained")


async def _stop_listening(port: Any) -> None:
    # Closing the port resets the connections the kernel has made and we have not accepted yet.
    # Accept them all in the very moment before: Twisted closes by a timer as well, the next one.
    port.numberAccepts = sys.maxsize
    reactor.callLater(0, port.doRead)
    if (closed := port.stopListening()) is not None:
        await closed.asFuture(asyncio.get_running_loop())


async def _settle(connections: Collection[Any], deadline: float) -> None:
    """Returns when requests, sockets and their applications are done and what they wrote is sent,
    or at the deadline."""
    quiet_since = None
    while (now := time.monotonic()) < deadline:
        if connections:
            quiet_since = None
        elif not (idle := _transports()):
            return
        elif quiet_since is None:
            quiet_since = now
        elif now - quiet_since > IDLE_GRACE:
            for transport in idle:
                transport.loseConnection()
        await asyncio.sleep(_POLL)


def _transports() -> list[Any]:
    watched = {*reactor.getReaders(), *reactor.getWriters()}
    return [transport for transport in watched if isinstance(transport, tcp.Server)]
