"""Lengths of time, as people say them."""


def span(seconds: int) -> str:
    """Return a length of time in its largest whole unit: "10 minutes", "1 day"."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "0 seconds"
