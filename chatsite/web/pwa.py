"""The installable site: manifest, service worker, offline page.

They are the same for everybody, and use neither session nor database.
"""

import hashlib
import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# The files of the offline page. The service worker keeps nothing else: hashed names make the browser's
# own cache good enough for the rest, and what people said is never stored on a device.
OFFLINE_ASSETS = (
    "css/tokens.css",
    "css/base.css",
    "css/controls.css",
    "css/ticket.css",
    "icons/sprite.svg",
    "icons/icon.svg",
    "js/pages/theme-init.js",
    "js/pages/theme.js",
    "js/pages/pwa.js",
    "js/net/backoff.js",
    "js/pages/offline.js",
)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest."""
    name = render_to_string("brand.html").strip()

    def icon(path: str, sizes: str, purpose: str) -> dict[str, str]:
        kind = "image/svg+xml" if path.endswith(".svg") else "image/png"
        return {"src": static(path), "type": kind, "sizes": sizes, "purpose": purpose}

    content = {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": gettext("A short code, and you are talking."),
        "lang": get_language() or "en",
        "start_url": reverse("front"),
        "scope": reverse("front"),
        "display": "standalone",
        "background_color": "#f5f1e8",
        "theme_color": "#f5f1e8",
        "icons": [
            icon("icons/icon.svg", "any", "any"),
            icon("icons/icon-192.png", "192x192", "any"),
            icon("icons/icon-512.png", "512x512", "any"),
            icon("icons/icon-maskable-192.png", "192x192", "maskable"),
            icon("icons/icon-maskable-512.png", "512x512", "maskable"),
        ],
        "shortcuts": [{"name": gettext("History"), "url": reverse("history")}],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker with the list of files it keeps.

    Its text changes when a file does: browsers compare its bytes.
    """
    page = render_to_string("offline.html")
    kept = [static(path) for path in OFFLINE_ASSETS]
    release = hashlib.sha256("\n".join([page, *kept]).encode()).hexdigest()[:16]
    settings = {"release": release, "page": reverse("offline"), "assets": kept}
    return HttpResponse(
        f"self.offline = {json.dumps(settings)};\n"
        f"importScripts({json.dumps(static('js/pages/service-worker.js'))});\n",
        content_type="text/javascript; charset=utf-8",
    )


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Return the page that the service worker shows when another page cannot be loaded."""
    return HttpResponse(render_to_string("offline.html"))
