"""Security headers on every answer."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from history import storage

# No page has anything inline or from elsewhere. `ws:` and `wss:` need no mention: 'self' covers the page's
# own sockets in every browser that has modules.
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    # A page shows files that are being sent from the browser's own memory, by `blob:`.
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


@cache
def content_security_policy() -> str:
    """Return the policy of all pages. Where files are in a store, sound and film are played from there."""
    store = storage.origin()
    return "; ".join(
        f"{part} {store}" if store and part.startswith("media-src ") else part for part in _POLICY
    )


_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
# Features that no page of ours uses, so that nothing that gets into a page can use them.
_UNUSED = ", ".join(
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
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
# Passkeys are for pages on which staff set up a second factor, or prove it.
PERMISSIONS_POLICY = ", ".join([_UNUSED, *(f"{feature}=()" for feature in _PASSKEYS)])
_WITH_PASSKEYS = ", ".join([_UNUSED, *(f"{feature}=(self)" for feature in _PASSKEYS)])


# Headers that mean nothing on a file of a page: policies of a document, and the id of a request that nobody
# looks for in a log.
_OF_DOCUMENTS = ("Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Request-ID")
# Headers by which a browser asks whether its copy is current, which it never does for an immutable file.
_OF_CHANGING_FILES = ("ETag", "Last-Modified")


_OF_ALL = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def harden(response: HttpResponseBase) -> None:
    """Give an answer that no middleware sees the headers that it would have from all of them.

    What it has of its own, it keeps.
    """
    _add_policies(response, PERMISSIONS_POLICY)
    for name, value in _OF_ALL.items():
        response.headers.setdefault(name, value)


def _add_policies(response: HttpResponseBase, permissions: str) -> None:
    response.headers.setdefault("Content-Security-Policy", content_security_policy())
    response.headers.setdefault("Permissions-Policy", permissions)


def _permissions(path: str) -> str:
    has_passkeys = path.startswith(("/account/factor/", f"/{settings.CHAT_ADMIN_PATH}"))
    return _WITH_PASSKEYS if has_passkeys else PERMISSIONS_POLICY


class SecurityHeadersMiddleware:
    """Adds the Content-Security-Policy, the Permissions-Policy, and that no other site may show or
    read what is here. Django's own middleware, further in, adds the rest.

    Policies belong to documents. Half a kilobyte of headers on each of a page's files would be more than
    some files have. So files get no policies and no other headers without effect.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html") or not request.path.startswith(settings.STATIC_URL):
            _add_policies(response, _permissions(request.path))
        elif "immutable" in response.headers.get("Cache-Control", ""):
            for name in (*_OF_DOCUMENTS, *_OF_CHANGING_FILES):
                response.headers.pop(name, None)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
