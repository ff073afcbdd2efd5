"""Django's pages under ASGI, each on one thread from the first middleware to the last.

Django's own handler runs middlewares as coroutines. For each synchronous one, and for the view, it hops
to a thread made for the request and back, and for its signals to others. All middlewares and views of this
site are synchronous: a page is one hop to a thread and one back.

/healthz is answered on the event loop: it says that the loop runs, however busy the threads are.
"""

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from time import monotonic
from typing import Any

from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections, connection
from django.http import HttpResponseBase
from django.urls import get_resolver

from chatsite.server.http import MAX_BODY, max_body
from chatsite.web import busy, health
from chatsite.web.places import Page, Places
from rooms import hashing, openid, places
from rooms.limits import checks, in_turn, searches

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Any], Awaitable[None]]

# Pages under way at once. Each competes with the event loop for the interpreter: with twice as many a
# message takes five times as long to arrive.
PLACES = 2
# A page that has been at the database for so long, in seconds, competes for nothing and lends its place: a
# room that somebody holds is waited for as long as two seconds. Each page may hold a database connection
# (the pool in settings.py).
LENT = 2
LENT_AFTER = 0.05
# Pages that wait for a password to be hashed, for their turn to search or for a sign-in's provider take no
# place, but have a thread.
THREADS = (
    PLACES
    + LENT
    + hashing.WAITING
    + searches.WAITING
    + in_turn.WAITING
    + checks.AT_ONCE
    + checks.WAITING
    + openid.AT_ONCE
)
# Requests that wait for a place, in the order in which they came: twice as many as a school has pupils.
# More are told to come back.
WAITING = 1000
# Requests whose long bodies are in memory at once. Others' wait on the disk, where the server puts them.
LARGE_AT_ONCE = 16


class PagesHandler(ASGIHandler):
    """ASGIHandler whose middleware chain and views run in one go on a thread of a bounded pool."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        # Or the first visitor would wait for all views to be imported.
        get_resolver().reverse_dict  # noqa: B018
        self._threads = ThreadPoolExecutor(
            max_workers=THREADS, thread_name_prefix="pages", initializer=_note_statements
        )
        self._places = Places(PLACES, waiting=WAITING, lent=LENT)
        self._watch: asyncio.TimerHandle | None = None
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] == health.HEALTHZ:
            await health.alive(scope, send)
            return
        if scope["method"] in {"GET", "HEAD"} or max_body(scope["path"]) == MAX_BODY:
            response = await self._read_and_ask(scope, receive)
        else:
            async with self._large:
                response = await self._read_and_ask(scope, receive)
        if response is None:  # the visitor has gone
            return
        if not response.streaming:
            await self.send_response(response, send)
            return
        try:
            await self._stream(response, receive, send)
        finally:
            # Django closes responses on a thread too. Not awaited: this may be a cancelled task.
            self._threads.submit(response.close)

    async def _read_and_ask(
        self, scope: dict[str, Any], receive: Receive
    ) -> HttpResponseBase | None:
        body = await _read(receive)
        return None if body is None else await self._ask(scope, body, receive)

    async def _ask(
        self, scope: dict[str, Any], body: bytes, receive: Receive
    ) -> HttpResponseBase | None:
        """Return the response, closed unless it is streamed; None for a visitor who has gone."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[HttpResponseBase] = loop.create_future()
        context = copy_context()

        def come() -> None:
            self._threads.submit(context.run, self._work, scope, body, loop, answer)

        is_there = self._places.ask(come)
        if is_there is None:
            return busy.response(scope)
        try:
            if not is_there:
                self._watch_places(loop)
                await _first(receive(), answer)
                if not answer.done():
                    self._places.withdraw(come)
                    answer.cancel()
                    return None
            return await answer
        except asyncio.CancelledError:
            self._places.withdraw(come)
            raise

    def _watch_places(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look every LENT_AFTER, for as long as somebody waits, who could lend a place."""
        if self._watch is None or self._watch.cancelled():
            self._watch = loop.call_later(LENT_AFTER, self._lend, loop)

    def _lend(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watch = None
        if self._places.lend(before=monotonic() - LENT_AFTER):
            self._watch_places(loop)

    def _work(
        self,
        scope: dict[str, Any],
        body: bytes,
        loop: asyncio.AbstractEventLoop,
        answer: asyncio.Future[HttpResponseBase],
    ) -> None:
        _here.page = places.here.place = page = self._places.enter()
        try:
            response: HttpResponseBase | BaseException = self._respond(scope, body)
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is waited for
            response = error
        finally:
            _here.page = places.here.place = None
            self._places.leave(page)
        loop.call_soon_threadsafe(self._deliver, answer, response)

    def _respond(self, scope: dict[str, Any], body: bytes) -> HttpResponseBase:
        # Django sends these signals on another thread, which has no database connection to give back.
        signals.request_started.send(sender=type(self), scope=scope)
        request, refused = self.create_request(scope, io.BytesIO(body))
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = type(self)
        if response.streaming:
            # Its parts take connections of their own, and give them back.
            close_old_connections()
        else:
            response.close()
        answer: HttpResponseBase = response
        return answer

    def _deliver(
        self,
        answer: "asyncio.Future[HttpResponseBase]",
        response: HttpResponseBase | BaseException,
    ) -> None:
        """Hand the response over, or close it if its visitor has gone, and with it what it holds."""
        if isinstance(response, BaseException):
            if not answer.done():
                answer.set_exception(response)
        elif not answer.done():
            answer.set_result(response)
        elif response.streaming:
            self._threads.submit(response.close)

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send the parts for as long as the visitor is there."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        await _first(receive(), sending)
        if sending.done():
            sending.result()
            return
        sending.cancel()
        await asyncio.wait({sending})


class _Here(threading.local):
    page: Page | None = None


# That is under way on the current thread.
_here = _Here()


def _note_statements() -> None:
    """Let the pages on this thread, from now on, know when they are at the database."""

    def note(execute: Callable[..., Any], *args: Any) -> Any:
        page = _here.page
        return execute(*args) if page is None else page.note_statement(execute, *args)

    connection.execute_wrappers.append(note)


async def _read(receive: Receive) -> bytes | None:
    """Return a request's body, which chatsite/server/http.py bounds; None if it never ends."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _first(gone: Awaitable[Any], done: "asyncio.Future[Any]") -> None:
    """Wait until the visitor has gone, or what they asked for is done."""
    listening = asyncio.ensure_future(gone)
    try:
        await asyncio.wait({listening, done}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        listening.cancel()
