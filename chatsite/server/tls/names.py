"""What a site with TLS is called. The settings use this as well: nothing of the server is imported."""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

import idna

# In place of a name: a certificate that this machine signs itself.
SELF = "self"

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)

Address = IPv4Address | IPv6Address


def checked(text: str) -> str:
    """Return the name that `--tls` was given, in ASCII and small letters, or "self", or "" for "".

    Raises ValueError with a sentence if no authority would certify it.
    """
    name = text.strip().rstrip(".").lower()
    if name in {"", SELF}:
        return name
    if name.startswith("*."):
        raise ValueError(f"{text} stands for many hosts, and a site has one: name that one")
    if _address(name.strip("[]")) is not None:
        raise ValueError(
            f"{text} is an address. Authorities certify names; for an address there is --tls self"
        )
    try:
        name = idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        name = ""
    if not _HOST.fullmatch(name):
        raise ValueError(f"{text!r} is no host name, like chat.example.org, and not the word self")
    return name


def hosts(tls: str) -> list[str]:
    """Return what browsers may call a site, the best known first: names, and addresses without brackets.

    `tls` was checked before.
    """
    return [tls] if tls != SELF else [*own_names(), *map(str, own_addresses())]


def own_names() -> list[str]:
    """Return this machine's names: in its network, as phones find it there (mDNS), and for itself."""
    full = socket.gethostname().lower().rstrip(".")
    short = full.partition(".")[0]
    names = [full, short, f"{short}.local"] if _HOST.fullmatch(full) else []
    return list(dict.fromkeys([*names, "localhost"]))


def own_addresses() -> list[Address]:
    """Return the addresses by which others, and this machine itself, can reach it."""
    import psutil  # with --tls self only

    found = [entry.address for entries in psutil.net_if_addrs().values() for entry in entries]
    return _useful(found)


def _useful(texts: Iterable[str]) -> list[Address]:
    """Leave out what is no address of IP, and those that only mean something on one line (fe80::1%eth0)."""
    addresses = [_address(text.partition("%")[0]) for text in texts]
    useful = [one for one in addresses if one is not None and not one.is_link_local]
    # Loopback last: whoever reads the list wants to know what to type on a phone.
    return sorted(dict.fromkeys(useful), key=lambda one: (one.is_loopback, one.version))


def bracketed(host: str) -> str:
    """Return a host as it is written in a URL and in a Host header."""
    return f"[{host}]" if ":" in host else host


def origin(host: str, port: int) -> str:
    """Return how the address of a site's pages begins."""
    return f"https://{bracketed(host)}" + (f":{port}" if port != 443 else "")


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
