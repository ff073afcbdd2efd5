"""The ASGI application of the API: routes, the key, the body, refusals, and the answer on the wire."""

import asyncio
import logging
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any
from urllib.parse import unquote

from django.db import Error

from history import database
from rooms import addresses, limits
from rooms.api import openapi
from rooms.api.operations import Refusal, Surroundings
from rooms.api.requests import Answer, Receive, Request, encoded
from rooms.api.routes import OPERATIONS, Operation
from rooms.api.sockets import Visits
from rooms.errors import ChatError, RoomHeld, Unavailable
from rooms.live import worker
from rooms.live.outage import outage
from rooms.live.threads import DatabaseThreads
from rooms.refusals.api import MethodRefused, NoSuchPath

logger = logging.getLogger(__name__)

ROOT = "/api/v1"
# Threads that read for the API. Sockets have their own: a program that reads much is not in their way.
_THREADS = 2
# Files that are in memory at once. Others wait on the disk, where the server puts them.
_LARGE_AT_ONCE = 8
# Stricter than the headers that every answer of the site has.
_ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    # Nginx would keep an event until it has enough of them.
    "X-Accel-Buffering": "no",
}
_STATUS = {each.code: each.status for each in openapi.refusals()}
_PART = re.compile(r"\{(\w+)\}")

Send = Callable[[dict[str, Any]], Awaitable[None]]


def _pattern(operation: Operation) -> re.Pattern[str]:
    return re.compile(_PART.sub(r"(?P<\1>[^/]{1,200})", operation.path) + "/?")


_ROUTES = [(_pattern(operation), operation) for operation in OPERATIONS]


class ApiApplication:
    """Answers requests below ROOT. `is_draining` says that the server is about to stop."""

    def __init__(self, *, is_draining: Callable[[], bool]) -> None:
        self._threads = DatabaseThreads(name="api", size=_THREADS)
        self._visits = Visits(self._threads)
        self._is_draining = is_draining
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, receive)
        headers = [
            (name.encode(), value.encode("latin1", "replace"))
            for name, value in (
                {"Content-Type": "application/json"} | _ALWAYS | dict(answer.headers)
            ).items()
        ]
        if answer.stream is None:
            body = encoded(answer.body)
            headers.append((b"Content-Length", b"%d" % len(body)))
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send(
                {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body}
            )
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await self._stream(answer, receive, send)

    async def _stream(self, answer: Answer, receive: Receive, send: Send) -> None:
        """Send the parts for as long as the client is there."""

        async def parts() -> None:
            assert answer.stream is not None
            async with aclosing(answer.stream) as stream:  # type: ignore[type-var]
                async for part in stream:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        sending = asyncio.ensure_future(parts())
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.wait({sending, gone})

    async def _answer(self, scope: Mapping[str, Any], receive: Receive) -> Answer:
        try:
            return await self._perform(scope, receive)
        except Refusal as refusal:
            return _of_frame(refusal.frame)
        except ChatError as error:
            return Answer.refusal(error)
        except Error as error:
            if database.is_held(error):
                return Answer.refusal(RoomHeld())
            if database.is_away(error):
                outage.noticed(error)
            else:
                logger.error("a request to the API failed", exc_info=error)
            return Answer.refusal(Unavailable(retry_after=5))

    async def _perform(self, scope: Mapping[str, Any], receive: Receive) -> Answer:
        limits.table.connecting.require(addresses.of_scope(scope))
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = _path(scope)
        if path in {"/openapi.json", "/openapi.json/"}:
            if method != "GET":
                return _not_allowed("GET")
            return Answer(200, openapi.document())
        found = [(m, each) for route, each in _ROUTES if (m := route.fullmatch(path))]
        if not found:
            raise NoSuchPath
        for match, operation in found:
            if operation.method == method:
                request = Request(
                    scope, receive, {name: unquote(v) for name, v in match.groupdict().items()}
                )
                proof = request.proof  # before the body is read of a sender who has none
                if method == "GET":
                    limits.table.paging.require(proof)
                if operation.sends == "bytes":
                    async with self._large:
                        return await self._answer_of(operation, request)
                return await self._answer_of(operation, request)
        return _not_allowed(*(each.method for _, each in found))

    async def _answer_of(self, operation: Operation, request: Request) -> Answer:
        await request.read()
        at = Surroundings(worker.current(), self._threads, self._visits, self._is_draining)
        return await operation.perform(request, at)


def _path(scope: Mapping[str, Any]) -> str:
    """Return the path below ROOT as it was sent: an emoji in it may be in percent signs."""
    raw = scope.get("raw_path") or scope["path"].encode()
    path: str = raw.decode("latin1").partition("?")[0]
    return path.removeprefix(ROOT)


def _not_allowed(*methods: str) -> Answer:
    told = Answer.refusal(MethodRefused())
    return Answer(405, told.body, {"Allow": ", ".join(sorted(methods))})


def _of_frame(frame: dict[str, Any]) -> Answer:
    """Return the answer that says what an `error` frame says."""
    error = {name: frame[name] for name in ("code", "message", "retry_after") if name in frame}
    headers = {}
    if (wait := frame.get("retry_after")) is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    return Answer(_STATUS[frame["code"]], {"error": error}, headers)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
