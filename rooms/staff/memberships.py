"""Staff's lists of memberships and of fingerprints of banned guests."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rooms.actions import verbs
from rooms.models import JoinRequest, Membership, Shunned
from rooms.staff import search
from rooms.staff.base import Order, StaffAdmin, Verb, Way, dated, link, way
from rooms.staff.filters import RoomFilter, UserFilter

_STANDINGS = {
    "here": _("There now"),
    "away": _("Away"),
    "left": _("Left"),
    "banned": _("Banned from the room"),
}


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, _STANDINGS[name]) for name in ("here", "left", "banned")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Membership]
    ) -> QuerySet[Membership]:
        match self.value():
            case "here":
                return queryset.filter(present=True)
            case "left":
                return queryset.filter(left_at__isnull=False)
            case "banned":
                return queryset.filter(banned_at__isnull=False)
        return queryset


def _of_room(row: verbs.Verb, staff: verbs.Staff) -> Verb:
    """Return a verb of those who run a room, for the staff to act in their place."""

    def applies(request: HttpRequest, member: Membership) -> bool:
        return member.room.is_open and row.is_offered(verbs.Standing.of(member))

    def perform(order: Order, member: Membership) -> bool:
        assert row.perform is not None
        row.perform(
            room=member.room, by=order.by, user=member.user, reason=order.reason, staff=True
        )
        return True

    return Verb(
        name=row.name,
        done=row.name,
        label=staff.label,
        about=staff.about,
        permission=staff.permission,
        applies=applies,
        perform=perform,
        whom=None,
        needs_reason=staff.needs_reason,
    )


class InRoom(StaffAdmin):
    """Rows that join a person and a room."""

    list_display_links = None
    search_fields = ("user__display_name", "user__public_id", "room__code")
    search_help_text = _("Name or id of the person, code of the room")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return search.in_rooms(queryset, search_term, people=["user"]), False

    def links(self, row: Any) -> Iterable[Way]:
        yield way(row.user)
        yield way(row.room, gettext("Room %(code)s") % {"code": row.room})

    @admin.display(description=_("person"))
    def person(self, row: Any) -> SafeString | str:
        return link(row.user)

    @admin.display(description=_("room"))
    def in_room(self, row: Any) -> SafeString | str:
        return link(row.room)


@admin.register(Membership)
class MembershipAdmin(InRoom):
    verbs = tuple(_of_room(verb, verb.staff) for verb in verbs.VERBS.values() if verb.staff)
    list_select_related = ("room", "user")
    list_display = ("person", "in_room", "role", "standing", "joined")
    list_filter = (StandingFilter, "role", RoomFilter, UserFilter)
    fields = ("role", "here", "joined", "left", "banned", "muted_until")
    readonly_fields = fields

    joined = dated("entered_at", _("joined"))
    left = dated("left_at", _("left"))
    banned = dated("banned_at", _("banned"))

    @admin.display(description=_("here now"))
    def here(self, row: Membership) -> Any:
        return _("yes") if row.present else _("no")

    @admin.display(description=_("standing"))
    def standing(self, row: Membership) -> Any:
        if row.banned_at:
            return _STANDINGS["banned"]
        if row.present:
            return _STANDINGS["here"]
        return _STANDINGS["left" if row.left_at else "away"]


@admin.register(JoinRequest)
class JoinRequestAdmin(InRoom):
    list_display = ("person", "in_room", "state", "asked_at", "decided_at", "judged_by")
    list_filter = ("state", RoomFilter, UserFilter)
    list_select_related = ("room", "user", "decided_by")
    fields = ("state", "asked_at", "decided_at", "judged_by")
    readonly_fields = fields

    @admin.display(description=_("decided by"))
    def judged_by(self, row: JoinRequest) -> SafeString | str:
        return link(row.decided_by)


@admin.register(Shunned)
class ShunnedAdmin(InRoom):
    """The fingerprints that keep banned guests from coming back as others. They reveal nothing by themselves."""

    list_select_related = ("room", "user")
    list_display = ("person", "in_room", "until")
    list_filter = (RoomFilter, UserFilter)
    fields = ("until",)
    readonly_fields = fields
