"""What stands around an ASGI application beside the pages, as Django's middlewares stand around them.

The application holds no thread, so it cannot be behind middlewares, which are synchronous. What they do
is done here by the same code: the host is checked, the request has an id, https is asked for, and the
answer has the headers that every answer has.
"""

import io
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.security import SecurityMiddleware

from chatsite.web import headers, request_id
from rooms import answers, refusal_counts
from rooms.refusals.api import NoSuchHost

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Where Django logs it of pages.
_security = logging.getLogger("django.security.DisallowedHost")


class Around:
    """Serve `application` as pages are served. What is refused here is answered as JSON."""

    def __init__(self, application: Application) -> None:
        self._application = application
        # It asks nothing further in: its two halves are called.
        self._security = SecurityMiddleware(lambda request: HttpResponse())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = ASGIRequest(dict(scope), io.BytesIO())
        with request_id.of(request) as name:

            async def send_all(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message = message | {"headers": self._headers(request, message, name)}
                await send(message)

            refusal = self._refusal(request)
            if refusal is None:
                await self._application(scope, receive, send_all)
            else:
                await _answer(refusal, send_all)

    def _refusal(self, request: ASGIRequest) -> HttpResponseBase | None:
        """Return the answer to a request that the application does not get."""
        try:
            request.get_host()
        except DisallowedHost as error:
            _security.error(str(error), extra={"status_code": 400, "request": request})
            refused = NoSuchHost()
            refusal_counts.note(refused)
            return JsonResponse({"error": answers.describe(refused)}, status=refused.status)
        return self._security.process_request(request)

    def _headers(
        self, request: ASGIRequest, message: Mapping[str, Any], name: str
    ) -> list[tuple[bytes, bytes]]:
        answer = HttpResponse(status=message["status"])
        del answer.headers["Content-Type"]
        for key, value in message["headers"]:
            answer.headers[key.decode("latin1")] = value.decode("latin1")
        self._security.process_response(request, answer)
        headers.harden(answer)
        answer.headers["X-Request-ID"] = name
        return [(key.encode("latin1"), value.encode("latin1")) for key, value in answer.items()]


async def _answer(response: HttpResponseBase, send: Send) -> None:
    assert isinstance(response, HttpResponse)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    head = [(key.encode("latin1"), value.encode("latin1")) for key, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": head})
    await send({"type": "http.response.body", "body": response.content})
