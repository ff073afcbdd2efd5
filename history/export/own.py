"""A person's messages as a file, newest first.

JSON: one array of objects
    {"id": 41, "room": {"code": "K7QX", "title": "", "id": "r_…"}, "seq": 58,
     "at": "2026-11-22T15:00:00.123Z", "edited_at": null, "deleted": false, "reply_to": null,
     "body": "hello"}
`id` is the message's number on this site, `seq` its number in its room, `reply_to` the number of the
message that it answers, `files`, if it has any, are as in docs/PROTOCOL.md. Times are UTC.

CSV: the same columns. Plain text: one message after the other. Both as cells.py says.

HTML: a page that stands alone: no script, nothing loaded from anywhere.

Archive: the JSON, the HTML, and the files that the person sent (zipped.py).
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from history import said, wire
from history.export import cells
from history.export.parts import Format, Reader
from history.export.zipped import Find, Finder, Zipped, stepped
from history.models import Message
from history.person import Person

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


def _html_with_files(messages: Sequence[Message], first: bool) -> str:
    context = {"messages": messages, "has_files": True}
    return render_to_string("history/export/messages.html", context)


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


class _Document:
    """A format's text of the portions of a person's messages."""

    def __init__(self, chosen: Format, about: dict[str, Any]) -> None:
        self._format, self._about = chosen, about
        self._first = True

    def begin(self) -> str:
        return self._format.begin(self._about)

    def portion(self, some: Sequence[Message]) -> str:
        text = self._format.chunk(some, self._first)
        self._first = False
        return text

    def end(self) -> str:
        return self._format.end()


def archive(
    read: Reader,
    *,
    person: Person | None,
    now: datetime,
    passed: Callable[[], object],
    frame: Callable[[bytes], bytes] = bytes,
) -> AsyncIterator[bytes]:
    """Yield an archive's bytes in parts, each as `frame` returns it. `passed` is called after each file."""
    about = {"who": person.display_name if person else "", "now": now, "has_files": True}
    documents = {
        "messages.json": _Document(FORMATS["json"], about),
        "messages.html": _Document(replace(FORMATS["html"], chunk=_html_with_files), about),
    }
    find: Find = Finder(person, own=True) if person else lambda wanted: None

    def whole(zipped: Zipped) -> Generator[bytes, None, None]:
        yield from zipped.written((some, some) for some in _portions(read))
        yield from zipped.packed(find, passed=passed)

    async def parts() -> AsyncIterator[bytes]:
        with Zipped(documents, now=now) as zipped:
            async with aclosing(stepped(whole(zipped))) as steps:
                async for part in steps:
                    if framed := frame(part):
                        yield framed

    return parts()


def _portions(read: Reader) -> Iterator[Sequence[Message]]:
    before: int | None = None
    while messages := read(before):
        before = messages[-1].pk
        yield messages
