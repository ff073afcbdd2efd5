"""The tables of people, rooms, presence and moderation, with their constraints."""

from rooms.models.moderation import Deed, Report
from rooms.models.people import SignIn, User, guest_username, user_public_id
from rooms.models.presence import Connection, Worker
from rooms.models.rooms import JoinRequest, Membership, Room, Shunned, room_public_id

__all__ = [
    "Connection",
    "Deed",
    "JoinRequest",
    "Membership",
    "Report",
    "Room",
    "Shunned",
    "SignIn",
    "User",
    "Worker",
    "guest_username",
    "room_public_id",
    "user_public_id",
]
