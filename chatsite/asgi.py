"""The ASGI application: pages through Django, sockets through the rooms' consumer."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup(set_prefix=False)

# After Django is set up: these have models.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from chatsite.database import bound_waits  # noqa: E402
from chatsite.server.lifecycle import draining  # noqa: E402
from chatsite.web.around import Around  # noqa: E402
from chatsite.web.pages import PagesHandler  # noqa: E402
from rooms.api.application import ROOT as API  # noqa: E402
from rooms.api.application import ApiApplication  # noqa: E402
from rooms.live import worker  # noqa: E402
from rooms.routing import websocket_urlpatterns  # noqa: E402

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

bound_waits()

_sockets: Any = URLRouter(cast(Any, websocket_urlpatterns))


async def sockets(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve a WebSocket; refuse an unknown path with 403, where the router alone would raise."""
    try:
        await _sockets(scope, receive, send)
    except ValueError as error:
        if "No route found" not in str(error):
            raise
        await receive()
        await send({"type": "websocket.close"})


async def lifespan(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Start the live worker with the server, and stop it after the last socket."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await worker.current().settle()
            await send({"type": "lifespan.startup.complete"})
        else:
            await worker.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


_pages: Any = PagesHandler()
_api = Around(ApiApplication(is_draining=lambda: bool(draining)))


async def http(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve a page, or the API, which is served beside the sockets."""
    if scope["path"].startswith(f"{API}/"):
        await _api(scope, receive, send)
    else:
        await _pages(scope, receive, send)


application = ProtocolTypeRouter({"http": http, "websocket": sockets, "lifespan": lifespan})
