"""Where accounts are signed in, for those who may see it."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rooms import agents
from rooms.models import SignIn, User
from rooms.staff.base import StaffAdmin, Way, dated, link, way, written
from rooms.staff.filters import UserFilter
from rooms.staff.table import NOTHING


@admin.register(SignIn)
class SignInAdmin(StaffAdmin):
    list_display = ("person", "address", "browser", "first_seen", "last_seen")
    list_display_links = None
    sorted_by = "first_seen"
    list_filter = (UserFilter,)
    list_select_related = ("user",)
    search_fields = ("user__username", "address")
    search_help_text = _("Name, user name or id of the person, or the whole address")
    fields = ("address", "user_agent", "first_seen", "last_seen")
    readonly_fields = fields

    def heading(self, row: SignIn) -> str:
        return f"{row.user}: {agents.plain(row.agent)}"

    def links(self, row: SignIn) -> Iterable[Way]:
        yield way(row.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SignIn], search_term: str
    ) -> tuple[QuerySet[SignIn], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        people = User.objects.filter(
            Q(name_key__called=text) | Q(username__folded=text) | Q(public_id=text)
        )
        return queryset.filter(Q(user__in=people) | Q(address=text)), False

    first_seen = dated("created_at", _("first seen"))
    last_seen = dated("seen_at", _("last seen"))

    @admin.display(description=_("person"))
    def person(self, row: SignIn) -> SafeString | str:
        return link(row.user)

    @admin.display(description=_("browser"))
    def browser(self, row: SignIn) -> str:
        return agents.plain(row.agent)

    @admin.display(description=_("as the browser calls itself"))
    def user_agent(self, row: SignIn) -> SafeString | str:
        return written(row.agent) if row.agent else NOTHING
