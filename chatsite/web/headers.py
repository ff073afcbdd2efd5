"""Security headers on every answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Nothing inline and nothing from elsewhere, on every page. `ws:` and `wss:` need no mention: 'self'
# covers the page's own sockets in every browser that has modules.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


# What no page of ours uses, so that nothing that gets into one can.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)


# What says nothing on a file that is part of a page: policies of a document, the name of a request that is
# looked for in no log.
_OF_DOCUMENTS = ("Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Request-ID")
# What a browser asks with whether its copy is still good, which it never does of an immutable file.
_OF_CHANGING_FILES = ("ETag", "Last-Modified")


class SecurityHeadersMiddleware:
    """Adds the Content-Security-Policy, the Permissions-Policy, and that no other site may show or
    read what is here. Django's own, which stands further in, adds the rest.

    Policies are a document's. A room's page has sixty files, and half a kilobyte of them on each would
    be a third of what it weighs; so these, and all else that does nothing there, are left out.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html") or not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        elif "immutable" in response.headers.get("Cache-Control", ""):
            for name in (*_OF_DOCUMENTS, *_OF_CHANGING_FILES):
                response.headers.pop(name, None)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
