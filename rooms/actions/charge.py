"""Giving orders in a room: who may, under its lock, and how everybody learns of it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from history.log import notices, write
from history.log.entry import Head
from rooms import access, audit, publish
from rooms.errors import RoomClosed
from rooms.models import Deed, Membership, Room, User
from rooms.refusals import NotInThisRoom, NotYoursToJudge

REASON_MAX = 200
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Charge:
    """An order under way: its room is locked, and whoever gives it may.

    `role` is what the one who gives it is: owner, moderator, staff, or system for the site itself.
    """

    room: Room
    head: Head
    by: User | None
    role: str
    reason: str

    def announce(self, verb: str, *, about: User | None = None, what: str = "") -> None:
        """Put a notice into the log, with the reason (history/log/notices.py has the verbs).

        In the room staff acts as the site, not as a person.
        """
        by = None if self.role == STAFF else self.by
        self.tell(by, notices.facts(verb, by=by, about=about, what=what, reason=self.reason))

    def tell(self, author: User | None, facts: notices.Facts) -> None:
        """Put a notice of these facts into the log."""
        change = write.append(self.head, [notices.entry(author, facts)])
        publish.changed(code=self.room.code, change=change)

    def change_rules(self) -> None:
        """Have every worker look again at who may do what here."""
        write.raise_epoch(self.room.stream_id)
        publish.rules_changed(code=self.room.code, stream_id=self.room.stream_id)

    def record(self, verb: str, *, target: User | None = None, **details: Any) -> Deed:
        return audit.record(
            verb,
            actor=self.by,
            role=self.role,
            room=self.room,
            target=target,
            reason=self.reason,
            **details,
        )


def take(
    *, room: Room, by: User | None, reason: str = "", as_owner: bool = False, staff: bool = False
) -> Charge:
    """Lock a room for an order. Must run in a transaction.

    `staff`: `by` acts for the site, whatever they are in the room. Without `by` the site itself
    does. Raises RoomClosed, NotMember, Removed or Forbidden.
    """
    assert transaction.get_connection().in_atomic_block
    head = write.lock(room.stream_id)
    room = Room.objects.select_related("owner").get(pk=room.pk)
    if not room.is_open:
        raise RoomClosed
    reason = clean_reason(reason)
    if by is None or staff:
        return Charge(room, head, by, STAFF if by else "system", reason)
    role = access.in_charge(user=by, room=room, as_owner=as_owner).role
    return Charge(room, head, by, role, reason)


def target(charge: Charge, user: User) -> Membership:
    """The membership of the person an order is about.

    Raises NotMember, or Forbidden for who is not below the one who gives it.
    """
    found = Membership.objects.filter(room=charge.room, user=user).select_related("user")
    member = found.first()
    if member is None:
        raise NotInThisRoom
    if charge.role in {Membership.Role.OWNER, Membership.Role.MODERATOR}:
        own = Membership(room=charge.room, role=charge.role)
        if member.user_id == (charge.by and charge.by.pk) or not access.outranks(own, member):
            raise NotYoursToJudge(name=member.user)
    return member


def clean_reason(text: str) -> str:
    """One line of it, without what cannot be kept or shown."""
    line = " ".join(text.split())
    return "".join(mark for mark in line if mark.isprintable())[:REASON_MAX]
