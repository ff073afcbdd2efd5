"""The owner's changes to a room's settings: checked, written and published."""

from dataclasses import replace

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from rooms import access, codes, names, passwords
from rooms.errors import CodesExhausted
from rooms.models import Deed, JoinRequest, Membership, Room, User
from rooms.refusals.orders import OnlyTheOwner
from rooms.room_settings import RoomSettings
from rooms.turn import turn

_TRIES = 200


def change(*, room: Room, by: User, wanted: RoomSettings, staff: bool = False) -> Deed | None:
    """Give a room the settings that are wanted. Return None if it has them already.

    Raises NotMember, Removed, RoomClosed, Forbidden; BadTitle, and
    BadFrame for another value out of bounds.
    """
    wanted.check()
    if wanted.title != room.title:  # a title from before there were rules for it may stay
        wanted = replace(wanted, title=names.clean_title(wanted.title))
    # Hashed before anything is locked: it takes as long as a hundred messages.
    hashed = passwords.hashed(wanted.passcode) if wanted.passcode else ""
    with turn(room, by=by, at_least=Membership.Role.OWNER, staff=staff) as t:
        room = t.room
        news = wanted.changes_of(room)
        details = dict(news)
        if "title" in news:
            _keep_name_for_those_outside(room)
        if wanted.passcode or (wanted.passcode == "" and room.passcode):
            news["passcode"], details["passcode"] = hashed, bool(hashed)
        if not news:
            return None
        Room.objects.filter(pk=room.pk).update(**news)
        t.notice("settings", what=details)
        t.evict()
        return t.record("settings", **details)


def require_owner(member: Membership) -> None:
    """Raises Forbidden to whoever is not the owner, as the verbs here do."""
    if member.role != Membership.Role.OWNER:
        raise OnlyTheOwner


def renew_code(*, room: Room, by: User, staff: bool = False) -> str:
    """Give a room another code. The old one stops working; whoever is in the room stays.

    Raises what `change` does, and CodesExhausted.
    """
    with turn(room, by=by, at_least=Membership.Role.OWNER, staff=staff) as t:
        _keep_name_for_those_outside(t.room)
        # They came by the old code; what they are answered would tell them whether a code is the new.
        JoinRequest.objects.filter(room=t.room).delete()
        code = _take_code(t.room)
        # The code itself is not in it: people who left may read the log, and come in with the code.
        t.notice("new code")
        t.evict()
        t.record(access.NEW_CODE, code=code)
    room.code = code
    return code


def _keep_name_for_those_outside(room: Room) -> None:
    """Keep a locked room's present code and title as the ones that people who are out of it see.

    An owner who left is not among them: the room is theirs until somebody follows.
    """
    outside = Membership.objects.filter(
        Q(left_at__isnull=False) | Q(banned_at__isnull=False), room=room, known_code=""
    )
    outside.exclude(role=Membership.Role.OWNER).update(known_code=room.code, known_title=room.title)


def _take_code(room: Room) -> str:
    for code in codes.candidates(length=settings.CHAT_CODE_LENGTH, count=_TRIES):
        if Room.objects.filter(code=code, closed_at__isnull=True).exists():
            continue
        try:
            with transaction.atomic():
                Room.objects.filter(pk=room.pk).update(code=code)
        except IntegrityError:
            continue  # another worker took it since it was looked up
        return code
    raise CodesExhausted
