"""Bots: made in a room by somebody who runs it, given another key, retired.

Whose a bot is, and what that means for what it may do, is in rooms/models/bots.py and rooms/access.py.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from history import lookalikes
from history.prepared import insert
from rooms import audit, bot_keys, names
from rooms.actions import people
from rooms.actions.leaving import end
from rooms.errors import NameTaken
from rooms.models import Bot, HookIn, HookOut, Membership, Room, User
from rooms.refusals.bots import BotsNeedAccounts, NoSuchBot, TooManyBots
from rooms.turn import Turn, turn, turns

# Bots that may be in a room.
BOTS_MAX = 5
# The use of a key is noted no more often than this: not with each request.
NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A bot and its key, which nobody can find out later."""

    bot: Bot
    key: str


def make(*, room: Room, by: User, name: str) -> Made:
    """Make a bot that is a member of a room, and tell the room.

    `by` runs the room and has an account. Raises BadName, NameTaken, NotMember, Removed, RoomClosed,
    or Forbidden, also for one bot too many.
    """
    name = names.clean(name)
    people.refuse_reserved(name)
    with turn(room, by=by) as t:
        if not by.is_registered:
            raise BotsNeedAccounts
        if inside(t.room).count() >= BOTS_MAX:
            raise TooManyBots(limit=BOTS_MAX)
        user = _user(name)
        # Registered people keep their names while they are away; bots are held to that as guests are.
        if people.is_taken(room_id=t.room.pk, user=user):
            raise NameTaken
        insert(user)
        key = bot_keys.make()
        bot = Bot.objects.create(user=user, owner=by, key_digest=bot_keys.digest(key))
        own = Membership.objects.get(room=t.room, user=by)
        add(t, user, hidden_through=own.hidden_through)
        t.notice("add bot", about=user)
        t.record("add bot", target=user)
    return Made(bot, key)


def add(t: Turn, bot: User, *, hidden_through: int) -> None:
    """Make a bot a member in a turn at the room. It sees no more than its owner, and than newcomers."""
    if not t.room.history_open:
        hidden_through = t.head.seq
    Membership.objects.create(
        room=t.room,
        user=bot,
        read_through=t.head.seq,
        entered_at=t.now,
        hidden_through=hidden_through,
    )


def inside(room: Room) -> QuerySet[Bot]:
    """Return the bots that are members of a room, the oldest first."""
    here = Membership.objects.filter(Membership.INSIDE, room=room)
    return (
        Bot.objects.filter(user__in=here.values("user"), retired_at__isnull=True)
        .select_related("user", "owner")
        .order_by("pk")
    )


def listed(room: Room, *, to: User) -> QuerySet[Bot]:
    """Return the bots that are members of a room, and those of `to` that were removed from it."""
    shown = Membership.objects.filter(Membership.INSIDE | Q(user__bot__owner=to), room=room)
    return (
        Bot.objects.filter(user__in=shown.values("user"), retired_at__isnull=True)
        .select_related("user", "owner")
        .order_by("pk")
    )


def of(user: User) -> QuerySet[Bot]:
    """Return the bots of a person, the oldest first."""
    return Bot.objects.filter(owner=user, retired_at__isnull=True).select_related("user")


def find(*, owner: User, public_id: str) -> Bot:
    """Return a person's bot by its id. Raises NoSuchBot for others' as for those that are not there."""
    found = of(owner).filter(user__public_id=public_id)
    bot = found.first() if User.is_public_id(public_id) else None
    if bot is None:
        raise NoSuchBot
    return bot


def renew_key(*, bot: Bot, by: User) -> str:
    """Give a bot another key, and return it. The former one no longer works: its sockets are closed."""
    key = bot_keys.make()
    with turns(_streams(bot)) as found:
        Bot.objects.filter(pk=bot.pk, retired_at__isnull=True).update(
            key_digest=bot_keys.digest(key), key_made_at=Now(), key_used_at=None
        )
        audit.record("make bot key", actor=by, role=_role(bot, by), target=bot.user)
        for t in found.values():
            t.evict()
    return key


def retire(*, bot: Bot, by: User) -> None:
    """End a bot: it leaves all rooms, and its key no longer works. What it said stays."""
    with turns(_streams(bot)) as found:
        Bot.objects.filter(pk=bot.pk).update(key_digest=None, retired_at=Now())
        for kind in (HookIn, HookOut):
            kind._default_manager.filter(bot=bot).delete()
        here = list(
            Membership.objects.filter(
                user=bot.pk, left_at__isnull=True, room__stream__in=found
            ).select_related("room", "user")
        )
        if not here:
            audit.record("retire bot", actor=by, role=_role(bot, by), target=bot.user)
        for member in here:
            t = found[member.room.stream_id]
            t.room, t.by, t.role = member.room, by, _role(bot, by)
            end(t, member)
            t.notice("retire bot", about=bot.user)
            t.record("retire bot", target=bot.user)


def note_use(proofs: Collection[str]) -> None:
    """Note that the keys of these proofs were used just now, unless that was noted a while ago."""
    if digests := {bot_keys.digest_of(proof) for proof in proofs} - {""}:
        Bot.objects.filter(
            Q(key_used_at__isnull=True) | Q(key_used_at__lt=Now() - NOTED_EVERY),
            key_digest__in=digests,
        ).update(key_used_at=Now())


def _role(bot: Bot, by: User) -> str:
    return "self" if by.pk == bot.owner_id else "staff"


def _user(name: str) -> User:
    user = User(
        username=f"bot-{secrets.token_hex(8)}",
        display_name=name,
        name_key=names.key(name),
        name_skeleton=lookalikes.skeleton(name),
        is_guest=True,
        is_bot=True,
    )
    user.set_unusable_password()
    return user


def _streams(bot: Bot) -> set[int]:
    """Return the streams of the open rooms in which a bot is a member."""
    rooms = Room.objects.filter(memberships__user=bot.pk, closed_at__isnull=True)
    return set(rooms.values_list("stream_id", flat=True))
