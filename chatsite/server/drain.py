"""Stop the server in such a way that clients lose no more than a connection."""

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

# Seconds an idle kept-alive connection stays open for a request that may be on its way.
IDLE_GRACE = 1.0

# Seconds the application's shutdown gets at least, however long the rest took.
SHUTDOWN_LEAST = 3.0

_POLL = 0.02


async def drain(
    *,
    reason: str,
    delay: float,
    timeout: float,  # noqa: ASYNC109 - several steps share it
    ports: Iterable[Any],
    connections: Collection[Any],
    lifespan: Lifespan,
) -> None:
    """Wait for `delay` seconds, then drain. Return when all is done, or `timeout` seconds later.

    `connections` is the server's own record, which changes meanwhile.
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
    # Closing the port resets the connections that the kernel has made and we have not accepted yet. So
    # accept them all just before: Twisted closes the port by a timer too, and that one comes next.
    port.numberAccepts = sys.maxsize
    reactor.callLater(0, port.doRead)
    if (closed := port.stopListening()) is not None:
        await closed.asFuture(asyncio.get_running_loop())


async def _settle(connections: Collection[Any], deadline: float) -> None:
    """Return when requests, sockets and applications are done and what they wrote is sent.

    Or at the deadline.
    """
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
