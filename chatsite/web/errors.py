"""Pages for what goes wrong outside a form."""

import math
import sys
from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.views.defaults import server_error

from history import database
from rooms.errors import ChatError, RoomHeld, Unavailable
from rooms.live.outage import outage

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
        refusal = _refusal(error)
        return None if refusal is None else _page(request, refusal)


def failed(request: HttpRequest) -> HttpResponseBase:
    """What Django answers with when something broke, in a middleware too: they ask the database."""
    error = sys.exc_info()[1]
    refusal = _refusal(error) if isinstance(error, Exception) else None
    if refusal is None:
        return server_error(request)
    return _page(request, refusal)


def _refusal(error: Exception) -> ChatError | None:
    """What to say of an error; None of one that nobody has foreseen."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, Error):
        if database.is_held(error):
            return RoomHeld()
        if database.is_away(error):
            outage.noticed(error)
            return Unavailable(retry_after=_RETRY_AFTER)
    return None


def _page(request: HttpRequest, error: ChatError) -> HttpResponse:
    # Without the request: neither session nor database is asked, which may be what is missing.
    if error.status in {404, 429, 503}:
        context: dict[str, object] = {
            "said": "" if error.message == type(error).message else error.message,
            # A form that was sent is not sent again by itself.
            "comes_back": error.status == 503 and request.method == "GET",
        }
        text = render_to_string(f"{error.status}.html", context)
    else:
        context = {"status": error.status, "happened": error.message, "advice": ""}
        text = render_to_string("error.html", context)
    response = HttpResponse(text, status=error.status)
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    if error.status == 503:
        # Django would have a line for each, as if something had broken: outage.py has one for all.
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response
