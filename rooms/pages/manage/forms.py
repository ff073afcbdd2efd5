"""What the owner can order of a room, as a form. Bounds are the verb's to judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rooms.actions import retention
from rooms.actions.settings import (
    CAPACITY_MAX,
    PASSCODE_MAX,
    RETENTION_MAX,
    SLOW_MODE_MAX,
    Wishes,
    span,
)
from rooms.models import Room
from rooms.pages.forms import GRACES, title_of

# Seconds between two messages of one person.
PACES = (
    (0, _("No limit")),
    (5, _("5 seconds")),
    (30, _("30 seconds")),
    (120, _("2 minutes")),
    (900, _("15 minutes")),
)
# Minutes somebody can be muted for, or whose messages can be taken back.
MUTES = ((10, _("10 minutes")), (60, _("1 hour")), (1440, _("1 day")), (10_080, _("1 week")))


class SettingsForm(forms.Form):
    """`passcode` is what to set; `open` takes the one there is away. Empty leaves it as it is."""

    title = forms.CharField(required=False, max_length=Room._meta.get_field("title").max_length)
    passcode = forms.CharField(required=False, max_length=PASSCODE_MAX, strip=False)
    open = forms.BooleanField(required=False)
    locked = forms.BooleanField(required=False)
    by_request = forms.BooleanField(required=False)
    history_open = forms.BooleanField(required=False)
    capacity = forms.IntegerField(required=False, min_value=1, max_value=CAPACITY_MAX)
    retention_days = forms.IntegerField(required=False, min_value=1, max_value=RETENTION_MAX)
    slow_mode = forms.IntegerField(min_value=0, max_value=SLOW_MODE_MAX)
    grace = forms.IntegerField(min_value=0)
    # Ticked after being told how many messages a shorter retention erases now.
    erase = forms.BooleanField(required=False)
    erases = 0

    @classmethod
    def of(cls, room: Room, data: Any = None) -> "SettingsForm":
        return cls(data, initial={name: getattr(room, name) for name in Wishes.columns()})

    def clean_title(self) -> str:
        """A title of before there were rules for it may stay."""
        title: str = self.cleaned_data["title"]
        return title if title == self.initial.get("title") else title_of(title)

    def ask_before_erasing(self, room: Room) -> None:
        """Refuse a valid form once if it would erase messages that are there now."""
        days = self.cleaned_data["retention_days"]
        if self.cleaned_data["erase"] or days is None or days == room.retention_days:
            return
        self.erases = retention.count_older(room, days=days)
        if self.erases:
            self.add_error(
                "retention_days", _("Nothing is saved yet: this erases messages for good.")
            )

    def wishes(self) -> Wishes:
        """Of a valid form."""
        typed = self.cleaned_data
        passcode = "" if typed["open"] else typed["passcode"] or None
        return Wishes(passcode=passcode, **{name: typed[name] for name in Wishes.columns()})


class OrderForm(forms.Form):
    """What goes with an order about a person."""

    reason = forms.CharField(required=False, max_length=1000)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    # Of a ban: the person and their browser, not everybody new from the same network.
    person_only = forms.BooleanField(required=False)


def paces(room: Room) -> list[tuple[int, Any]]:
    return with_present(PACES, room.slow_mode)


def graces(room: Room) -> list[tuple[int, Any]]:
    return with_present(GRACES, room.grace)


def with_present(choices: tuple[tuple[int, Any], ...], value: int) -> list[tuple[int, Any]]:
    """The choices and, in its place, the value there is."""
    return sorted({value: span(value), **dict(choices)}.items())
