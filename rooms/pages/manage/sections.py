"""The sections of the settings that can be folded: what each says while it is."""

from collections.abc import Iterable

from django.utils.translation import gettext, ngettext

from rooms.actions import hooks
from rooms.models import Room
from rooms.pages.manage.forms import SettingsForm
from rooms.spans import span

# The fields of the sections that are folded until something in them is wrong.
FIELDS = {
    "joining": ("locked", "by_request", "passcode", "capacity", "open"),
    "messages": ("history_open", "slow_mode", "retention_days"),
}


def now(room: Room) -> dict[str, str]:
    """Return the line of each section: how it is with the room at present."""
    return {
        "joining": _line(_joining(room)),
        "messages": _line(_messages(room)),
        "hooks": _line(_hooks(room)),
    }


def with_errors(form: SettingsForm) -> dict[str, bool]:
    """Return True for each section in which something is wrong."""
    return {
        section: any(name in form.errors for name in fields) for section, fields in FIELDS.items()
    }


def _line(parts: Iterable[str]) -> str:
    return " · ".join(parts)


def _joining(room: Room) -> list[str]:
    parts = []
    if room.locked:
        parts.append(gettext("Locked"))
    if room.by_request:
        parts.append(gettext("By request"))
    if room.passcode:
        parts.append(gettext("Passcode"))
    if not parts:
        parts.append(gettext("Anyone with the code"))
    if room.capacity:
        n = room.capacity
        parts.append(ngettext("Up to %(n)d person", "Up to %(n)d people", n) % {"n": n})
    return parts


def _messages(room: Room) -> list[str]:
    parts = []
    if room.slow_mode:
        parts.append(gettext("Slow mode: %(span)s") % {"span": span(room.slow_mode)})
    if days := room.kept_days:
        parts.append(gettext("Kept for %(span)s") % {"span": span(days * 86400)})
    else:
        parts.append(gettext("Kept forever"))
    return parts


def _hooks(room: Room) -> list[str]:
    ins, outs = hooks.count(room)
    parts = []
    if ins:
        parts.append(gettext("%(n)d incoming") % {"n": ins})
    if outs:
        parts.append(gettext("%(n)d outgoing") % {"n": outs})
    return parts or [gettext("None")]
