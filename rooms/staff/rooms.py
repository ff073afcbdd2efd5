"""Rooms: found by code, title or owner, closed when they must be."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from history.models import Message
from rooms import codes
from rooms.actions import rooms
from rooms.models import Membership, Report, Room
from rooms.spans import span
from rooms.staff.base import (
    Order,
    StaffAdmin,
    Verb,
    Way,
    count,
    deeds,
    link,
    listing,
    moment,
    written,
)
from rooms.staff.table import NOTHING


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("Open")),
            ("occupied", _("Open, somebody there")),
            ("empty", _("Open, nobody there")),
            ("closed", _("Closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        match self.value():
            case "open":
                return queryset.filter(closed_at__isnull=True)
            case "occupied":
                return queryset.filter(closed_at__isnull=True, closes_at__isnull=True)
            case "empty":
                return queryset.filter(closed_at__isnull=True, closes_at__isnull=False)
            case "closed":
                return queryset.filter(closed_at__isnull=False)
        return queryset


def _close(order: Order, room: Room) -> bool:
    return rooms.close(room=room, reason=order.told)


CLOSE = Verb(
    name="close",
    done="close room",
    label=_("Close the room"),
    about=_(
        "Everyone who is there is told that a moderator closed the room, and shown out. Its code "
        "is free again; its messages stay with those who were there. A room cannot be reopened."
    ),
    permission="rooms.change_room",
    is_grave=True,
    applies=lambda request, room: room.is_open,
    perform=_close,
    whom=lambda room: {"room": room},
    tells=_("Tell those who are there the reason"),
)


@admin.register(Room)
class RoomAdmin(StaffAdmin):
    verbs = (CLOSE,)
    list_display = ("code", "shown_title", "state", "owned_by", "people", "said", "created_at")
    list_filter = (StateFilter, "created_at")
    sorted_by = "created_at"
    search_fields = ("code", "title", "owner__display_name")
    search_help_text = _("Code, topic, id or owner’s name")
    list_select_related = ("owner",)
    about = ("state", "owned_by", "people")
    times = (
        "created_at",
        "open_for",
        "shuts_when_empty",
        "nobody_new_after",
        "ends_at",
        "closed_at",
    )
    fieldsets = (
        (None, {"fields": about}),
        (_("Times"), {"fields": times}),
        (_("Id, for logs and tools"), {"fields": ("public_id",), "classes": ("collapse",)}),
    )
    readonly_fields = (*about, *times, "public_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        here = Membership.objects.filter(room=OuterRef("pk"), present=True)
        said = Message.objects.filter(stream=OuterRef("stream"), kind=Message.Kind.CHAT)
        rows: QuerySet[Room] = super().get_queryset(request)
        return rows.select_related("owner").annotate(
            people=count(here, "room"), said=count(said, "stream")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Room], search_term: str
    ) -> tuple[QuerySet[Room], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        found = Q(title__folded=text) | Q(owner__name_key__called=text)
        found |= Q(public_id=text)
        if code := codes.normalize(text):
            found |= Q(code__startswith=code)
        return queryset.filter(found), False

    def links(self, row: Any) -> Iterable[Way]:
        yield Way(_("Messages"), listing(Message, room=row.pk), row.said)
        yield Way(_("Members"), listing(Membership, room=row.pk), row.memberships.count())
        yield Way(_("Reports"), listing(Report, room=row.pk), row.reports.count())
        yield Way(_("Audit log"), deeds(row) or "")

    def describe(self, row: Any) -> str:
        return gettext("%(room)s %(title)s, opened by %(owner)s, people there now: %(people)d") % {
            "room": row,
            "title": row.title,
            "owner": row.owner,
            "people": row.people,
        }

    def heading(self, row: Room) -> SafeString:
        return format_html('<span class="code">{}</span> {}', row, row.title)

    @admin.display(description=_("state"))
    def state(self, room: Room) -> Any:
        return _("open") if room.is_open else _("closed")

    @admin.display(description=_("topic"))
    def shown_title(self, room: Room) -> SafeString:
        return written(room.title or NOTHING)

    @admin.display(description=_("owner"))
    def owned_by(self, room: Room) -> SafeString | str:
        return link(room.owner)

    @admin.display(description=_("closes if nobody comes before"))
    def shuts_when_empty(self, room: Room) -> str:
        return moment(room.closes_at)

    @admin.display(description=_("no new people after"))
    def nobody_new_after(self, room: Room) -> str:
        return moment(room.door_closes_at)

    @admin.display(description=_("stays open when empty for"))
    def open_for(self, room: Room) -> str:
        return span(room.grace)

    @admin.display(description=_("people now"))
    def people(self, room: Any) -> int:
        return int(room.people)

    @admin.display(description=_("messages"))
    def said(self, room: Any) -> int:
        return int(room.said)
