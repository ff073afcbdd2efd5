"""Forms for the owner's verbs. The verbs judge bounds."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from history.errors import Text
from rooms import call_links
from rooms.actions import ending, retention
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
    open = forms.BooleanField(label=_("Remove the passcode"), required=False)
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

    def clean_call_link(self) -> str:
        link: str = self.cleaned_data["call_link"]
        if link and not call_links.is_good(link):
            raise forms.ValidationError(str(TABLE["call_link"].refusal))
        return link

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
    if setting.refusal:
        limits = ("min_value", "max_value", "max_length")
        about["error_messages"] = dict.fromkeys(limits, setting.refusal)
    if kind is bool:
        return forms.BooleanField(required=False, **about)
    least, most = setting.bounds or (None, None)
    if kind is str:
        return forms.CharField(required=False, max_length=most, **about)
    return forms.IntegerField(required=kind is int, min_value=least, max_value=most, **about)


SettingsForm.base_fields |= {name: _field(TABLE[name], TYPES[name]) for name in COLUMNS}


class MomentField(forms.CharField):
    """A moment as it is typed into a field for local times, in `zone`; programs name an offset."""

    zone: tzinfo = UTC

    def __init__(self, **about: Any) -> None:
        super().__init__(required=False, max_length=40, **about)

    def prepare_value(self, value: Any) -> Any:
        """Return what the field shows: minutes, in the visitor's time zone."""
        return f"{value.astimezone(self.zone):{_LOCAL}}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if not typed:
            return None
        try:
            moment = parse_datetime(typed)
            if moment is not None and moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.zone)
            return moment and moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def clean(self, value: Any) -> Any:
        moment = self.to_python(value)
        if moment is None and value:
            raise forms.ValidationError(_("Enter a date and a time."))
        return moment


class EndingForm(forms.Form):
    """When a room closes, and its door. `minutes`, of a button, is when the room closes from now on."""

    ends_at = MomentField(label=_("Room ends at"))
    door_closes_at = MomentField(
        label=_("No new people after"),
        help_text=_("People who are already in stay."),
    )
    minutes = forms.IntegerField(required=False, min_value=1, max_value=366 * 24 * 60)

    @classmethod
    def of(cls, room: Room, zone: tzinfo, data: Any = None) -> "EndingForm":
        form = cls(data, initial={name: getattr(room, name) for name in MOMENTS})
        for name in MOMENTS:
            form.fields[name].zone = zone  # type: ignore[attr-defined]
        return form

    def wanted(self, *, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return when the room closes and when its door does, of a valid form.

        What a field shows of a moment stands for all of it.
        """
        ends_at, door_closes_at = (self._moment(name) for name in MOMENTS)
        if minutes := self.cleaned_data["minutes"]:
            ends_at = now + timedelta(minutes=minutes)
        return ends_at, door_closes_at

    def judge(self, *, now: datetime) -> None:
        """Add what is wrong with the times, beside each of them."""
        if not self.is_valid():
            return
        wanted = dict(zip(MOMENTS, self.wanted(now=now), strict=True))
        news = {name: at for name, at in wanted.items() if at != self.initial[name]}
        for name, problem in ending.problems(news, wanted, now=now).items():
            self.add_error(name, problem.message)

    def _moment(self, name: str) -> datetime | None:
        typed: datetime | None = self.cleaned_data[name]
        known: datetime | None = self.initial[name]
        if known is None:
            return typed
        # As it was shown, too: an hour that comes twice, when clocks are set back, is shown the same.
        is_shown = self.data.get(name) == self.fields[name].prepare_value(known)
        is_same = is_shown or typed == known.replace(second=0, microsecond=0)
        return known if is_same else typed


# In how many minutes a room can close at the press of a button.
LESSONS = ((15, _("15 minutes")), (45, _("45 minutes")), (90, _("90 minutes")))
MOMENTS = ("ends_at", "door_closes_at")
# How a field for local times writes one.
_LOCAL = "%Y-%m-%dT%H:%M"


class OrderForm(forms.Form):
    """The fields of a verb about a person.

    The page has the buttons of all verbs in one form: there a field of one of them is called after
    its verb, like `mute_minutes`.
    """

    reason = forms.CharField(required=False, max_length=1000)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    # Of a ban: the person and their browser, not everybody new from the same network.
    person_only = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, verb: str) -> None:
        self.verb = verb
        super().__init__(data)

    def add_prefix(self, field_name: str) -> str:
        own = f"{self.verb}_{field_name}"
        return own if own in self.data else field_name


def choices(room: Room) -> dict[str, list[tuple[int, Text]]]:
    """Return what is offered for each setting that has choices: these, and the value there is."""
    return {
        name: sorted({(value := getattr(room, name)): span(value), **dict(setting.choices)}.items())
        for name, setting in TABLE.items()
        if setting.choices
    }
