"""What makes the site installable: manifest, service worker, offline page.

They are the same for everyone: no session, no database.
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

# What the offline page is made of. Nothing else is kept: hashed names make the browser's own cache
# good enough for the rest, and what people said is never stored on a device.
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
    """The worker, told what to keep. It changes with whatever it keeps: browsers compare its bytes."""
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
    """What the service worker shows in the place of a page that cannot be had."""
    return HttpResponse(render_to_string("offline.html"))
