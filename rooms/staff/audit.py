"""The audit log: who did what to whom, and why. There to be read, and for nothing else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from history.errors import Text
from rooms import audit, codes, room_settings
from rooms.actions import verbs
from rooms.models import Deed, Room, User
from rooms.spans import span
from rooms.staff import wording
from rooms.staff.base import StaffAdmin, link, listing, moment, written
from rooms.staff.filters import LinkedIdFilter
from rooms.staff.table import NOTHING


class ActorFilter(LinkedIdFilter):
    title = _("who")
    parameter_name = "actor_id"
    model = User


class TargetFilter(LinkedIdFilter):
    title = _("target")
    parameter_name = "target_id"
    model = User


class RoomFilter(LinkedIdFilter):
    title = _("room")
    parameter_name = "room_id"
    model = Room


class RoleFilter(admin.SimpleListFilter):
    title = _("as")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(role, wording.role(role)) for role in audit.ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Deed]) -> QuerySet[Deed]:
        return queryset.filter(role=self.value()) if self.value() else queryset


class VerbFilter(admin.SimpleListFilter):
    title = _("action")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(verb, wording.done(verb)) for verb in verbs.AUDITED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Deed]) -> QuerySet[Deed]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(Deed)
class DeedAdmin(StaffAdmin):
    list_display = ("did", "to_whom", "in_room", "who", "reasons", "at")
    list_display_links = ("did",)
    sorted_by = "at"
    list_filter = (
        RoleFilter,
        "at",
        VerbFilter,
        ActorFilter,
        TargetFilter,
        RoomFilter,
    )
    search_fields = ("actor_name", "target_name", "room_code", "reason")
    search_help_text = _("Name, id, room code or reason")
    fields = ("to_whom", "in_room", "who", "why", "more", "undid", "at")
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Deed], search_term: str
    ) -> tuple[QuerySet[Deed], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        found = Q(actor_name__folded=text) | Q(target_name__folded=text)
        found |= Q(reason__folded=text)
        found |= Q(actor_id=text) | Q(target_id=text) | Q(room_id=text)
        if code := codes.normalize(text):
            found |= Q(room_code=code)
        return queryset.filter(found), False

    def heading(self, row: Deed) -> str:
        return capfirst(wording.done(row.verb))

    @admin.display(description=_("action"))
    def did(self, deed: Deed) -> str:
        return capfirst(wording.done(deed.verb))

    @admin.display(description=_("by"))
    def who(self, deed: Deed) -> SafeString:
        """Who did it, and as what; the site acts as itself."""
        if not deed.actor_name:
            return written(capfirst(gettext("the site")))
        name = _named(User, deed.actor_id, deed.actor_name)
        return format_html('{} <span class="quiet">{}</span>', name, wording.role(deed.role))

    @admin.display(description=_("target"))
    def to_whom(self, deed: Deed) -> SafeString:
        return _named(User, deed.target_id, deed.target_name or NOTHING)

    @admin.display(description=_("room"))
    def in_room(self, deed: Deed) -> SafeString:
        return _named(Room, deed.room_id, deed.room_code or NOTHING)

    @admin.display(description=_("why"))
    def why(self, deed: Deed) -> SafeString:
        return written(deed.reason or NOTHING)

    @admin.display(description=_("details"))
    def more(self, deed: Deed) -> SafeString:
        return written(capfirst(_details(deed)) or NOTHING)

    @admin.display(description=_("reason and details"))
    def reasons(self, deed: Deed) -> SafeString:
        """Reason and details together: a list has no room for both."""
        details = _details(deed)
        texts = (f"“{deed.reason}”", details) if deed.reason else (capfirst(details),)
        lines = ((written(text),) for text in texts if text)
        return format_html_join(" · ", '<span class="reason">{}</span>', lines)

    @admin.display(description=_("undoes"))
    def undid(self, deed: Deed) -> SafeString | str:
        return link(deed.undoes, wording.done(deed.undoes.verb) if deed.undoes else "")


def _details(deed: Deed) -> str:
    """Return the details of an entry in words; "" if it has none."""
    if deed.verb == "settings":
        return room_settings.sentence(deed.details)
    if deed.verb in _OF_TIMES:
        return ", ".join(_times(_OF_TIMES[deed.verb], deed.details))
    known = {name: value for name, value in deed.details.items() if value is not None}
    return ", ".join(_told(name, value) for name, value in known.items())


def _told(name: str, value: Any) -> str:
    """Return a detail in words: "messages 5 and 6", "for 10 minutes", "erased: no"."""
    if name in _IN_WORDS:
        return _IN_WORDS[name](value)
    if isinstance(value, bool):
        shown = gettext("yes") if value else gettext("no")
    elif isinstance(value, list):
        shown = _list(value)
    else:
        shown = str(value)
    return f"{name.replace('_', ' ')}: {shown}"


def _times(words: Mapping[str, tuple[Text, Text]], details: Mapping[str, Any]) -> list[str]:
    """Return details that are times, or None for no time, in words."""
    told = []
    for name, (planned, none) in words.items():
        if name in details:
            when = parse_datetime(details[name] or "")
            told.append(str(planned) % {"when": moment(when)} if when else str(none))
    return [text for text in told if text]


def _list(values: Sequence[object]) -> str:
    """Return "5", "5 and 6", or "5, 6 and 7"."""
    *others, last = [str(value) for value in values] or [gettext("none")]
    if not others:
        return last
    return gettext("%(others)s and %(last)s") % {"others": ", ".join(others), "last": last}


def _numbered(one: str, several: str) -> Callable[[Any], str]:
    """Return the function that puts numbers, or one of them, into words. These have %(list)s."""

    def say(value: Any) -> str:
        values = value if isinstance(value, list) else [value]
        return ngettext(one, several, len(values)) % {"list": _list(values)}

    return say


# Details whose names alone would say little.
_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "seq": _numbered("message %(list)s", "messages %(list)s"),
    "seqs": _numbered("message %(list)s", "messages %(list)s"),
    "report": _numbered("report %(list)s", "reports %(list)s"),
    "reports": _numbered("report %(list)s", "reports %(list)s"),
    "minutes": lambda minutes: gettext("for %(span)s") % {"span": span(minutes * 60)},
    "network": lambda network: (
        gettext("with the network") if network else gettext("the person only")
    ),
    "hook": lambda name: gettext("webhook %(id)s") % {"id": name},
    "host": lambda host: gettext("to %(host)s") % {"host": host},
    "was": lambda role: gettext("was %(role)s") % {"role": role},
}

# Verbs whose details are times in ISO 8601: what is said of a time, and of none.
_OF_TIMES: dict[str, dict[str, tuple[Text, Text]]] = {
    "end": {"was": (_("was planned for %(when)s"), "")},
    "plan the end": {
        "ends_at": (_("planned for %(when)s"), _("not planned any more")),
        "door_closes_at": (
            _("the door closes on %(when)s"),
            _("the door does not close at a time any more"),
        ),
    },
}


def _named(model: type[User | Room], public_id: str, name: str) -> SafeString:
    """A name of then, and the way to who or what had it."""
    if not public_id:
        return written(name)
    return format_html('<a href="{}">{}</a>', listing(model, q=public_id), written(name))
