"""A person's messages as a file, written while it is read: memory does not grow with its length.

JSON: one array of objects
    {"id": 41, "room": {"code": "K7QX", "title": "", "id": "r_…"}, "seq": 58,
     "at": "2026-11-22T15:00:00.123Z", "edited_at": null, "deleted": false, "reply_to": null,
     "body": "hello"}
`id` is the message's number on this site, `seq` its place in its room, `reply_to` the place there of
the one it answers, times are UTC.

CSV: the same columns with a header, RFC 4180, UTF-8 with a byte order mark (without it spreadsheets
guess another encoding). A cell that a spreadsheet would run as a formula (one that starts with
= + - @, a tab or a line break) has an apostrophe in front: take it off to have the text as written.

HTML: a page that stands alone: no script, nothing loaded from anywhere.
"""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.template.loader import render_to_string

from history import wire
from history.models import Message

# Given the id of the last message read, or None at the start: the next ones, none at the end.
Reader = Callable[[int | None], Sequence[Message]]

# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS = (
    "at",
    "room_code",
    "room_title",
    "body",
    "edited_at",
    "deleted",
    "reply_to",
    "room_id",
    "seq",
    "id",
)


@dataclass(frozen=True, slots=True)
class Format:
    """How a file begins, goes on and ends. `chunk` is told whether it is the first one."""

    content_type: str
    extension: str
    begin: Callable[[Mapping[str, Any]], str]
    chunk: Callable[[Sequence[Message], bool], str]
    end: Callable[[], str]


async def stream(chosen: Format, read: Reader, *, who: str, now: datetime) -> AsyncIterator[bytes]:
    """The file's bytes, chunk by chunk, newest message first. What is said meanwhile is not in it.

    Reading and writing happen on a thread: the event loop has sockets to serve.
    """
    before: int | None = None

    @sync_to_async(thread_sensitive=False)
    def next_chunk() -> bytes:
        nonlocal before
        messages = read(before)
        if not messages:
            return b""
        text = chosen.chunk(messages, before is None)
        before = messages[-1].pk
        return text.encode()

    yield chosen.begin({"who": who, "now": now}).encode()
    while chunk := await next_chunk():
        yield chunk
    yield chosen.end().encode()


def _record(message: Message) -> dict[str, Any]:
    room = message.stream.room
    return {
        "id": message.pk,
        "room": {"code": room.code, "title": room.title, "id": room.public_id},
        "seq": message.seq,
        "at": wire.timestamp(message.at),
        "edited_at": wire.timestamp(message.edited_at) if message.edited_at else None,
        "deleted": message.is_deleted,
        "reply_to": None if message.is_deleted else message.reply_to,
        "body": message.body,
    }


def _json_chunk(messages: Sequence[Message], first: bool) -> str:
    objects = (orjson.dumps(_record(message)).decode() for message in messages)
    return ("" if first else ",\n") + ",\n".join(objects)


def _csv_rows(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_unarmed(cell) for cell in row] for row in rows)
    return text.getvalue()


def _unarmed(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _csv_chunk(messages: Sequence[Message], first: bool) -> str:
    return _csv_rows([_row(_record(message)) for message in messages])


def _row(record: dict[str, Any]) -> list[Any]:
    room = {f"room_{name}": value for name, value in record["room"].items()}
    deleted = "yes" if record["deleted"] else "no"
    return [(record | room | {"deleted": deleted})[column] for column in _COLUMNS]


def _html_chunk(messages: Sequence[Message], first: bool) -> str:
    return render_to_string("history/export/messages.html", {"messages": messages})


FORMATS = {
    "json": Format(
        content_type="application/json",
        extension="json",
        begin=lambda about: "[\n",
        chunk=_json_chunk,
        end=lambda: "\n]\n",
    ),
    "csv": Format(
        content_type="text/csv; charset=utf-8",
        extension="csv",
        begin=lambda about: "\ufeff" + _csv_rows([_COLUMNS]),
        chunk=_csv_chunk,
        end=lambda: "",
    ),
    "html": Format(
        content_type="text/html; charset=utf-8",
        extension="html",
        begin=lambda about: render_to_string("history/export/begin.html", dict(about)),
        chunk=_html_chunk,
        end=lambda: "</ol>\n</body>\n</html>\n",
    ),
}
