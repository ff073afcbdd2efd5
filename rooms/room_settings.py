"""The settings of a room: one table, from which everything that knows a setting is made.

A field of `RoomSettings` is a column of Room. From what stands beside its type come the field of the
form, the check of its bounds, the sentence of the notice, the `room` object on the wire and the page's
type (tools/page_types.py). docs/PROTOCOL.md, "Room settings", is the same in words, and a test holds
the two together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, get_args, get_type_hints

from django.conf import settings
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from history.errors import Text
from rooms import call_links, names
from rooms.models import Room
from rooms.refusals.forms import BadSetting
from rooms.refusals.frames import NulCharacter
from rooms.spans import span

# A hint with markup in it, put together in the language of whoever reads it.
_markup = lazy(format_html, SafeString)

PASSCODE_MAX = 64
CAPACITY_MAX = 100_000
SLOW_MODE_MAX = 6 * 3600
GRACE_MAX = 365 * 24 * 3600
RETENTION_MAX = 36_500

# Seconds between two messages of one person that the page offers.
SLOW_MODES: tuple[tuple[int, Text], ...] = (
    (0, _("No limit")),
    (5, _("5 seconds")),
    (30, _("30 seconds")),
    (120, _("2 minutes")),
    (900, _("15 minutes")),
)
# Seconds a room can stay open when nobody is in it that the pages offer.
GRACES: tuple[tuple[int, Text], ...] = (
    (600, _("10 minutes")),
    (3600, _("1 hour")),
    (86_400, _("1 day")),
    (604_800, _("1 week")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The description that stands beside the type of a setting."""

    # For whoever reads the page's types: what the value means.
    means: str
    label: Text
    hint: Text = ""
    # The smallest and the largest number, or the fewest and the most characters.
    bounds: tuple[int, int] | None = None
    # Why a value out of bounds is refused.
    refusal: Text = ""
    # Values that the page offers, each with its label.
    choices: tuple[tuple[int, Text], ...] = ()
    # Returns True for a value that is not refused.
    is_good: Callable[[Any], bool] | None = None
    # What the notice says that its owner did to the room, for the new value.
    told: Callable[[Any], str]
    # What the wire shows, and its type, where that is not the column as it is.
    wire: Callable[[Room], Any] | None = None
    wire_type: Any = None


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """The settings of a room, as they are or shall be.

    Everything but the passcode is required. It is kept as a hash: None leaves it as it is, ""
    takes it away.
    """

    title: Annotated[
        str,
        Setting(
            means="What the room is about, or nothing.",
            label=_("Topic"),
            bounds=(0, names.TITLE_MAX),
            refusal=_("That topic is too long."),
            told=lambda to: (
                gettext("set the topic to “%(title)s”") % {"title": to}
                if to
                else gettext("removed the topic")
            ),
        ),
    ]
    call_link: Annotated[
        str,
        Setting(
            means="The address of the room's calls, or nothing.",
            label=_("Call link"),
            hint=_markup(
                _(
                    "Everyone here gets a Call button that opens this address. {placeholder} is "
                    "replaced with a secret name for this room."
                ),
                placeholder=format_html("<code>{}</code>", call_links.ROOM),
            ),
            bounds=(0, call_links.LONGEST),
            is_good=lambda link: not link or call_links.is_good(link),
            refusal=_("A call link begins with https:// and has no spaces and no password in it."),
            told=lambda to: gettext("set a call link") if to else gettext("removed the call link"),
            wire=lambda room: call_link(room),
        ),
    ]
    locked: Annotated[
        bool,
        Setting(
            means="Nobody new comes in.",
            label=_("Locked"),
            hint=_("Nobody new can join. People who are already in can leave and come back."),
            told=lambda to: gettext("locked the room") if to else gettext("unlocked the room"),
        ),
    ]
    by_request: Annotated[
        bool,
        Setting(
            means="Newcomers ask to be let in.",
            label=_("Newcomers ask to join"),
            hint=_("They wait until you or a moderator lets them in."),
            told=lambda to: (
                gettext("made newcomers ask to join")
                if to
                else gettext("let newcomers join without asking")
            ),
        ),
    ]
    capacity: Annotated[
        int | None,
        Setting(
            means="The most people there is room for.",
            label=_("Maximum number of people"),
            bounds=(1, CAPACITY_MAX),
            refusal=_("A room can have 1 to 100,000 people."),
            told=lambda to: (
                ngettext(
                    "limited the room to %(count)d person",
                    "limited the room to %(count)d people",
                    to,
                )
                % {"count": to}
                if to
                else gettext("removed the limit on people")
            ),
        ),
    ]
    slow_mode: Annotated[
        int,
        Setting(
            means="Seconds between two messages or edits of one person.",
            label=_("Slow mode"),
            hint=_("How long each person must wait between two messages."),
            bounds=(0, SLOW_MODE_MAX),
            refusal=_("That is too long a time."),
            choices=SLOW_MODES,
            told=lambda to: (
                gettext("turned on slow mode (one message every %(span)s)") % {"span": span(to)}
                if to
                else gettext("turned slow mode off")
            ),
        ),
    ]
    grace: Annotated[
        int,
        Setting(
            means="Seconds the room stays open with nobody in it.",
            label=_("Keep open when empty for"),
            bounds=(0, GRACE_MAX),
            refusal=_("That is too long a time."),
            choices=GRACES,
            told=lambda to: (
                gettext("set the room to stay open for %(span)s when empty") % {"span": span(to)}
            ),
        ),
    ]
    history_open: Annotated[
        bool,
        Setting(
            means="Newcomers see what was said before they came.",
            label=_("Newcomers can read earlier messages"),
            told=lambda to: (
                gettext("let newcomers read earlier messages")
                if to
                else gettext("hid earlier messages from newcomers")
            ),
        ),
    ]
    retention_days: Annotated[
        int | None,
        Setting(
            means="Days after which messages are erased: the fewer of the room's and the site's.",
            label=_("Keep messages for (days)"),
            hint=_("Older messages are erased for everyone, for good. Pinned messages stay."),
            bounds=(1, RETENTION_MAX),
            refusal=_("Messages can be kept for 1 to 36,500 days."),
            told=lambda to: (
                gettext("set messages to be erased after %(span)s") % {"span": span(to * 86400)}
                if to
                else gettext("turned off the erasing of old messages")
            ),
            wire=attrgetter("kept_days"),
        ),
    ] = None
    passcode: Annotated[
        str | None,
        Setting(
            means="Newcomers are asked for a passcode.",
            label=_("Passcode"),
            bounds=(0, PASSCODE_MAX),
            refusal=_("That passcode is too long."),
            told=lambda to: gettext("set a passcode") if to else gettext("removed the passcode"),
            wire=lambda room: bool(room.passcode),
            wire_type=bool,
        ),
    ] = None

    @classmethod
    def of(cls, room: Room) -> "RoomSettings":
        """Return the settings that a room has, but for its passcode, which nobody can read again."""
        return cls(**{name: getattr(room, name) for name in COLUMNS})

    def check(self) -> None:
        """Raise BadSetting or NulCharacter for the first value out of bounds."""
        for name, setting in TABLE.items():
            value = getattr(self, name)
            if isinstance(value, str) and "\0" in value:
                raise NulCharacter
            if setting.is_good is not None and not setting.is_good(value):
                raise BadSetting(problem=setting.refusal)
            if setting.bounds is None or value is None:
                continue
            least, most = setting.bounds
            if not least <= (len(value) if isinstance(value, str) else value) <= most:
                raise BadSetting(problem=setting.refusal)

    def changes_of(self, room: Room) -> dict[str, Any]:
        """Return the columns that differ from the room's, with their new values; not the passcode."""
        return {
            name: value for name in COLUMNS if (value := getattr(self, name)) != getattr(room, name)
        }


def call_link(room: Room) -> str:
    """Return the address of a room's calls: its owner's, else the site's; "" for none."""
    return call_links.resolved(room.call_link or settings.CHAT_CALL_LINK, room_id=room.public_id)


def sentence(changed: Mapping[str, Any]) -> str:
    """Return what the notice says was done to these settings, in the language that is active."""
    # In our order: PostgreSQL keeps that of its own.
    said = [setting.told(changed[name]) for name, setting in TABLE.items() if name in changed]
    if not said:  # settings of a later release
        return gettext("changed the room’s settings")
    if len(said) == 1:
        return said[0]
    # Translators: the last of several things that somebody did to a room.
    return gettext("%(others)s and %(last)s") % {"others": ", ".join(said[:-1]), "last": said[-1]}


def on_wire(room: Room) -> dict[str, Any]:
    """Return the settings of a room as its members are shown them."""
    return {name: read(room) for name, read in _WIRE.items()}


# Each field's type and what stands beside it.
_FIELDS = {
    name: get_args(hint) for name, hint in get_type_hints(RoomSettings, include_extras=True).items()
}
TABLE: dict[str, Setting] = {name: setting for name, (_kind, setting) in _FIELDS.items()}
TYPES: dict[str, Any] = {name: kind for name, (kind, _setting) in _FIELDS.items()}
# The settings that can be read off a room as they are set.
COLUMNS = [name for name in TABLE if name != "passcode"]
_WIRE = {name: setting.wire or attrgetter(name) for name, setting in TABLE.items()}
