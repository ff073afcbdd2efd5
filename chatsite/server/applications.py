"""Run an application for each connection, from its first byte to its last."""

import asyncio
import logging
import time
from functools import partial
from typing import Any

from daphne.server import Server as DaphneServer
from daphne.server import reactor
from twisted.internet.defer import Deferred

from chatsite.server.direct import EXTENSION
from chatsite.server.http import SHORT, ChatRequest
from chatsite.server.inbox import Inbox
from chatsite.server.websocket import ChatProtocol

logger = logging.getLogger(__name__)


class ApplicationServer(DaphneServer):  # type: ignore[misc]
    """Daphne's server, but that it learns by callbacks when an application has ended.

    Daphne checks once a second which applications have ended. Up to a second long an error would wait
    for its 500, and a dead connection would keep its memory.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: dict[Any, dict[str, Any]] = {}
        self._leaving: dict[Any, float] = {}

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        details = self.connections.get(protocol)
        if details is None:
            return None
        queue: asyncio.Queue[dict[str, Any]] | Inbox
        if isinstance(protocol, ChatProtocol):
            queue = Inbox(protocol)
            scope["scheme"] = protocol.scheme
            scope["extensions"] = {EXTENSION: protocol.direct}
        else:
            queue = asyncio.Queue()
        scope["asgi"] = {"version": "3.0"}
        send = partial(self.handle_reply, protocol)
        task = asyncio.ensure_future(self.application(scope=scope, receive=queue.get, send=send))
        details["application_instance"] = task
        task.add_done_callback(partial(self._application_done, protocol))
        return queue

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Write what the application answers, and make it wait while the client is behind.

        A long answer ends only when the client has taken nearly all of it: until then its connection
        is still checked for a client that takes nothing.
        """
        if message["type"] != "http.response.body" or not isinstance(protocol, ChatRequest):
            await super().handle_reply(protocol, message)
            return
        ends = not message.get("more_body", False)
        if ends and len(message.get("body", b"")) > SHORT:
            await super().handle_reply(protocol, message | {"more_body": True})
            await protocol.drain()
            message = {"type": "http.response.body"}
        elif ends:
            await protocol.drain()
        await super().handle_reply(protocol, message)
        if not ends:
            await protocol.drain()

    def _application_done(self, protocol: Any, task: asyncio.Future[None]) -> None:
        details = self.connections.get(protocol, {})
        details.pop("application_instance", None)
        connected = "connected" in details and "disconnected" not in details
        if not connected:
            self.connections.pop(protocol, None)
            self._leaving.pop(protocol, None)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            if isinstance(error, ConnectionAbortedError):
                logger.warning("an answer was broken off: %s", error)
            else:
                logger.error("Exception inside application: %s", error, exc_info=error)
            if connected:
                protocol.handle_exception(error)
        elif connected:
            protocol.application_returned()

    def protocol_disconnected(self, protocol: Any) -> None:
        details = self.connections.get(protocol)
        if details is None or "disconnected" in details:
            return
        details["disconnected"] = True
        if "application_instance" in details:
            self._leaving[protocol] = time.monotonic()
        else:
            del self.connections[protocol]

    def application_checker(self) -> None:
        """End the applications that do not notice that their connection is gone. Runs every second."""
        reactor.callLater(1, self.application_checker)
        overdue = time.monotonic() - self.application_close_timeout
        for protocol, since in list(self._leaving.items()):
            if since > overdue:
                break  # the others left later
            del self._leaving[protocol]
            logger.warning("The application of %r took too long to end and was killed", protocol)
            self.connections[protocol]["application_instance"].cancel()

    def kill_all_applications(self) -> Deferred[Any] | None:
        tasks = [details.get("application_instance") for details in self.connections.values()]
        running = [task for task in tasks if task is not None and not task.done()]
        if not running:
            return None
        logger.warning("Killing %d applications", len(running))
        for task in running:
            task.cancel()
        return Deferred.fromFuture(asyncio.ensure_future(asyncio.wait(running, timeout=1)))
