"""What the owner orders of a room. Check, write, publish."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from rooms import access, codes, names, passwords
from rooms.actions import charge
from rooms.actions.rooms import MAX_GRACE
from rooms.errors import BadFrame, CodesExhausted, Forbidden
from rooms.models import Deed, JoinRequest, Membership, Room, User

PASSCODE_MAX = 64
CAPACITY_MAX = 100_000
SLOW_MODE_MAX = 6 * 3600
RETENTION_MAX = 36_500
_TRIES = 200


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a room shall be. `passcode`: None leaves it as it is, "" takes it away."""

    title: str
    locked: bool
    by_request: bool
    capacity: int | None
    slow_mode: int
    grace: int
    history_open: bool
    retention_days: int | None = None
    passcode: str | None = None

    @classmethod
    def columns(cls) -> list[str]:
        """All but the passcode, which nobody can read again."""
        return [field.name for field in fields(cls) if field.name != "passcode"]

    @classmethod
    def of(cls, room: Room) -> "Wishes":
        """How it is."""
        return cls(**{name: getattr(room, name) for name in cls.columns()})


def change(*, room: Room, by: User, wishes: Wishes, staff: bool = False) -> Deed | None:
    """Bring a room's settings to what is wished; None if they are so already.

    Raises NotMember, Removed, RoomClosed, Forbidden; BadTitle, and
    BadFrame for another value out of bounds.
    """
    _check(wishes)
    if wishes.title != room.title:
        wishes = replace(wishes, title=names.clean_title(wishes.title))
    # Hashed before anything is locked: it takes as long as a hundred messages.
    hashed = passwords.hashed(wishes.passcode) if wishes.passcode else ""
    with transaction.atomic():
        order = charge.take(room=room, by=by, as_owner=True, staff=staff)
        room = order.room
        news: dict[str, Any] = {
            name: getattr(wishes, name)
            for name in Wishes.columns()
            if getattr(wishes, name) != getattr(room, name)
        }
        details = dict(news)
        if "title" in news:
            _keep_name_for_those_outside(room)
        if wishes.passcode or (wishes.passcode == "" and room.passcode):
            news["passcode"], details["passcode"] = hashed, bool(hashed)
        if not news:
            return None
        Room.objects.filter(pk=room.pk).update(**news)
        order.announce("settings", what=_sentence(details))
        order.change_rules()
        return order.record("settings", **details)


def require_owner(member: Membership) -> None:
    """Raises Forbidden to whoever is not the owner, as the verbs here do."""
    if member.role != Membership.Role.OWNER:
        raise Forbidden("Only the room's owner can do that.")


def renew_code(*, room: Room, by: User, staff: bool = False) -> str:
    """Give a room another code. The old one is dead; whoever is in the room stays.

    Raises what `change` does, and CodesExhausted.
    """
    with transaction.atomic():
        order = charge.take(room=room, by=by, as_owner=True, staff=staff)
        _keep_name_for_those_outside(order.room)
        # They came by the old code; what they are answered would tell them whether a code is the new.
        JoinRequest.objects.filter(room=order.room).delete()
        code = _take_code(order.room)
        # The code itself is not in it: people who left may read the log, and come in with the code.
        order.announce("new code")
        order.change_rules()
        order.record(access.NEW_CODE, code=code)
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


def _check(wishes: Wishes) -> None:
    if len(wishes.title) > (Room._meta.get_field("title").max_length or 0):
        raise BadFrame("That title is too long.")
    if "\0" in wishes.title or "\0" in (wishes.passcode or ""):
        raise BadFrame("Text cannot contain the character U+0000.")
    if wishes.passcode and len(wishes.passcode) > PASSCODE_MAX:
        raise BadFrame(f"A passcode has at most {PASSCODE_MAX} characters.")
    if wishes.capacity is not None and not 1 <= wishes.capacity <= CAPACITY_MAX:
        raise BadFrame("A room holds at least one person.")
    if wishes.retention_days is not None and not 1 <= wishes.retention_days <= RETENTION_MAX:
        raise BadFrame("Messages are kept for a day at least.")
    if not 0 <= wishes.slow_mode <= SLOW_MODE_MAX or not 0 <= wishes.grace <= MAX_GRACE:
        raise BadFrame("That is too long a time.")


def _sentence(news: dict[str, Any]) -> str:
    """What was changed, as the room is told it."""
    says = [_SAYINGS[name](value) for name, value in news.items()]
    return says[0] if len(says) == 1 else ", ".join(says[:-1]) + " and " + says[-1]


def span(seconds: int) -> str:
    """A time as people say it: "10 minutes", "1 day"."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "0 seconds"


_SAYINGS: dict[str, Callable[[Any], str]] = {
    "title": lambda to: f"named the room “{to}”" if to else "took the room's title away",
    "locked": lambda to: "locked the room" if to else "unlocked the room",
    "by_request": lambda to: (
        "made newcomers ask to be let in" if to else "lets newcomers in without asking"
    ),
    "capacity": lambda to: (
        f"limited the room to {to} people" if to else "lifted the limit of people"
    ),
    "slow_mode": lambda to: (
        f"turned on slow mode (one message every {span(to)})" if to else "turned slow mode off"
    ),
    "grace": lambda to: f"made the empty room stay open for {span(to)}",
    "history_open": lambda to: (
        "lets newcomers see what was said before"
        if to
        else "hid what was said before from newcomers"
    ),
    "retention_days": lambda to: (
        f"has messages erased after {span(to * 86400)}" if to else "no longer has messages erased"
    ),
    "passcode": lambda to: "set a passcode" if to else "took the passcode away",
}
