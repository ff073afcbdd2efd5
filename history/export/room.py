"""Export one room's log as a file, oldest message first: all that the reader may see of it.

JSON is complete: docs/ROOM-FILE.md describes it, and `manage.py importroom` takes it. HTML is a page
that reads well by itself. CSV and plain text are as cells.py says. An archive has the first two, and the
files of the messages (zipped.py).
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from history import notices, said, wire
from history.export import cells
from history.export.archive import FORMAT, VERSION
from history.export.snapshot import of_one_moment
from history.export.zipped import Finder, Zipped, stepped
from history.models import Mention, Message, Reaction, Stream
from history.person import Person
from history.readers import Reading, readers

_QUOTED = 100
_COLUMNS = (
    *("seq", "at", "kind", "author", "body"),
    *("edited_at", "deleted", "reply_to", "reactions", "files", "bot"),
)
# The role in the file of somebody who has no membership in the room any more.
_ROLE_OF_OTHERS = "member"
# The message that one answers, and each emoji with the names of the members who gave it.
Around = tuple[Message | None, Sequence[tuple[str, Sequence[str]]]]


@dataclass(frozen=True, slots=True)
class Portion:
    """Some messages by `seq` ascending. `around` has, by key, what is shown with each."""

    messages: Sequence[Message]
    around: Mapping[int, Around]


# Returns the portion after a `seq`; an empty one at the end.
Reader = Callable[[int], Portion]


class Writer(ABC):
    """Writes a room, portion by portion."""

    content_type: str
    extension: str

    def __init__(self, person: Person, reading: Reading, *, now: datetime) -> None:
        self.person, self.reading, self.now = person, reading, now
        self.hidden_through = reading.hidden_through

    def refresh(self) -> None:
        """Read the room again, so that what the file says of it is of the same moment as its messages.

        A member who was removed since the request gets what they were allowed then.
        """
        latest = readers().reading(self.person, self.reading.room_id)
        self.reading = latest or self.reading

    def begin(self) -> str:
        return ""

    @abstractmethod
    def portion(self, portion: Portion) -> str: ...

    def end(self) -> str:
        return ""


def stream(
    writer: Writer, read: Reader, *, frame: Callable[[bytes], bytes] = bytes
) -> AsyncIterator[bytes]:
    """Yield the file's bytes in parts, each as `frame` returns it, all read in one snapshot.

    It is in the language that is active at the call: it is written on another thread.
    """
    language = translation.get_language()

    def parts() -> Iterator[bytes]:
        with translation.override(language):
            writer.refresh()
            yield writer.begin().encode()
            for portion in _portions(writer, read):
                yield writer.portion(portion).encode()
            yield writer.end().encode()

    return of_one_moment(parts, frame=frame)


def archive(
    person: Person,
    reading: Reading,
    read: Reader,
    *,
    now: datetime,
    passed: Callable[[], object],
    frame: Callable[[bytes], bytes] = bytes,
) -> AsyncIterator[bytes]:
    """Yield an archive's bytes in parts, each as `frame` returns it. `passed` is called after each file.

    The messages are read in one snapshot, in the language that is active at the call.
    """
    language = translation.get_language()
    data, page = Json(person, reading, now=now), Html(person, reading, now=now)
    page.has_files = True

    async def parts() -> AsyncIterator[bytes]:
        with Zipped({"room.json": data, "room.html": page}, now=now) as zipped:

            def written() -> Iterator[bytes]:
                with translation.override(language):
                    data.refresh()
                    page.reading = data.reading
                    portions = _portions(data, read)
                    yield from zipped.written((some, some.messages) for some in portions)

            async with aclosing(of_one_moment(written, frame=frame)) as documents:
                async for part in documents:
                    yield part
            packed = zipped.packed(Finder(person), passed=passed)
            async with aclosing(stepped(packed)) as members:
                async for part in members:
                    if framed := frame(part):
                        yield framed

    return parts()


def _portions(writer: Writer, read: Reader) -> Iterator[Portion]:
    after = writer.hidden_through
    while (portion := read(after)).messages:
        after = portion.messages[-1].seq
        yield portion


class Json(Writer):
    content_type, extension = "application/json", "json"
    _first = True

    def begin(self) -> str:
        about = {
            "format": FORMAT,
            "version": VERSION,
            "saved_at": wire.timestamp(self.now),
            "room": _about(self.reading),
        }
        head = orjson.dumps(about).decode().removesuffix("}")
        people = ",\n".join(orjson.dumps(person).decode() for person in self._people())
        return f'{head},\n"people": [\n{people}\n],\n"messages": [\n'

    def _people(self) -> list[dict[str, Any]]:
        """Return everybody in the messages that can be seen: as author, by a reaction or by a mention."""
        seen: QuerySet[Message] = Message.objects.filter(
            stream=self.reading.stream_id, seq__gt=self.hidden_through
        ).order_by()
        ids = set(seen.filter(author__isnull=False).values_list("author", flat=True).distinct())
        for attached in (Reaction, Mention):
            rows = attached.objects.filter(message__in=seen, message__deleted_at=None).order_by()
            ids |= set(rows.values_list("user", flat=True).distinct())
        roles = readers().roles(self.reading.stream_id)
        return [
            {
                "id": user.public_id,
                "name": user.display_name,
                "role": roles.get(user.pk, _ROLE_OF_OTHERS),
                **({"bot": True} if user.is_bot else {}),
            }
            for user in get_user_model().objects.filter(pk__in=ids).order_by("public_id")
        ]

    def portion(self, portion: Portion) -> str:
        attached = wire.attached(portion.messages)
        objects = (
            orjson.dumps(_record(message, attached.get(message.pk, wire.NOTHING))).decode()
            for message in portion.messages
        )
        text = ("" if self._first else ",\n") + ",\n".join(objects)
        self._first = False
        return text

    def end(self) -> str:
        return "\n]}\n"


def _about(reading: Reading) -> dict[str, Any]:
    return {
        "id": reading.room_id,
        "code": reading.code,
        "title": reading.title,
        "head": Stream.objects.values_list("head", flat=True).get(pk=reading.stream_id),
        "created_at": wire.timestamp(reading.opened_at),
        "closed_at": wire.timestamp(reading.closed_at) if reading.closed_at else None,
    }


def _record(message: Message, attached: wire.Attached) -> dict[str, Any]:
    """Return a message as on the wire, but with people named once for the file, and times for flags."""
    shown = not message.is_deleted
    return {
        "seq": message.seq,
        "changed": message.changed_seq,
        "kind": message.kind,
        "author": message.author.public_id if message.author else None,
        "at": wire.timestamp(message.at),
        **said.shown(message if shown else said.NOTHING_SAID),
        **({"body": notices.site_text(message.facts)} if message.facts and shown else {}),
        "html": message.html if shown else "",
        **({"files": message.files} if message.files else {}),
        "edited_at": wire.timestamp(message.edited_at) if message.edited_at else None,
        "deleted_at": wire.timestamp(message.deleted_at) if message.deleted_at else None,
        "pinned_at": wire.timestamp(message.pinned_at) if message.pinned_at else None,
        "reactions": attached.reactions,
        "mentions": attached.mentions,
    }


class Html(Writer):
    content_type, extension = "text/html; charset=utf-8", "html"
    # It stands in an archive, beside the files of its messages.
    has_files = False
    _day: date | None = None

    def begin(self) -> str:
        about = {"reading": self.reading, "now": self.now, "has_files": self.has_files}
        return render_to_string("history/export/room.html", about)

    def portion(self, portion: Portion) -> str:
        lines = []
        for message in portion.messages:
            day = message.at.astimezone(UTC).date()
            quoted, reactions = portion.around.get(message.pk, (None, ()))
            new_day = day if day != self._day else None
            lines.append((new_day, message, quoted, reactions))
            self._day = day
        context = {"lines": lines, "has_files": self.has_files}
        return render_to_string("history/export/room_lines.html", context)

    def end(self) -> str:
        return "</ol>\n</body>\n</html>\n"


class Csv(Writer):
    content_type, extension = "text/csv; charset=utf-8", "csv"

    def begin(self) -> str:
        return cells.BYTE_ORDER_MARK + cells.rows([_COLUMNS])

    def portion(self, portion: Portion) -> str:
        return cells.rows([self._row(m, portion) for m in portion.messages])

    def _row(self, message: Message, portion: Portion) -> list[Any]:
        _quoted, reactions = portion.around.get(message.pk, (None, ()))
        return [
            message.seq,
            wire.timestamp(message.at),
            message.kind,
            str(message.author or ""),
            "" if message.is_deleted else message.text,
            wire.timestamp(message.edited_at) if message.edited_at else None,
            "yes" if message.is_deleted else "no",
            None if message.is_deleted else message.reply_to,
            "; ".join(f"{emoji} {', '.join(names)}" for emoji, names in reactions),
            "; ".join(message.file_names),
            "yes" if message.author and message.author.is_bot else "no",
        ]


class Text(Writer):
    content_type, extension = "text/plain; charset=utf-8", "txt"

    def begin(self) -> str:
        return render_to_string(
            "history/export/room.txt", {"reading": self.reading, "now": self.now}
        )

    def portion(self, portion: Portion) -> str:
        return "".join(_told(m, *portion.around.get(m.pk, (None, ()))) for m in portion.messages)


def _told(
    message: Message, quoted: Message | None, reactions: Sequence[tuple[str, Sequence[str]]]
) -> str:
    who = str(message.author or "")
    if message.author and message.author.is_bot:
        who = _("%(name)s (bot)") % {"name": who}
    if message.kind == Message.Kind.JOIN:
        return cells.line(message.at, "* ", _("%(name)s joined") % {"name": who})
    if message.kind == Message.Kind.LEAVE:
        return cells.line(message.at, "* ", _("%(name)s left") % {"name": who})
    if message.kind == Message.Kind.NOTICE:
        return cells.line(message.at, "* ", message.text)
    if message.is_deleted:
        return cells.line(message.at, f"{who}: ", _("(deleted)"))
    marks = [f"{emoji} {', '.join(names)}" for emoji, names in reactions]
    if quoted is not None:
        start = " ".join(quoted.plain.split())[:_QUOTED]
        about = {"name": str(quoted.author or ""), "text": start}
        marks.insert(0, _("in answer to %(name)s: %(text)s") % about)
    marks += message.file_names
    if message.edited_at:
        marks.append(_("edited"))
    return cells.line(message.at, f"{who}: ", message.body, marks)


WRITERS: dict[str, type[Writer]] = {"html": Html, "json": Json, "csv": Csv, "txt": Text}
