"""The viewer's time zone: the page tells it in a cookie, since nothing else does."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest

COOKIE = "zone"


def of(request: HttpRequest) -> tzinfo:
    """The zone of who asks; UTC if it is not known."""
    name = request.COOKIES.get(COOKIE, "").replace("%2F", "/")
    if not name or len(name) > 64:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC
