"""A message as everybody outside sees it: the single serialisation.

The shape is that of docs/PROTOCOL.md, "Message".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, NotRequired, Protocol, TypedDict

from django.db.models import QuerySet

from history import notices
from history.models import File, Mention, Message, Reaction
from history.person import Person
from history.said import FIELDS, NOTHING_SAID, SaidOnWire


class WireAuthor(TypedDict):
    id: str
    name: str
    registered: NotRequired[bool]  # only when true
    bot: NotRequired[bool]  # only when true


class Author(NamedTuple):
    """A Person of plain values."""

    pk: int
    public_id: str
    display_name: str
    is_guest: bool
    is_bot: bool


def author(person: Person) -> WireAuthor:
    """A person as others see them. A mark tells an account's name from a guest's, and a bot from people."""
    if person.is_bot:
        return {"id": person.public_id, "name": person.display_name, "bot": True}
    if person.is_guest:
        return {"id": person.public_id, "name": person.display_name}
    return {"id": person.public_id, "name": person.display_name, "registered": True}


class WireSize(TypedDict):
    width: int
    height: int


class WireFile(TypedDict):
    """A file of a message. Its addresses are made of `id` and `name`."""

    id: str
    name: str
    type: str
    size: int
    alt: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    thumb: NotRequired[WireSize]


class WireMessage(SaidOnWire):
    seq: int
    changed: int
    kind: str
    author: WireAuthor | None
    client_id: str | None
    html: NotRequired[str]
    files: NotRequired[list[WireFile]]
    at: str
    edited_at: str | None
    deleted: bool
    reactions: dict[str, list[str]]
    names: NotRequired[dict[str, str]]
    mentions: NotRequired[list[str]]
    pinned: NotRequired[bool]


@dataclass(slots=True)
class Attached:
    """Other data of a message: reactions by emoji as ids of people, their names by id, and
    the ids of those it mentions; in the order they came."""

    reactions: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)


NOTHING = Attached()


def file(row: File) -> WireFile:
    """Return a file as it is in a message."""
    found: WireFile = {
        "id": row.public_id,
        "name": row.name,
        "type": row.type,
        "size": row.size,
    }
    if row.alt:
        found["alt"] = row.alt
    if row.width and row.height and row.thumb_width and row.thumb_height:
        found["width"], found["height"] = row.width, row.height
        found["thumb"] = {"width": row.thumb_width, "height": row.thumb_height}
    return found


def timestamp(moment: datetime) -> str:
    """UTC with milliseconds, as JavaScript's `toISOString` writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def message(
    *,
    seq: int,
    kind: str,
    author: WireAuthor | None,
    client_id: str | None,
    at: str,
    said: Any = NOTHING_SAID,
    changed: int | None = None,
    html: str = "",
    files: Sequence[WireFile] | None = None,
    mentions: Sequence[str] = (),
) -> WireMessage:
    """Return a message made from its parts. `changed` is `seq` for one that never changed.

    `said` is a Said, or a row with its fields.
    """
    new: dict[str, Any] = {
        "seq": seq,
        "changed": seq if changed is None else changed,
        "kind": kind,
        "author": author,
        "client_id": client_id,
        "at": at,
        "edited_at": None,
        "deleted": False,
        "reactions": {},
    }
    for name in FIELDS:
        new[name] = getattr(said, name)
    if html:
        new["html"] = html
    if files:
        new["files"] = list(files)
    if mentions:
        new["mentions"] = list(mentions)
    return new  # type: ignore[return-value]


class Row(Protocol):
    """The columns of a message's row that are seen from outside, beside those of Said."""

    pk: Any
    seq: Any
    changed_seq: Any
    at: Any
    kind: Any
    client_id: Any
    body: Any
    facts: Any
    html: Any
    files: Any
    edited_at: Any
    pinned_at: Any
    deleted_at: Any


_COLUMNS = sorted({*Row.__annotations__, *FIELDS})
_AUTHOR = ["author_id", *(f"author__{name}" for name in Author._fields[1:])]


def read(query: QuerySet[Message]) -> list[WireMessage]:
    """The messages of a query, in its order, with what belongs to them."""
    return [message for _, message in _read(query)]


def read_each(query: QuerySet[Message]) -> dict[int, list[WireMessage]]:
    """The same by stream, for a query of several."""
    found: dict[int, list[WireMessage]] = defaultdict(list)
    for stream_id, message in _read(query):
        found[stream_id].append(message)
    return found


def _read(query: QuerySet[Message]) -> list[tuple[int, WireMessage]]:
    # As rows without models, which cost several times as much: a room that is loaded has hundreds.
    rows: list[Any] = list(query.values_list("stream_id", *_COLUMNS, *_AUTHOR, named=True))
    known = attached(rows)
    people: dict[int | None, WireAuthor | None] = {None: None}
    for row in rows:
        if row.author_id not in people:
            people[row.author_id] = author(Author(*row[-len(_AUTHOR) :]))
    return [
        (row.stream_id, _seen(row, people[row.author_id], known.get(row.pk, NOTHING)))
        for row in rows
    ]


def from_row(row: Message, attached: Attached = NOTHING) -> WireMessage:
    """A message from its row, whose author must have been selected with it."""
    return _seen(row, author(row.author) if row.author else None, attached)


def _seen(row: Row, author: WireAuthor | None, attached: Attached) -> WireMessage:
    is_deleted = row.deleted_at is not None
    found = message(
        seq=row.seq,
        kind=row.kind,
        author=author,
        client_id=row.client_id,
        said=NOTHING_SAID if is_deleted else row,
        at=timestamp(row.at),
        changed=row.changed_seq,
    )
    if row.edited_at:
        found["edited_at"] = timestamp(row.edited_at)
    if is_deleted:
        found["deleted"] = True
        return found
    if row.facts:
        found["body"] = notices.site_text(row.facts, row.body)
    if row.html:
        found["html"] = row.html
    if row.files:
        found["files"] = row.files
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


def attached(rows: Sequence[Row]) -> dict[int, Attached]:
    """Reactions and mentions by the message's key. Asks only where there can be some."""
    found: dict[int, Attached] = defaultdict(Attached)
    # A reaction is a change of its message, and a mention is written with an @.
    if changed := [r.pk for r in rows if r.changed_seq != r.seq and r.deleted_at is None]:
        reactions = Reaction.objects.filter(message__in=changed).order_by("pk")
        for message_id, sign, who, name in reactions.values_list(
            "message_id", "emoji", "user__public_id", "user__display_name"
        ):
            found[message_id].reactions.setdefault(sign, []).append(who)
            found[message_id].names[who] = name
    if speaking := [r.pk for r in rows if "@" in r.body and r.deleted_at is None]:
        mentions = Mention.objects.filter(message__in=speaking).order_by("pk")
        for message_id, who in mentions.values_list("message_id", "user__public_id"):
            found[message_id].mentions.append(who)
    return found
