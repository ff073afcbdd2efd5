"""Forms for the owner's verbs. The verbs judge bounds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from history.errors import Text
from rooms.actions import retention
from rooms.models import Room
from rooms.pages.forms import title_of
from rooms.room_settings import COLUMNS, PASSCODE_MAX, TABLE, TYPES, RoomSettings, Setting
from rooms.spans import span

# Minutes somebody can be muted for, or whose messages can be taken back.
MUTES = ((10, _("10 minutes")), (60, _("1 hour")), (1440, _("1 day")), (10_080, _("1 week")))


class SettingsForm(forms.Form):
    """The settings of a room. Its other fields are made from their table, below.

    `passcode` is what to set; `open` takes the one there is away. Empty leaves it as it is.
    """

    passcode = forms.CharField(
        label=TABLE["passcode"].label, required=False, max_length=PASSCODE_MAX, strip=False
    )
    open = forms.BooleanField(required=False)
    # Ticked after being told how many messages a shorter retention erases now.
    erase = forms.BooleanField(required=False)
    erases = 0

    @classmethod
    def of(cls, room: Room, data: Any = None) -> "SettingsForm":
        return cls(data, initial={name: getattr(room, name) for name in COLUMNS})

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

    def wanted(self) -> RoomSettings:
        """Return the settings of a valid form."""
        typed = self.cleaned_data
        passcode = "" if typed["open"] else typed["passcode"] or None
        return RoomSettings(passcode=passcode, **{name: typed[name] for name in COLUMNS})


def _field(setting: Setting, kind: Any) -> forms.Field:
    about: dict[str, Any] = {"label": setting.label, "help_text": setting.hint}
    if kind is bool:
        return forms.BooleanField(required=False, **about)
    least, most = setting.bounds or (None, None)
    if kind is str:
        return forms.CharField(required=False, max_length=most, **about)
    return forms.IntegerField(required=kind is int, min_value=least, max_value=most, **about)


SettingsForm.base_fields |= {name: _field(TABLE[name], TYPES[name]) for name in COLUMNS}


class OrderForm(forms.Form):
    """The fields of a verb about a person."""

    reason = forms.CharField(required=False, max_length=1000)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    # Of a ban: the person and their browser, not everybody new from the same network.
    person_only = forms.BooleanField(required=False)


def choices(room: Room) -> dict[str, list[tuple[int, Text]]]:
    """Return what is offered for each setting that has choices: these, and the value there is."""
    return {
        name: sorted({(value := getattr(room, name)): span(value), **dict(setting.choices)}.items())
        for name, setting in TABLE.items()
        if setting.choices
    }
