"""All that the site knows of a person, as JSON that is written while it is read.

    {"profile": {…}, "sign_ins": [{…}], "second_factors": [{…}], "identities": [{…}],
     "push_subscriptions": [{…}], "handoffs": [{…}],
     "hooks": [{…}], "rooms": [{…}], "reactions": [{…}], "hidden_people": [{…}], "unposted_files": [{…}],
     "messages": [{…}]}

Messages are as in the history's export, newest first, with their files (history/export/own.py). The files
that were sent and are in no message yet are listed before them. Times are UTC.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from history import export, personal, wire
from history.models import File, Message, Reaction
from rooms.actions import factors
from rooms.models import (
    Bot,
    Handoff,
    HiddenPerson,
    HookIn,
    HookOut,
    Identity,
    Membership,
    PushSubscription,
    SignIn,
    User,
)

# Messages held in memory at a time.
_CHUNK = 100


async def stream(user: User, *, now: datetime) -> AsyncIterator[bytes]:
    """The file's bytes, part by part. What happens meanwhile is not in it."""
    for number, (name, about) in enumerate(_PARTS.items()):
        part = sync_to_async(_part, thread_sensitive=False)
        yield b'%b"%b": %b' % (b",\n" if number else b"{", name.encode(), await part(about, user))
    yield b',\n"messages": '
    async for chunk in export.stream(
        export.FORMATS["json"], lambda before: _messages(user, before), who=str(user), now=now
    ):
        yield chunk
    yield b"}\n"


def _part(about: Any, user: User) -> bytes:
    try:
        return orjson.dumps(about(user), option=orjson.OPT_INDENT_2)
    finally:
        close_old_connections()


def _messages(user: User, before: int | None) -> Sequence[Message]:
    try:
        return personal.own_messages(user, before=before, limit=_CHUNK).messages
    finally:
        close_old_connections()


def _profile(user: User) -> dict[str, Any]:
    return {
        "id": user.public_id,
        "name": user.display_name,
        "username": None if user.is_guest else user.username,
        "email": user.email,
        "since": wire.timestamp(user.date_joined),
        "shows_reading": user.shows_reading,
        "notifies_with_text": user.notifies_with_text,
    }


def _sign_ins(user: User) -> list[dict[str, Any]]:
    return [
        {
            "since": wire.timestamp(row.created_at),
            "seen": wire.timestamp(row.seen_at),
            "browser": row.agent,
            "address": row.address,
        }
        for row in SignIn.objects.filter(user=user).order_by("pk")
    ]


def _second_factors(user: User) -> list[dict[str, Any]]:
    """Return what somebody of the staff proves themselves with, but for what is secret of it."""
    return [
        {
            **row,
            "since": wire.timestamp(row["since"]),
            "used": wire.timestamp(row["used"]) if row["used"] else None,
        }
        for row in factors.listed(user)
    ]


def _identities(user: User) -> list[dict[str, Any]]:
    return [
        {
            "issuer": row.issuer,
            "subject": row.subject,
            "since": wire.timestamp(row.bound_at),
            "used": wire.timestamp(row.used_at) if row.used_at else None,
            "roles": row.roles,
        }
        for row in Identity.objects.filter(user=user).order_by("pk")
    ]


def _push_subscriptions(user: User) -> list[dict[str, Any]]:
    return [
        {
            "since": wire.timestamp(row.created_at),
            "seen": wire.timestamp(row.seen_at),
            "browser": row.agent,
            "endpoint": row.endpoint,
        }
        for row in PushSubscription.objects.filter(user=user).order_by("pk")
    ]


def _bots(user: User) -> list[dict[str, Any]]:
    return [
        {
            "id": row.user.public_id,
            "name": row.user.display_name,
            "made": wire.timestamp(row.made_at),
            "key_made": wire.timestamp(row.key_made_at),
            "key_used": wire.timestamp(row.key_used_at) if row.key_used_at else None,
            "retired": wire.timestamp(row.retired_at) if row.retired_at else None,
        }
        for row in Bot.objects.filter(owner=user).select_related("user").order_by("pk")
    ]


def _handoffs(user: User) -> list[dict[str, Any]]:
    return [
        {
            "made": wire.timestamp(row.created_at),
            "opened": wire.timestamp(row.asked_at) if row.asked_at else None,
            "ended": wire.timestamp(row.ended_at) if row.ended_at else None,
            "outcome": row.state,
            "browser": row.agent,
            "address": row.address,
        }
        for row in Handoff.objects.filter(user=user).order_by("pk")
    ]


def _hooks(user: User) -> list[dict[str, Any]]:
    """Return the hooks of the person's bots. Tokens and secrets are in no file."""
    ins = HookIn.objects.filter(bot__owner=user).select_related("room", "bot__user").order_by("pk")
    outs = (
        HookOut.objects.filter(bot__owner=user).select_related("room", "bot__user").order_by("pk")
    )
    found: list[dict[str, Any]] = [
        {"way": "in", "used": wire.timestamp(row.used_at) if row.used_at else None, **_hook(row)}
        for row in ins
    ]
    return found + [
        {
            "way": "out",
            "url": row.url,
            "events": row.events.split(),
            "replies": row.replies,
            "through": row.through,
            "stopped": row.stop or None,
            **_hook(row),
        }
        for row in outs
    ]


def _hook(row: HookIn | HookOut) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "room": row.room.public_id,
        "bot": row.bot.user.public_id,
        "made": wire.timestamp(row.made_at),
    }


def _rooms(user: User) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(user=user).select_related("room").order_by("pk")
    return [
        {
            "id": row.room.public_id,
            "code": row.seen_code,
            "title": row.seen_title,
            "role": row.role,
            "entered": wire.timestamp(row.entered_at),
            "left": wire.timestamp(row.left_at) if row.left_at else None,
            "banned": wire.timestamp(row.banned_at) if row.banned_at else None,
            "read_through": row.read_through,
            "bell": row.bell or None,
        }
        for row in rows
    ]


def _reactions(user: User) -> list[dict[str, Any]]:
    rows = Reaction.objects.filter(user=user).order_by("pk")
    places = rows.values_list("message__stream__room__public_id", "message__seq", "emoji", "at")
    return [
        {"room": room, "seq": seq, "emoji": emoji, "at": wire.timestamp(at)}
        for room, seq, emoji, at in places
    ]


def _hidden_people(user: User) -> list[dict[str, Any]]:
    rows = HiddenPerson.objects.filter(user=user).select_related("person").order_by("pk")
    return [
        {
            "id": row.person.public_id,
            "name": row.person.display_name,
            "since": wire.timestamp(row.since),
        }
        for row in rows
    ]


def _unposted_files(user: User) -> list[dict[str, Any]]:
    rows = File.objects.filter(author=user, seq=None, gone_at=None).order_by("pk")
    return [
        {"room": room, "name": name, "size": size, "at": wire.timestamp(at)}
        for room, name, size, at in rows.values_list(
            "stream__room__public_id", "name", "size", "begun_at"
        )
    ]


_PARTS = {
    "profile": _profile,
    "sign_ins": _sign_ins,
    "second_factors": _second_factors,
    "identities": _identities,
    "push_subscriptions": _push_subscriptions,
    "handoffs": _handoffs,
    "bots": _bots,
    "hooks": _hooks,
    "rooms": _rooms,
    "reactions": _reactions,
    "hidden_people": _hidden_people,
    "unposted_files": _unposted_files,
}
