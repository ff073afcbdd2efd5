"""Whether a socket's handshake comes from a page of this very site.

Browsers let any page open a socket to any site, with the visitor's cookies. They always say whose
page it is, so the `Origin` must be this site's scheme, host and port; none at all is refused too.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

_LONGEST = 300  # characters of an origin: a host has 253 at most
_PORTS = {"http": 80, "https": 443}
_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


def is_own(*, scheme: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """`scheme` is the connection's (ws or wss, http or https), `headers` the ASGI scope's."""
    fields = {name: value.decode("latin1") for name, value in headers}
    host, origin = fields.get(b"host", ""), fields.get(b"origin", "")
    if len(host) > _LONGEST or len(origin) > _LONGEST:
        return False
    secure_header = settings.SECURE_PROXY_SSL_HEADER
    if secure_header:
        name = secure_header[0].removeprefix("HTTP_").replace("_", "-").lower().encode()
        if name in fields:
            first = fields[name].split(",", 1)[0].strip()
            scheme = "https" if first == secure_header[1] else "http"
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    return _is_own(scheme, host, origin, (*allowed,), (*settings.CSRF_TRUSTED_ORIGINS,))


@lru_cache(256)  # nearly all sockets come from pages of the same few names of this site
def _is_own(
    scheme: str, host: str, origin: str, allowed: Sequence[str], trusted: Sequence[str]
) -> bool:
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, allowed):
        return False
    theirs = _parts(origin)
    if theirs is None:
        return False
    own = _parts(f"{_SCHEMES.get(scheme, scheme)}://{host}")
    return theirs == own or any(map(partial(_matches, theirs), trusted))


def _matches(theirs: "Origin", trusted: str) -> bool:
    """As Django compares the origin of a form: a star stands for the domain and all below it."""
    ours = _parts(trusted.replace("*", "", 1))
    if ours is None:
        return False
    (scheme, host, port), (their_scheme, their_host, their_port) = ours, theirs
    return (their_scheme, their_port) == (scheme, port) and is_same_domain(their_host, host)


Origin = tuple[str, str, int]  # scheme, host, port


def _parts(origin: str) -> Origin | None:
    """None for what is not an origin."""
    try:
        url = urlsplit(origin.lower())
        port = url.port
    except ValueError:
        return None
    if (
        url.scheme not in _PORTS
        or not url.hostname
        or url.path
        or url.query
        or url.fragment
        or "@" in origin
    ):
        return None
    return url.scheme, url.hostname, port or _PORTS[url.scheme]
