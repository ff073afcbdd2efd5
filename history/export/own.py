"""A person's messages as a file, newest first.

JSON: one array of objects
    {"id": 41, "room": {"code": "K7QX", "title": "", "id": "r_…"}, "seq": 58,
     "at": "2026-11-22T15:00:00.123Z", "edited_at": null, "deleted": false, "reply_to": null,
     "body": "hello"}
`id` is the message's number on this site, `seq` its number in its room, `reply_to` the number of the
message that it answers, `files`, if it has any, are as in docs/PROTOCOL.md. Times are UTC.

CSV: the same columns. Plain text: one message after the other. Both as cells.py says.

HTML: a page that stands alone: no script, nothing loaded from anywhere.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from history import said, wire
from history.export import cells
from history.export.parts import Format
from history.models import Message

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
    "files",
)


def _record(message: Message) -> dict[str, Any]:
    place = message.place
    return {
        "id": message.pk,
        "room": {"code": place.code, "title": place.title, "id": place.room_id},
        "seq": message.seq,
        "at": wire.timestamp(message.at),
        "edited_at": wire.timestamp(message.edited_at) if message.edited_at else None,
        "deleted": message.is_deleted,
        **said.shown(said.NOTHING_SAID if message.is_deleted else message),
        **({"files": message.files} if message.files else {}),
    }


def _json_chunk(messages: Sequence[Message], first: bool) -> str:
    objects = (orjson.dumps(_record(message)).decode() for message in messages)
    return ("" if first else ",\n") + ",\n".join(objects)


def _csv_chunk(messages: Sequence[Message], first: bool) -> str:
    return cells.rows([_row(_record(message)) for message in messages])


def _row(record: dict[str, Any]) -> list[Any]:
    room = {f"room_{name}": value for name, value in record["room"].items()}
    deleted = "yes" if record["deleted"] else "no"
    files = "; ".join(file["name"] for file in record.get("files", ()))
    found = record | room | {"deleted": deleted, "files": files}
    return [found[column] for column in _COLUMNS]


def _html_chunk(messages: Sequence[Message], first: bool) -> str:
    return render_to_string("history/export/messages.html", {"messages": messages})


def _text_chunk(messages: Sequence[Message], first: bool) -> str:
    return "".join(
        cells.line(
            m.at, f"{m.place.code}: ", _("(deleted)") if m.is_deleted else m.body, m.file_names
        )
        for m in messages
    )


FORMATS = {
    "html": Format(
        content_type="text/html; charset=utf-8",
        extension="html",
        begin=lambda about: render_to_string("history/export/begin.html", dict(about)),
        chunk=_html_chunk,
        end=lambda: "</ol>\n</body>\n</html>\n",
    ),
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
        begin=lambda about: cells.BYTE_ORDER_MARK + cells.rows([_COLUMNS]),
        chunk=_csv_chunk,
        end=lambda: "",
    ),
    "txt": Format(
        content_type="text/plain; charset=utf-8",
        extension="txt",
        begin=lambda about: render_to_string("history/export/begin.txt", dict(about)),
        chunk=_text_chunk,
        end=lambda: "",
    ),
}
