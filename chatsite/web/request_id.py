"""An id for each request, in its log lines and in its answer."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from chatsite.logs import request_id

_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    """Gives each request an id, the load balancer's if it sent one, and answers with it."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        name = sent if _WELL_FORMED_ID.fullmatch(sent) else secrets.token_hex(8)
        token = request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers["X-Request-ID"] = name
        return response
