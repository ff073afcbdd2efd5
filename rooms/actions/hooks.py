"""Hooks of a room: made by those who run it, used by programs, paused, removed.

A hook posts as a bot, and is told no more than that bot may read: so whoever answers for the bot answers for
the hook. What is sent, and when, is in rooms/hooks.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from rooms import access, commands
from rooms.actions import bots
from rooms.actions.saying import say
from rooms.errors import ChatError, Empty
from rooms.hooks import incoming, keys
from rooms.hooks.cursors import Delivery
from rooms.hooks.outgoing import Events
from rooms.models import Bot, HookIn, HookOut, HookOwed, Membership, Room, User
from rooms.outbound import addresses
from rooms.outbound.addresses import BadAddress
from rooms.refusals.hooks import (
    BadHookAddress,
    HooksNeedAccounts,
    HooksOutAreOff,
    HookTellsNothing,
    NoSuchHook,
    NotThisHook,
    NotYourHook,
    TooManyHooks,
)
from rooms.turn import Turn, turn, turns

# Hooks of a room.
IN_MAX, OUT_MAX = 5, 3
# The use of a hook is noted no more often than this: not with each post.
NOTED_EVERY = timedelta(minutes=1)
# For how long a receiver may know the former secret only.
FORMER_LASTS = timedelta(days=1)

Hook = HookIn | HookOut
_WITH = ("bot__user", "bot__owner", "room")


@dataclass(frozen=True, slots=True)
class Voice:
    """The bot that a hook posts as: one of the person's own in the room, by its id, or a new one by a name."""

    bot: str = ""
    name: str = ""


@transaction.atomic
def make_in(*, room: Room, by: User, voice: Voice) -> tuple[HookIn, str]:
    """Make an address at which programs post. Return it with its token, which nobody can find out later.

    Raises what making a bot does, and NoSuchBot, TooManyHooks or HooksNeedAccounts.
    """
    bot = _bot(room, by, voice)
    with turn(room, by=by) as t:
        _require_room(t, HookIn.objects.filter(room=t.room).count(), IN_MAX)
        token = keys.new_token()
        hook = HookIn.objects.create(room=t.room, bot=bot, token_digest=keys.digest(token))
        t.notice("add hook in", about=bot.user)
        t.record("add hook in", target=bot.user, hook=hook.public_id)
    return hook, token


@transaction.atomic
def make_out(
    *, room: Room, by: User, voice: Voice, url: str, events: Collection[str], replies: bool
) -> HookOut:
    """Have an address told what happens in a room from now on. The room is told which host that is.

    Raises what `make_in` does, and BadHookAddress, HookTellsNothing or HooksOutAreOff.
    """
    if not settings.CHAT_OUTBOUND:
        raise HooksOutAreOff
    host = _host(url)
    wanted = [event for event in Events if event in events]
    if not wanted:
        raise HookTellsNothing
    bot = _bot(room, by, voice)
    with turn(room, by=by) as t:
        _require_room(t, HookOut.objects.filter(room=t.room).count(), OUT_MAX)
        hook = HookOut.objects.create(
            room=t.room,
            bot=bot,
            url=url,
            secret=keys.new_secret(),
            events=" ".join(wanted),
            replies=replies,
            # Nothing of before: the first change beyond is the notice of this.
            through=t.head.seq,
        )
        t.notice("add hook out", about=bot.user, what=host)
        t.record("add hook out", target=bot.user, hook=hook.public_id, host=host)
    return hook


def of_room(room: Room) -> tuple[list[HookIn], list[HookOut]]:
    """Return a room's incoming and outgoing hooks, the oldest first."""
    ins = HookIn.objects.filter(room=room).select_related(*_WITH).order_by("pk")
    outs = HookOut.objects.filter(room=room).select_related(*_WITH).order_by("pk")
    return list(ins), list(outs)


def count(room: Room) -> tuple[int, int]:
    """Return how many incoming and outgoing hooks a room has."""
    ins, outs = (kind._default_manager.filter(room=room) for kind in (HookIn, HookOut))
    return ins.count(), outs.count()


def of_owner(user: User) -> tuple[list[HookIn], list[HookOut]]:
    """Return the incoming and outgoing hooks of a person's bots, in all rooms, the oldest first."""
    ins = HookIn.objects.filter(bot__owner=user).order_by("pk")
    outs = HookOut.objects.filter(bot__owner=user).order_by("pk")
    return list(ins), list(outs)


def find_own(*, owner: User, public_id: str) -> Hook:
    """Return a hook of a person's bot by its id. Raises NoSuchHook."""
    return _found(public_id, bot__owner=owner)


def find(*, room: Room, public_id: str) -> Hook:
    """Return a hook of a room by its id. Raises NoSuchHook."""
    return _found(public_id, room=room)


def _found(public_id: str, **whose: Any) -> Hook:
    if "\0" not in public_id:  # with which PostgreSQL compares nothing
        for kind in (HookIn, HookOut):
            rows: Any = kind._default_manager.filter(public_id=public_id, **whose)
            if found := rows.select_related(*_WITH).first():
                return found  # type: ignore[no-any-return]
    raise NoSuchHook


def remove(*, hook: Hook, by: User, staff: bool = False, reason: str = "") -> None:
    """End a hook: its address or its secret is of no use any more. Its bot stays.

    Raises NotThisHook to a moderator about a hook of somebody who is no member below them.
    """
    with turn(hook.room, by=by, staff=staff, reason=reason) as t:
        _require_right(t, hook)
        hook.delete()
        t.notice("remove hook", about=hook.bot.user)
        t.record("remove hook", target=hook.bot.user, hook=hook.public_id)


def revoke(*, hook: Hook, by: User) -> None:
    """End a hook of one's own bot, whatever one is in its room by now. Raises NotYourHook."""
    if hook.bot.owner_id != by.pk:
        raise NotYourHook
    with turns([hook.room.stream_id]) as found:
        t = found[hook.room.stream_id]
        t.by, t.role = by, "self"
        hook.delete()
        if t.room.is_open:
            t.notice("remove hook", about=hook.bot.user)
        t.record("remove hook", target=hook.bot.user, hook=hook.public_id)


def pause(*, hook: HookOut, by: User) -> None:
    """Send nothing until `resume`. What happens meanwhile is not lost."""
    with _changing(hook, by, "pause hook"):
        HookOut.objects.filter(pk=hook.pk, stop="").update(
            stop=HookOut.Stop.PAUSED, stopped_at=Now(), lease=""
        )


def resume(*, hook: HookOut, by: User) -> None:
    """Go on from the cursor: all that the receiver has not accepted is sent, in its order."""
    with _changing(hook, by, "resume hook"):
        _go_on(hook)


def skip(*, hook: HookOut, by: User) -> None:
    """Go on with what happens from now on. What the receiver has not accepted is never sent."""
    with _changing(hook, by, "skip hook") as t:
        HookOwed.objects.filter(hook=hook).delete()
        _go_on(hook, through=t.head.seq)


def renew_secret(*, hook: HookOut, by: User) -> str:
    """Give a hook another secret, and return it. For FORMER_LASTS requests are signed with the former too.

    Raises NotYourHook to anyone but the owner of its bot: who knows the secret can speak for the room.
    """
    if hook.bot.owner_id != by.pk:
        raise NotYourHook
    secret = keys.new_secret()
    with _changing(hook, by, "make hook secret"):
        HookOut.objects.filter(pk=hook.pk).update(
            secret=secret, former_secret=F("secret"), former_until=Now() + FORMER_LASTS
        )
    return secret


def renew_address(*, hook: HookIn, by: User) -> str:
    """Give a hook another address, and return its token. The former one is of no use from now on.

    Not even for a while, as a former secret is: who has an address that leaked posts with it. Raises
    NotYourHook to anyone but the owner of its bot, as whom the room hears what is posted.
    """
    if hook.bot.owner_id != by.pk:
        raise NotYourHook
    token = keys.new_token()
    with _changing(hook, by, "make hook address"):
        # Whether the program knows the new one is seen by its use.
        HookIn.objects.filter(pk=hook.pk).update(token_digest=keys.digest(token), used_at=None)
    return token


# Used by programs ---------------------------------------------------------------------------------


def find_by_token(token: str) -> HookIn:
    """Return the incoming hook with a token. Raises NoSuchHook."""
    rows = HookIn.objects.filter(token_digest=keys.digest(token))
    found = rows.select_related("bot__user", "room").first()
    if found is None:
        raise NoSuchHook
    return found


def read(content_type: str, data: bytes) -> str:
    """Return what a program posts, as a message. Raises BadHookBody or Empty."""
    body = incoming.read(content_type, data, limit=settings.CHAT_BODY_MAX)
    if commands.is_empty(body):
        raise Empty
    return body


def note_use(hook: HookIn) -> None:
    """Note that a hook was used just now, unless that was noted a while ago."""
    HookIn.objects.filter(
        Q(used_at__isnull=True) | Q(used_at__lt=Now() - NOTED_EVERY), pk=hook.pk
    ).update(used_at=Now())


def answer(*, delivery: Delivery, text: str) -> bool:
    """Say what a receiver answered, as its hook's bot, in answer to the message it was told of.

    Once, however often the message was sent. Return False for a text that nobody may say there just now.
    """
    if commands.is_empty(text):
        return False
    hook = delivery.hook
    try:
        say(
            room=hook.room,
            by=hook.bot.user,
            body=text,
            client_id=f"{hook.public_id}-{delivery.changed}",
            reply_to=delivery.seq,
        )
    except ChatError as refusal:
        if refusal.status >= 500:  # it may be said a moment later
            raise
        return False
    return True


def _bot(room: Room, by: User, voice: Voice) -> Bot:
    if not by.is_registered:
        raise HooksNeedAccounts
    if not voice.bot:
        return bots.make(room=room, by=by, name=voice.name).bot
    bot = bots.find(owner=by, public_id=voice.bot)
    if not bots.inside(room).filter(pk=bot.pk).exists():
        raise NoSuchHook
    return bot


def _host(url: str) -> str:
    # Without TLS only into networks that the operator trusts: what is said is nobody else's to read.
    schemes = ("https", "http") if settings.CHAT_OUTBOUND_ALLOW else ("https",)
    try:
        found = addresses.parse(url, schemes=schemes, ports=addresses.ports())
        addresses.require_reachable(found)
    except BadAddress as error:
        raise BadHookAddress(problem=str(error)) from None
    return found.host or ""


def _require_room(t: Turn, there: int, most: int) -> None:
    if there >= most:
        raise TooManyHooks(limit=most)


def _require_right(t: Turn, hook: Hook) -> None:
    if t.by is None or t.role != Membership.Role.MODERATOR or hook.bot.owner_id == t.by.pk:
        return
    own = Membership(room=t.room, role=t.role)
    owner = Membership.objects.filter(room=t.room, user=hook.bot.owner_id).first()
    if not access.outranks(own, owner):
        raise NotThisHook


@contextmanager
def _changing(hook: Hook, by: User, verb: str) -> Iterator[Turn]:
    with turn(hook.room, by=by) as t:
        _require_right(t, hook)
        yield t
        t.record(verb, target=hook.bot.user, hook=hook.public_id)


def _go_on(hook: HookOut, **changed: Any) -> None:
    HookOut.objects.filter(pk=hook.pk).update(
        stop="", stopped_at=None, lease="", due_at=Now(), failures=0, failing_since=None, problem="",
        **changed,
    )  # fmt: skip
