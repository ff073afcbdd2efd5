"""Health and metrics: is this worker alive, should it get traffic, what is it doing.

Probes are answered before any other middleware: they come with any Host, and need no session, language
or error page.
"""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from chatsite.server.lifecycle import draining, stats
from history import database
from rooms import addresses
from rooms.live import worker
from rooms.live.outage import outage

Send = Callable[[dict[str, Any]], Awaitable[None]]

HEALTHZ = "/healthz"
_READING = {"GET", "HEAD"}

_slow = Gauge("chat_slow_readers_cut", "Sockets cut for being too far behind, since the start")
_slow.set_function(lambda: stats.slow_readers_cut)
_certificate = Gauge(
    "chat_certificate_days_left",
    "Days until the certificate of --tls ends, below 0 after that; NaN without --tls",
)
_certificate.set_function(
    lambda: (stats.certificate_ends - time.time()) / 86400 if stats.certificate_ends else math.nan
)
_not_renewed = Gauge(
    "chat_certificate_failures", "Tries to renew the certificate that failed, since the start"
)
_not_renewed.set_function(lambda: stats.certificate_failures)


async def alive(scope: dict[str, Any], send: Send) -> None:
    """Answer /healthz on the event loop, whatever the threads are busy with (chatsite/web/pages.py)."""
    status, body = (200, b"ok\n") if scope["method"] in _READING else (405, b"")
    headers = [(b"Content-Type", b"text/plain"), (b"Cache-Control", b"no-store")]
    headers.append((b"Content-Length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer /healthz where pages are served by another handler than ours."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when this worker should get traffic; else 503 with the parts that fail.

    A worker that cannot reach the channel layer still serves its rooms, from the log and up to a second
    later; workers that can reach it are the better choice.
    """
    failing: dict[str, str] = {}
    if draining:
        failing["draining"] = draining.reason
    try:
        with connection.cursor() as cursor:
            # Checks that the database can be written to, and writes nothing.
            cursor.execute("DELETE FROM rooms_worker WHERE 1 = 0")
    except Error as error:
        failing["database"] = "no answer"
        if database.is_away(error):
            outage.noticed(error)
    live = worker.of_this_process()
    if live is not None and live.door.worker_id is None:
        # Without a lease it lets nobody in, and without a usable database it gets no lease.
        failing.setdefault("database", "no lease")
    if live is not None and not live.hub.subscription.up:
        failing["channel_layer"] = "no answer"
    answer = JsonResponse(
        {"ready": not failing, "failing": failing}, status=503 if failing else 200
    )
    answer._has_been_logged = True  # type: ignore[attr-defined]  # or Django would log each of them
    return answer


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus's text format; with 404 to clients that may not see it."""
    if not _may_watch(request):
        return HttpResponse("not found\n", content_type="text/plain", status=404)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _may_watch(request: HttpRequest) -> bool:
    """Return True if the request has the token, or without a token in the settings, if it is local.

    Local are requests from this machine or a private network that did not come through a proxy: a proxy
    is in such a network as well, and passes on requests of the whole world.
    """
    if token := settings.CHAT_METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {token}")
    return addresses.is_private(request) and not addresses.is_forwarded(request)


_ANSWERS = {HEALTHZ: healthz, "/readyz": readyz, "/metrics": metrics}


class HealthMiddleware:
    """Answers the three paths, and leaves every other request alone."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = _ANSWERS.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in _READING:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response
