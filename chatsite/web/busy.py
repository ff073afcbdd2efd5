"""The answer to a request when too many others wait.

It is made on the event loop, where there is little time: a page is rendered once, and its bytes kept.
"""

import random
from functools import cache
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from chatsite.web import headers
from rooms import answers, refusal_counts
from rooms.refusals.busy import ManyComeIn

# Seconds to come back in: not all at the same moment.
SOONEST, LATEST = 3, 8


def response(scope: dict[str, Any]) -> HttpResponse:
    """Return 503 with `Retry-After`: to programs in JSON, to people as a page that comes back."""
    accepts = next((v for name, v in scope["headers"] if name == b"accept"), b"")
    wait = random.randint(SOONEST, LATEST)  # noqa: S311 - no secret
    refusal = ManyComeIn(retry_after=wait)
    refusal_counts.note(refusal)
    if accepts.startswith(b"application/json"):
        answer: HttpResponse = JsonResponse({"error": answers.describe(refusal)}, status=503)
    else:
        # A form that was sent is not sent again by the browser itself.
        answer = HttpResponse(_page(wait, scope["method"] in {"GET", "HEAD"}), status=503)
    answer.headers["Retry-After"] = str(wait)
    answer.headers["Cache-Control"] = "no-store"
    headers.harden(answer)
    return answer


@cache
def _page(wait: int, comes_back: bool) -> bytes:
    said = ManyComeIn(retry_after=wait).message
    context = {"said": said, "comes_back": comes_back, "wait": wait}
    return render_to_string("503.html", context).encode()
