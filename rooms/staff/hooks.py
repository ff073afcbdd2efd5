"""Staff's lists of hooks: which there are, whose, and whether they work. No address and no secret is shown."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from yarl import URL

from rooms.actions import hooks
from rooms.models import HookIn, HookOut
from rooms.staff import search
from rooms.staff.base import Order, StaffAdmin, Verb, dated, link
from rooms.staff.filters import RoomFilter


def _remove(order: Order, hook: Any) -> bool:
    hooks.remove(hook=hook, by=order.by, staff=True, reason=order.reason)
    return True


def _verb(permission: str) -> Verb:
    return Verb(
        name="remove",
        done="remove hook",
        label=_("Remove the webhook"),
        about=_("Nothing is posted or sent by it any more. The room is told. Its bot stays."),
        permission=permission,
        applies=lambda request, hook: hook.room.is_open,
        perform=_remove,
        whom=None,
        is_grave=True,
    )


class HookAdmin(StaffAdmin):
    list_display_links = None
    list_select_related = ("room", "bot__user", "bot__owner")
    list_filter = (RoomFilter,)
    search_fields = ("public_id", "room__code", "bot__user__display_name")
    search_help_text = _(
        "Id of the hook, code of the room, name or id of its bot or the bot’s owner"
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        people = ["bot__user", "bot__owner"]
        return search.in_rooms(queryset, search_term, people=people, own="public_id"), False

    created = dated("made_at", _("created"))

    @admin.display(description=_("room"))
    def in_room(self, row: Any) -> SafeString | str:
        return link(row.room)

    @admin.display(description=_("bot"))
    def by_bot(self, row: Any) -> SafeString | str:
        return link(row.bot.user)

    @admin.display(description=_("owner"))
    def owned_by(self, row: Any) -> SafeString | str:
        return link(row.bot.owner)


@admin.register(HookIn)
class HookInAdmin(HookAdmin):
    verbs = (_verb("rooms.change_room"),)
    list_display = ("public_id", "in_room", "by_bot", "owned_by", "created", "used_at")
    sorted_by = "created"
    fields = list_display[1:]
    readonly_fields = fields


@admin.register(HookOut)
class HookOutAdmin(HookAdmin):
    verbs = (_verb("rooms.change_room"),)
    list_display = (
        *("public_id", "in_room", "by_bot", "owned_by", "host", "stop", "problem"),
        *("failing_since", "sent_at"),
    )
    fields = (*list_display[1:], "events", "created")
    readonly_fields = fields

    @admin.display(description=_("sends to"))
    def host(self, row: HookOut) -> str:
        return URL(row.url).host or ""
