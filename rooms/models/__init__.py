"""The tables of people, their passkeys and identities, bots, rooms, presence, web push, moderation and counts, with their constraints."""

from rooms.models.bots import Bot
from rooms.models.counts import CountedThrough, HourlyCount
from rooms.models.factors import Passkey
from rooms.models.handoffs import Handoff
from rooms.models.hooks import HookIn, HookOut, HookOwed
from rooms.models.identities import Identity
from rooms.models.moderation import Deed, Report, Seconding
from rooms.models.people import (
    HiddenPerson,
    SignIn,
    User,
    guest_username,
    sign_on_username,
    user_public_id,
)
from rooms.models.presence import Connection, Worker
from rooms.models.push import Push, PushedThrough, PushSubscription
from rooms.models.rooms import JoinRequest, Membership, Room, Shunned, room_public_id

__all__ = [
    "Bot",
    "Connection",
    "CountedThrough",
    "Deed",
    "Handoff",
    "HiddenPerson",
    "HookIn",
    "HookOut",
    "HookOwed",
    "HourlyCount",
    "Identity",
    "JoinRequest",
    "Membership",
    "Passkey",
    "Push",
    "PushSubscription",
    "PushedThrough",
    "Report",
    "Room",
    "Seconding",
    "Shunned",
    "SignIn",
    "User",
    "Worker",
    "guest_username",
    "room_public_id",
    "sign_on_username",
    "user_public_id",
]
