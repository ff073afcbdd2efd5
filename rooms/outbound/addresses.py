"""Which addresses a request of ours may go to.

A URL from a stranger must not reach what only this machine or its network can: services without a
password, a router, a cloud's metadata. So addresses are allowed by what they are, and `ipaddress` alone
does not tell: its `is_global` lets, among others, IPv4 addresses through that are wrapped in IPv6.
"""

import re
from collections.abc import Collection
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from django.conf import settings
from yarl import URL

Network = IPv4Network | IPv6Network

# Global by the registry, and not for us: protocol assignments, relays of 6to4, Azure's own services.
_RESERVED_4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
# What is given out to be reached at all.
_GLOBAL_6 = IPv6Network("2000::/3")
# In it: protocol assignments with Teredo, documentation, 6to4.
_RESERVED_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# A network's translator to IPv4 (NAT64): as good as the IPv4 address in the last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")

# Where https is served on the internet.
PORTS = (443,)
# Characters of a URL that is followed.
URL_MAX = 2048
# Characters of a name in DNS, and of its parts.
_HOST_MAX = 253
_LABEL = re.compile(r"[\w-]{1,63}", re.ASCII)


class BadAddress(Exception):
    """A URL that is not followed, whatever it leads to. The message says why."""


def may_reach(
    address: str, port: int, *, ports: Collection[int], allowed: Collection[Network]
) -> bool:
    """Return True if a socket may be connected to an address and port.

    `ports` are those of the internet; in networks that the operator has `allowed` all are.
    """
    try:
        ip = ip_address(address)
    except ValueError:  # with a zone (fe80::1%eth0) or in another notation
        return False
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return port in ports and is_public(ip)


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Return True if an address is one of the internet's, that anybody may connect to."""
    if isinstance(ip, IPv4Address):
        reserved = any(ip in network for network in _RESERVED_4)
        return ip.is_global and not ip.is_multicast and not reserved
    if ip.scope_id is not None:
        return False
    if ip in _NAT64:
        return is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip in _GLOBAL_6 and not any(ip in network for network in _RESERVED_6)


def require_reachable(url: URL) -> None:
    """Raise BadAddress for an address that no socket would be connected to.

    For whoever types one, so that they are told at once. A name is judged when it is looked up.
    """
    host, port = url.raw_host or "", url.port or 0
    try:
        ip_address(host)
    except ValueError:
        return
    if not may_reach(host, port, ports=PORTS, allowed=settings.CHAT_OUTBOUND_ALLOW):
        raise BadAddress("no address of the internet")


def parse(
    text: str, *, schemes: Collection[str] = ("https",), ports: Collection[int] = (443,)
) -> URL:
    """Return a URL that may be followed, as far as it can be told from its text.

    `ports` may be empty: then the port is judged with the address. Raises BadAddress.
    """
    if len(text) > URL_MAX:
        raise BadAddress(f"longer than {URL_MAX} characters")
    # What parsers see differently, or drop: the checked URL would not be the one that is followed.
    if not text.isascii() or any(
        character <= " " or character in '\\"<>^`{|}\x7f' for character in text
    ):
        raise BadAddress("characters that a URL does not have")
    try:
        url = URL(text)
        host, port = url.raw_host, url.port
    except ValueError:
        raise BadAddress("not a URL") from None
    if url.scheme not in schemes:
        raise BadAddress(f"not {' or '.join(schemes)}")
    if "@" in text.partition("//")[2].partition("/")[0]:
        raise BadAddress("a user name")
    if not host:
        raise BadAddress("no host")
    if ports and port not in ports:
        raise BadAddress("another port")
    _check_host(host)
    return url


def _check_host(host: str) -> None:
    """Refuse a host that is neither a name nor an address in its usual notation.

    0177.1, 2130706433 and 0x7f000001 are 127.0.0.1 to a resolver, if not to `ipaddress`.
    """
    if ":" in host:
        if "%" in host:
            raise BadAddress("an address with a zone")
        return
    labels = host.removesuffix(".").split(".")
    if len(host) > _HOST_MAX or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress("not a host")
    if labels[-1].isdigit() or labels[-1].lower().startswith("0x"):
        try:
            IPv4Address(host)
        except ValueError:
            raise BadAddress("an address in an odd notation") from None


def ports() -> tuple[int, ...]:
    """Return the ports of URLs that are followed: all, with (), where an operator trusts networks."""
    return () if settings.CHAT_OUTBOUND_ALLOW else PORTS
