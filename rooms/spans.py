"""Lengths of time, as people say them."""

from django.utils.translation import ngettext, ngettext_lazy

_UNITS = (
    (86_400, ngettext_lazy("%d day", "%d days")),
    (3600, ngettext_lazy("%d hour", "%d hours")),
    (60, ngettext_lazy("%d minute", "%d minutes")),
)


def span(seconds: int) -> str:
    """Return a length of time in its largest whole unit: "10 minutes", "1 day"."""
    for size, words in _UNITS:
        if seconds >= size and seconds % size == 0:
            return words % (seconds // size)
    return ngettext("%d second", "%d seconds", seconds) % seconds
