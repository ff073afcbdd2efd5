"""What files a message has, in words, for where they cannot be shown: the same as static/js/state/file-words.js."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def of(files: Sequence[Any]) -> str:
    """Return "Photo", "3 photos", "Engine.pdf" or "4 files"; "" for none."""
    count = len(files)
    if not count:
        return ""
    if all(file["type"].startswith("image/") for file in files):
        if count == 1:
            return _("Photo")
        return ngettext("%(n)s photo", "%(n)s photos", count) % {"n": count}
    if count == 1:
        return str(files[0]["name"])
    return ngettext("%(n)s file", "%(n)s files", count) % {"n": count}
