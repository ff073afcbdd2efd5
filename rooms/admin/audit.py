"""Who of the staff did what to whom, for everyone on the staff who may look."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rooms.admin.desk import Desk, written


@admin.register(LogEntry)
class EntryAdmin(Desk):
    list_display = ("action_time", "user", "content_type", "about", "what")
    list_display_links = None
    list_filter = ("action_time",)
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    fields = ("action_time", "user", "content_type", "about", "what")
    readonly_fields = fields

    @admin.display(description=_("about"))
    def about(self, entry: LogEntry) -> SafeString:
        address = entry.get_admin_url()
        if address is None or entry.is_deletion():
            return written(entry.object_repr)
        return format_html('<a href="{}">{}</a>', address, written(entry.object_repr))

    @admin.display(description=_("what"))
    def what(self, entry: LogEntry) -> SafeString:
        return written(entry.get_change_message())
