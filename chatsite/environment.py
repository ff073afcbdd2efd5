"""Settings from the environment, each checked as it is read.

The default is used where the variable is not set. A value that is not allowed raises ImproperlyConfigured with
the variable's name, the rule and the value.
"""

import os
import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured


def is_given(name: str) -> bool:
    """Return True if the variable is set, even to an empty value."""
    return name in os.environ


def text(name: str, default: str = "") -> str:
    """Return the value without spaces around it."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: str) -> bool:
    """Return True for on; False for off, and for an empty value."""
    value = text(name, default).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}")


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`."""
    value = os.environ.get(name, str(default))
    try:
        found = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if not low <= found <= high:
        raise ImproperlyConfigured(f"{name} must be from {low} to {high}, not {found}")
    return found


def words(name: str, default: str = "") -> list[str]:
    """Return the words that spaces or commas separate."""
    return os.environ.get(name, default).replace(",", " ").split()


def one_of(name: str, default: str, values: Sequence[str]) -> str:
    """Return one of these values."""
    value = os.environ.get(name, default)
    if value not in values:
        listed = f"{', '.join(values[:-1])} or {values[-1]}"
        raise ImproperlyConfigured(f"{name} must be {listed}, not {value!r}")
    return value


def matching(name: str, default: str, pattern: str, wanted: str) -> str:
    """Return a value that the whole of `pattern` matches; the error says "must be" `wanted`."""
    value = text(name, default)
    if not re.fullmatch(pattern, value, re.ASCII):
        raise ImproperlyConfigured(f"{name} must be {wanted}, not {value!r}")
    return value


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return networks in CIDR notation."""
    try:
        return tuple(map(ip_network, words(name)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks like 10.1.0.0/16: {error}") from None
