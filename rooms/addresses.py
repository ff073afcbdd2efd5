"""Where somebody comes from, as far as limits are concerned.

The address is the connection's, or what the balancer says if the worker was told to believe one
(--proxy-headers). What a visitor writes into a header is nothing to go by.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.http import HttpRequest

_LONGEST = 100  # characters of an address, with its port and zone


def of_request(request: HttpRequest) -> str:
    """The network a request comes from."""
    return network(request.META.get("REMOTE_ADDR") or "")


def of_scope(scope: Mapping[str, Any]) -> str:
    """The network a socket comes from."""
    client = scope.get("client") or ("",)
    return network(str(client[0]))


def is_private(request: HttpRequest) -> bool:
    """Return True if a request comes from this machine or a private network."""
    try:
        return ip_address(request.META.get("REMOTE_ADDR") or "").is_private
    except ValueError:
        return False


# What proxies say of the request they pass on; whoever writes one of these is at least no neighbour.
FORWARDING = (
    "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    "x-client-ip", "true-client-ip", "cf-connecting-ip",
)  # fmt: skip


def is_forwarded(request: HttpRequest) -> bool:
    """Return True if a request shows that a proxy passed it on, whose address says nothing of its sender.

    HTTP/1.0 is what nginx speaks when it is told no more than where to pass requests.
    """
    version = getattr(request, "scope", {}).get("http_version")
    return version == "1.0" or any(name in request.headers for name in FORWARDING)


def network(text: str) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 a household gets of IPv6.

    "" for what is no address: all of those share one place, so that nonsense is no way out.
    """
    return _network(text) if len(text) <= _LONGEST else ""


def wider(network: str) -> tuple[str, ...]:
    """The /56 and the /48 that a /64 is in: what one household or one customer may have whole.

    Nothing for an IPv4 address.
    """
    if not network.endswith("/64"):
        return ()
    bits = int(IPv6Address(network.removesuffix("/64")))
    return tuple(f"{IPv6Address(bits >> (128 - n) << (128 - n))}/{n}" for n in (56, 48))


@lru_cache(4096)  # a proxy's header may hold anything: nothing long is kept
def _network(text: str) -> str:
    host = text.strip()
    if host.startswith("["):  # [2001:db8::1]:443, as some balancers write it
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:  # 192.0.2.7:443
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
