"""A message as everybody outside sees it: the single serialisation.

The shape is that of docs/PROTOCOL.md, "Message".
"""

from datetime import UTC, datetime
from typing import TypedDict

from history.models import Message


class WireAuthor(TypedDict):
    id: str
    name: str


class WireMessage(TypedDict):
    seq: int
    changed: int
    kind: str
    author: WireAuthor | None
    client_id: str | None
    body: str
    at: str
    edited_at: str | None
    deleted: bool
    reply_to: int | None
    reactions: dict[str, list[str]]


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
    edited_at: str | None = None,
    deleted: bool = False,
) -> WireMessage:
    """A message from its parts. `changed` is `seq` for one that never changed."""
    return {
        "seq": seq,
        "changed": seq if changed is None else changed,
        "kind": kind,
        "author": author,
        "client_id": client_id,
        "body": "" if deleted else body,
        "at": at,
        "edited_at": edited_at,
        "deleted": deleted,
        "reply_to": None,
        "reactions": {},
    }


def from_row(row: Message) -> WireMessage:
    """A message from its row, whose author must have been selected with it."""
    return message(
        seq=row.seq,
        changed=row.changed_seq,
        kind=row.kind,
        author={"id": row.author.public_id, "name": row.author.display_name}
        if row.author
        else None,
        client_id=row.client_id,
        body=row.body,
        at=timestamp(row.at),
        edited_at=timestamp(row.edited_at) if row.edited_at else None,
        deleted=row.is_deleted,
    )
