"""Files of messages, on the staff's pages."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from history import file_words
from history.wire import WireFile
from rooms.staff.base import written
from rooms.staff.table import NOTHING


def linked(files: Sequence[WireFile]) -> SafeString | str:
    """Return links to files: to the image that the site made, or else to what was sent."""
    if not files:
        return NOTHING
    links = ((_address(file), written(file["name"])) for file in files)
    return format_html_join(" ", '<a href="{}" target="_blank">{}</a>', links)


def in_words(files: Sequence[WireFile]) -> SafeString | str:
    """Return what files a message has, "5 photos", set apart from what people wrote; "" for none."""
    words = file_words.of(files)
    return format_html('<span class="pill sent">{}</span>', written(words)) if words else ""


def shown(text: str, files: Sequence[WireFile], *, limit: int = 0) -> SafeString | str:
    """Return what a message says, and behind it what files it has."""
    parts: list[SafeString | str] = [written(text, limit=limit)] if text else []
    if files:
        parts.append(in_words(files))
    return format_html_join(" ", "{}", ((part,) for part in parts)) or NOTHING


def _address(file: WireFile) -> str:
    if "thumb" in file:
        return reverse("file_view", args=[file["id"]])
    return reverse("file_whole", args=[file["id"], file["name"]])
