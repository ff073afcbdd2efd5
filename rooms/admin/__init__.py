"""The site's admin: a desk for each thing that staff looks up and acts on."""

from django.contrib import admin

from rooms.admin.audit import EntryAdmin
from rooms.admin.messages import MessageAdmin
from rooms.admin.people import MembershipAdmin, PersonAdmin
from rooms.admin.rooms import RoomAdmin

__all__ = ["EntryAdmin", "MembershipAdmin", "MessageAdmin", "PersonAdmin", "RoomAdmin"]

admin.site.site_header = "Roomcode"
admin.site.site_title = "Roomcode"
admin.site.index_title = "Moderation"
