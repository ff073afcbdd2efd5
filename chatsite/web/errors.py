"""Pages for what goes wrong outside a form."""

import math
import sys
from collections.abc import Callable
from functools import partial

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.views.csrf import csrf_failure
from django.views.defaults import server_error

from history import database
from rooms import answers
from rooms.errors import ChatError, RateLimited, RoomHeld, Unavailable
from rooms.live.outage import outage
from rooms.refusals.forms import FormNotTrusted

# The database is away or restarting: it is safe, and worth while, to come back this soon.
_RETRY_AFTER = 5
# Refusals whose pages have sentences of their own.
_SAID_BY_PAGES = {RateLimited, RoomHeld, Unavailable}


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
        return None if refusal is None else _answer(request, refusal)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Return Django's answer after an error, also of a middleware: middlewares ask the database."""
    error = sys.exc_info()[1]
    refusal = _refusal(error) if isinstance(error, Exception) else None
    if refusal is None:
        return server_error(request)
    return _answer(request, refusal)


def untrusted(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is not the session's: another person has signed in here meanwhile."""
    page = partial(csrf_failure, request, reason=reason)
    return answers.refused(request, FormNotTrusted(), page=page)


def _refusal(error: Exception) -> ChatError | None:
    """Return the refusal to answer an error with; None for an error that is not foreseen."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, Error):
        if database.is_held(error):
            return RoomHeld()
        if database.is_away(error):
            outage.noticed(error)
            return Unavailable(retry_after=_RETRY_AFTER)
    return None


def _answer(request: HttpRequest, refusal: ChatError) -> HttpResponse:
    response = answers.refused(request, refusal, page=partial(_page, request, refusal))
    response.headers["Cache-Control"] = "no-store"
    if refusal.status == 503:
        # Django would have a line for each, as if something had broken: outage.py has one for all.
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _page(request: HttpRequest, refusal: ChatError) -> HttpResponse:
    # Without the request: neither session nor database is asked, which may be what is missing.
    if refusal.status in {404, 429, 503}:
        context: dict[str, object] = {
            "said": "" if type(refusal) in _SAID_BY_PAGES else refusal.message,
            # A form that was sent is not sent again by itself.
            "comes_back": refusal.status == 503 and request.method == "GET",
            "wait": math.ceil(refusal.retry_after or _RETRY_AFTER),
        }
        text = render_to_string(f"{refusal.status}.html", context)
    else:
        context = {"status": refusal.status, "happened": refusal.message, "advice": ""}
        text = render_to_string("error.html", context)
    return HttpResponse(text, status=refusal.status)
