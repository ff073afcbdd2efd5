"""What a hook's receiver is told of a change: whether at all, and the body of the request."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, Protocol

import orjson

from history.models import Message
from history.wire import WireMessage

Kind = Message.Kind


class Events(StrEnum):
    """What a hook can be told of."""

    POSTED = "posted"  # messages
    CHANGED = "changed"  # edits, deletions, reactions, pins
    PEOPLE = "people"  # who comes and who goes
    NOTICES = "notices"


class Type(StrEnum):
    """What a request says that it is about."""

    POSTED = "message.posted"
    CHANGED = "message.changed"
    DELETED = "message.deleted"
    JOINED = "member.joined"
    LEFT = "member.left"
    NOTICE = "room.notice"


_NEW = {
    Kind.CHAT.value: (Type.POSTED, Events.POSTED),
    Kind.JOIN.value: (Type.JOINED, Events.PEOPLE),
    Kind.LEAVE.value: (Type.LEFT, Events.PEOPLE),
    Kind.NOTICE.value: (Type.NOTICE, Events.NOTICES),
}


class Row(Protocol):
    """The columns of a message by which it is decided."""

    seq: Any
    kind: Any
    deleted_at: Any
    author__is_bot: Any


def type_of(row: Row, *, events: Collection[str], is_new: bool, hidden_through: int) -> Type | None:
    """Return what a change is to a receiver; None if the receiver is not told of it.

    What `is_new` to the receiver is a message that was posted, whatever has happened to it since. What bots
    say, and what becomes of that, is told to none: else two of them would answer each other for ever. Up to
    `hidden_through` nothing is the hook's bot's to see.
    """
    if row.author__is_bot or row.seq <= hidden_through:
        return None
    if is_new:
        kind, wanted = _NEW[row.kind]
        if row.deleted_at is not None:
            return None
    else:
        kind = Type.CHANGED if row.deleted_at is None else Type.DELETED
        wanted = Events.CHANGED
    return kind if wanted in events else None


def body(kind: Type, message: WireMessage, *, room: str, title: str, history: str) -> bytes:
    """Return the JSON of a request. It is the same each time that the same change is sent."""
    return orjson.dumps(
        {
            "type": kind,
            "timestamp": message["edited_at"] or message["at"],
            "data": {"room": {"id": room, "title": title}, "history": history, "message": message},
        }
    )


def identity(room: str, changed: int) -> str:
    """Return the name of a change: that of the room, and the change's number in it."""
    return f"{room}-{changed}"
