"""The viewer's time zone: the page tells it in a cookie, since nothing else does."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest

COOKIE = "zone"
_LONGEST = 64


def of(request: HttpRequest) -> tzinfo:
    """The zone of who asks; UTC if it is not known."""
    name = request.COOKIES.get(COOKIE, "")
    if not 0 < len(name) <= _LONGEST:
        return UTC
    try:
        return ZoneInfo(name.replace("%2F", "/"))
    except (ValueError, OSError, KeyError):
        return UTC
