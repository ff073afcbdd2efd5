"""The ASGI lifespan protocol, from the server's side."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

logger = logging.getLogger(__name__)

Application = Callable[..., Awaitable[None]]


class StartupFailed(Exception):
    """The application said that it cannot start; the text says why."""


class Lifespan:
    """Tell the application when the server starts and stops.

    An application without lifespan support raises or returns before it answers, and is served all the
    same.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._started = asyncio.Event()
        self._stopped = asyncio.Event()
        self._failure: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        """Return when the application is ready. Raises StartupFailed if it says that it cannot start."""
        self._events.put_nowait({"type": "lifespan.startup"})
        self._task = asyncio.create_task(self._run())
        await self._started.wait()
        if self._failure is not None:
            raise StartupFailed(self._failure)

    async def shutdown(self, timeout: float) -> None:  # noqa: ASYNC109 - the limit is logged
        """Return when the application has cleaned up, or after `timeout` seconds."""
        if self._task is None or self._task.done():
            return
        self._events.put_nowait({"type": "lifespan.shutdown"})
        try:
            await asyncio.wait_for(self._stopped.wait(), timeout)
        except TimeoutError:
            logger.warning("The application took more than %.1f s to shut down", timeout)
        self._task.cancel()

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        try:
            await self._application(scope=scope, receive=self._events.get, send=self._send)
        except Exception as error:
            if self._started.is_set():
                logger.exception("Exception in the application's lifespan")
            else:
                logger.info("The application knows no lifespan: %r", error)
        finally:
            self._started.set()
            self._stopped.set()

    async def _send(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self._started.set()
            case "lifespan.startup.failed":
                self._failure = message.get("message") or "no reason given"
                self._started.set()
            case "lifespan.shutdown.complete":
                self._stopped.set()
            case "lifespan.shutdown.failed":
                logger.error("The application failed to shut down: %s", message.get("message"))
                self._stopped.set()
            case other:
                raise ValueError(f"{other!r} is no lifespan message")
