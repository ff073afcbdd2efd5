"""Whether a socket's handshake comes from a page of this very site.

Browsers let any page open a socket to any site, with the visitor's cookies. They always say whose
page it is, so the `Origin` must be this site's scheme, host and port; none at all is refused too.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

_PORTS = {"http": 80, "https": 443}
_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


def is_own(*, scheme: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """`scheme` is the connection's (ws or wss, http or https), `headers` the ASGI scope's."""
    fields = {name: value.decode("latin1") for name, value in headers}
    host, origin = fields.get(b"host", ""), fields.get(b"origin", "")
    secure_header = settings.SECURE_PROXY_SSL_HEADER
    if secure_header:
        name = secure_header[0].removeprefix("HTTP_").replace("_", "-").lower().encode()
        if name in fields:
            first = fields[name].split(",", 1)[0].strip()
            scheme = "https" if first == secure_header[1] else "http"
    if not _is_allowed(host):
        return False
    theirs = _parts(origin)
    if theirs is None:
        return False
    trusted = {_parts(trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS}
    return theirs == _parts(f"{_SCHEMES.get(scheme, scheme)}://{host}") or theirs in trusted


def _is_allowed(host: str) -> bool:
    domain, _ = split_domain_port(host)
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    return bool(domain) and validate_host(domain, allowed)


def _parts(origin: str) -> tuple[str, str, int] | None:
    """(scheme, host, port), or None for what is not an origin."""
    try:
        url = urlsplit(origin.lower())
        port = url.port
    except ValueError:
        return None
    if url.scheme not in _PORTS or not url.hostname or url.path or url.query or url.username:
        return None
    return url.scheme, url.hostname, port or _PORTS[url.scheme]
