"""A message as everybody outside sees it: the single serialisation.

The shape is that of docs/PROTOCOL.md, "Message".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NotRequired, Protocol, TypedDict

from history.models import Mention, Message, Reaction


class WireAuthor(TypedDict):
    id: str
    name: str
    registered: NotRequired[bool]  # only when true


class Person(Protocol):
    """A user, as far as others get to see one."""

    pk: Any
    public_id: Any
    display_name: Any
    is_guest: Any


def author(person: Person) -> WireAuthor:
    """Who somebody is to others. The mark tells an account's name from a guest's."""
    if person.is_guest:
        return {"id": person.public_id, "name": person.display_name}
    return {"id": person.public_id, "name": person.display_name, "registered": True}


class WireMessage(TypedDict):
    seq: int
    changed: int
    kind: str
    author: WireAuthor | None
    client_id: str | None
    body: str
    html: NotRequired[str]
    at: str
    edited_at: str | None
    deleted: bool
    reply_to: int | None
    reactions: dict[str, list[str]]
    names: NotRequired[dict[str, str]]
    mentions: NotRequired[list[str]]
    pinned: NotRequired[bool]


@dataclass(slots=True)
class Attached:
    """What else is known of a message: reactions by emoji as ids of people, their names by id, and
    the ids of those it mentions; in the order they came."""

    reactions: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)


NOTHING = Attached()


def timestamp(moment: datetime) -> str:
    """UTC with milliseconds, as JavaScript's `toISOString` writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def message(
    *,
    seq: int,
    kind: str,
    author: WireAuthor | None,
    client_id: str | None,
    body: str,
    at: str,
    changed: int | None = None,
    html: str = "",
    reply_to: int | None = None,
    mentions: Sequence[str] = (),
) -> WireMessage:
    """A message from its parts. `changed` is `seq` for one that never changed."""
    new: WireMessage = {
        "seq": seq,
        "changed": seq if changed is None else changed,
        "kind": kind,
        "author": author,
        "client_id": client_id,
        "body": body,
        "at": at,
        "edited_at": None,
        "deleted": False,
        "reply_to": reply_to,
        "reactions": {},
    }
    if html:
        new["html"] = html
    if mentions:
        new["mentions"] = list(mentions)
    return new


def from_row(row: Message, attached: Attached = NOTHING) -> WireMessage:
    """A message from its row, whose author must have been selected with it."""
    found = message(
        seq=row.seq,
        kind=row.kind,
        author=author(row.author) if row.author else None,
        client_id=row.client_id,
        body="" if row.is_deleted else row.body,
        at=timestamp(row.at),
        changed=row.changed_seq,
    )
    if row.edited_at:
        found["edited_at"] = timestamp(row.edited_at)
    if row.is_deleted:
        found["deleted"] = True
        return found
    found["reply_to"] = row.reply_to
    if row.html:
        found["html"] = row.html
    if attached.reactions:
        found["reactions"], found["names"] = attached.reactions, attached.names
    if attached.mentions:
        found["mentions"] = attached.mentions
    if row.pinned_at:
        found["pinned"] = True
    return found


def from_rows(rows: Iterable[Message]) -> list[WireMessage]:
    """Messages from their rows, with what belongs to them read from the database."""
    rows = list(rows)
    known = attached(rows)
    return [from_row(row, known.get(row.pk, NOTHING)) for row in rows]


def attached(rows: Sequence[Message]) -> dict[int, Attached]:
    """Reactions and mentions by the message's key. Asks only where there can be some."""
    found: dict[int, Attached] = defaultdict(Attached)
    # A reaction is a change of its message, and a mention is written with an @.
    if changed := [r.pk for r in rows if r.changed_seq != r.seq and not r.is_deleted]:
        reactions = Reaction.objects.filter(message__in=changed).order_by("pk")
        for message_id, sign, who, name in reactions.values_list(
            "message_id", "emoji", "user__public_id", "user__display_name"
        ):
            found[message_id].reactions.setdefault(sign, []).append(who)
            found[message_id].names[who] = name
    if speaking := [r.pk for r in rows if "@" in r.body and not r.is_deleted]:
        mentions = Mention.objects.filter(message__in=speaking).order_by("pk")
        for message_id, who in mentions.values_list("message_id", "user__public_id"):
            found[message_id].mentions.append(who)
    return found
