"""Pages for what goes wrong outside a form."""

import logging
import math
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string

from rooms.errors import ChatError, Unavailable

logger = logging.getLogger(__name__)

# The database is away or restarting: it is safe, and worth while, to come back this soon.
_RETRY_AFTER = 5


class ErrorPagesMiddleware:
    """Gives a page to refusals that no view dealt with, and to answers that come without one."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render_to_string("405.html")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            logger.error("database away at %s: %s", request.path, error)
            error = Unavailable(retry_after=_RETRY_AFTER)
        if not isinstance(error, ChatError):
            return None
        return _page(error)


def _page(error: ChatError) -> HttpResponse:
    # Without the request: neither session nor database is asked, which may be what is missing.
    if error.status in {404, 429, 503}:
        text = render_to_string(f"{error.status}.html")
    else:
        context = {"status": error.status, "happened": error.message, "advice": ""}
        text = render_to_string("error.html", context)
    response = HttpResponse(text, status=error.status)
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response
