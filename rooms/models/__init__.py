"""The tables of people, rooms, presence, moderation and counts, with their constraints."""

from rooms.models.counts import CountedThrough, HourlyCount
from rooms.models.moderation import Deed, Report, Seconding
from rooms.models.people import SignIn, User, guest_username, user_public_id
from rooms.models.presence import Connection, Worker
from rooms.models.rooms import JoinRequest, Membership, Room, Shunned, room_public_id

__all__ = [
    "Connection",
    "CountedThrough",
    "Deed",
    "HourlyCount",
    "JoinRequest",
    "Membership",
    "Report",
    "Room",
    "Seconding",
    "Shunned",
    "SignIn",
    "User",
    "Worker",
    "guest_username",
    "room_public_id",
    "user_public_id",
]
