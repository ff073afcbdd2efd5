"""The installable site: manifest, service worker, offline page.

They are the same for everybody, and use neither session nor database.
"""

import hashlib
import json
from html.parser import HTMLParser

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chatsite.web.staticfiles import loaded_with


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
        "description": gettext("A short code, and you’re talking."),
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
    kept = assets(page)
    release = hashlib.sha256("\n".join([page, *kept]).encode()).hexdigest()[:16]
    kept_files = {"release": release, "page": reverse("offline"), "assets": kept}
    scripts = ("js/pages/service-worker.js", "js/pages/service-worker-push.js")
    icon = {"icon": static("icons/icon-192.png")}
    return HttpResponse(
        f"self.offline = {json.dumps(kept_files)};\nself.notified = {json.dumps(icon)};\n"
        f"importScripts({', '.join(json.dumps(static(script)) for script in scripts)});\n",
        content_type="text/javascript; charset=utf-8",
    )


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Return the page that the service worker shows when another page cannot be loaded."""
    return HttpResponse(render_to_string("offline.html"))


def assets(page: str) -> list[str]:
    """Return the addresses of the files that a page shows, runs or is styled by.

    The service worker keeps those of the offline page and nothing else: hashed names make the
    browser's own cache good enough for the rest, and what people said is never stored on a device.
    """
    reader = _AssetReader()
    reader.feed(page)
    found: dict[str, None] = {}
    for address in reader.found:
        found[address] = None
        found |= dict.fromkeys(map(static, loaded_with(address.removeprefix(settings.STATIC_URL))))
    return list(found)


class _AssetReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script":
            self._note(attributes.get("src"))
        elif tag == "use" or (tag == "link" and attributes.get("rel") in {"stylesheet", "icon"}):
            self._note(attributes.get("href"))

    handle_startendtag = handle_starttag

    def _note(self, address: str | None) -> None:
        if address is not None and address.startswith(settings.STATIC_URL):
            self.found.append(address.partition("#")[0])
