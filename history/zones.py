"""The visitor's time zone, which the page puts into a cookie, since no header has it."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest

COOKIE = "zone"
_LONGEST = 64


def of(request: HttpRequest) -> tzinfo:
    """Return the visitor's time zone; UTC if it is not known."""
    name = request.COOKIES.get(COOKIE, "")
    if not 0 < len(name) <= _LONGEST:
        return UTC
    try:
        return ZoneInfo(name.replace("%2F", "/"))
    except (ValueError, OSError, KeyError):
        return UTC
