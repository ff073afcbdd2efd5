"""The site's admin: a desk for each thing that staff looks up and acts on."""

from rooms.admin.audit import DeedAdmin
from rooms.admin.memberships import JoinRequestAdmin, MembershipAdmin, ShunnedAdmin
from rooms.admin.messages import MessageAdmin
from rooms.admin.people import PersonAdmin
from rooms.admin.recorded import RoleAdmin
from rooms.admin.reports import ReportAdmin
from rooms.admin.rooms import RoomAdmin
from rooms.admin.signins import SignInAdmin

__all__ = [
    "DeedAdmin",
    "JoinRequestAdmin",
    "MembershipAdmin",
    "MessageAdmin",
    "PersonAdmin",
    "ReportAdmin",
    "RoleAdmin",
    "RoomAdmin",
    "ShunnedAdmin",
    "SignInAdmin",
]
