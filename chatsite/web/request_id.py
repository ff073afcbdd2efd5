"""An id for each request, in its log lines and in its answer."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponseBase

from chatsite.logs import request_id

_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@contextmanager
def of(request: HttpRequest) -> Iterator[str]:
    """Yield the id of a request, the load balancer's if it sent one. Log lines have it meanwhile."""
    sent = request.headers.get("X-Request-ID", "")
    name = sent if _WELL_FORMED_ID.fullmatch(sent) else secrets.token_hex(8)
    token = request_id.set(name)
    try:
        yield name
    finally:
        request_id.reset(token)


class RequestIdMiddleware:
    """Gives each request an id, and answers with it."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with of(request) as name:
            response = self.get_response(request)
        response.headers["X-Request-ID"] = name
        return response
