"""How long another site asks to be left alone."""

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def wait_of(header: str) -> timedelta | None:
    """Return what a Retry-After says, seconds or a date; None if it says nothing."""
    if header.isdecimal() and len(header) < 7:
        return timedelta(seconds=int(header))
    with contextlib.suppress(ValueError, OverflowError):
        until = parsedate_to_datetime(header)
        if until.tzinfo is None:  # "-0000", or none at all: dates in HTTP are in UTC
            until = until.replace(tzinfo=UTC)
        return max(timedelta(), until - datetime.now(UTC))
    return None
