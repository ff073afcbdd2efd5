"""How a refusal is answered over HTTP: programs get JSON of one shape, people a page."""

import math
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from rooms import refusal_counts
from rooms.errors import ChatError


def wants_json(request: HttpRequest) -> bool:
    """Return True for a program: it asks for JSON first, or accepts no HTML."""
    asks = request.headers.get("Accept", "").startswith("application/json")
    return asks or not request.accepts("text/html")


def refused(
    request: HttpRequest, refusal: ChatError, *, page: Callable[[], HttpResponse], **more: Any
) -> HttpResponse:
    """Answer a request that was refused.

    `page` makes the answer for people, with its status. `more` stands beside the error for programs.
    """
    refusal_counts.note(refusal)
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse({"error": describe(refusal), **more}, status=refusal.status)
    else:
        response = page()
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(refusal.retry_after))
    return response


def describe(refusal: ChatError) -> dict[str, Any]:
    """Return a refusal as programs read it."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.retry_after is not None:
        error["retry_after"] = refusal.retry_after
    return error
