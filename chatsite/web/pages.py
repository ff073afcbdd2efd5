"""Django's pages under ASGI, each on one thread from the first middleware to the last.

Django's own handler runs middlewares as coroutines. For each synchronous one, and for the view, it hops
to a thread made for the request and back. All middlewares and views of this site are synchronous.

/healthz is answered on the event loop: it says that the loop runs, however busy the threads are.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase

from chatsite.web import health
from rooms import hashing, places
from rooms.limits import searches

# Pages under way at once. Each may hold a database connection (the pool in settings.py).
PLACES = 8
# Pages that wait for a password to be hashed or for their turn to search take no place, but have a thread.
THREADS = PLACES + hashing.WAITING + searches.WAITING


class PagesHandler(ASGIHandler):
    """ASGIHandler whose middleware chain and views run in one go on a thread of a bounded pool."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="pages")
        self._places = threading.Semaphore(PLACES)
        self._respond = sync_to_async(
            self._get_response_on_thread, thread_sensitive=False, executor=self._threads
        )

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == health.HEALTHZ:
            await health.alive(scope, send)
        else:
            await self.handle(scope, receive, send)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        answer = asyncio.ensure_future(self._respond(request))
        try:
            response = await asyncio.shield(answer)
        except asyncio.CancelledError:  # the visitor has gone: a thread cannot be cancelled
            answer.add_done_callback(self._discard)
            raise
        response._handler_class = type(self)  # type: ignore[attr-defined]
        return response

    def _get_response_on_thread(self, request: HttpRequest) -> HttpResponseBase:
        with self._places:
            places.here.place = self._places
            # Django does this by signals, which are sent on another thread, without a connection.
            close_old_connections()
            try:
                return self.get_response(request)
            finally:
                close_old_connections()

    def _discard(self, answer: asyncio.Future[HttpResponseBase]) -> None:
        """Close a response whose visitor has gone, and with it what it holds."""
        if not answer.cancelled() and answer.exception() is None:
            self._threads.submit(answer.result().close)
