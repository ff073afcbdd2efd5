"""Downloads: own messages, and the transcript of a room, as files.

With `?progress=1` the answer is for a script that shows the progress (static/js/pages/downloads.js).
`X-Messages` is the number of messages. Before each part of the file stand 8 bytes: the part's length, and
how many messages have been read by its end, both as big-endian 32-bit numbers.
"""

import struct
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from history import export, personal
from history.export import room as rooms
from history.models import Message
from history.person import Person
from history.readers import readers

# Rows held in memory at a time while a history of any length is sent.
CHUNK = 100


@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Send everything of the history page as one file. `?format=` is one of export.FORMATS."""
    chosen = export.FORMATS.get(request.GET.get("format", "json"))
    if chosen is None:
        return _no_such_format(request, export.FORMATS)
    person = _person(request)
    who = person.display_name if person else ""
    if person is not None:
        readers().charge_download(person)
    progress = Progress()

    def read(before: int | None) -> Sequence[Message]:
        try:
            if person is None:
                return ()
            found = personal.own_messages(person, before=before, limit=CHUNK).messages
            progress.read += len(found)
            return found
        finally:
            _give_back()

    now = datetime.now(UTC)
    parts = export.stream(chosen, read, who=who, now=now)
    name = f"history-{now:%Y-%m-%d}"
    if request.GET.get("progress") == "1":
        total = personal.count_own(person) if person else 0
        framed = (progress.frame(part) async for part in parts)
        return _with_progress(framed, chosen, person=person, name=name, total=total)
    return _file(parts, chosen, person=person, name=name)


@never_cache
@require_safe
def room(request: HttpRequest, room_id: str) -> HttpResponse | StreamingHttpResponse:
    """Send the transcript of a room the visitor was in, all that they may see of it, as one file."""
    person = _person(request)
    reading = readers().reading(person, room_id) if person else None
    if person is None or reading is None:
        raise Http404(_("You were never in such a room."))
    writer = rooms.WRITERS.get(request.GET.get("format", "html"))
    if writer is None:
        return _no_such_format(request, rooms.WRITERS)
    readers().charge_download(person)
    hidden, now = reading.hidden_through, datetime.now(UTC)
    progress = Progress()

    def read(after: int) -> rooms.Portion:
        found = personal.transcript(reading, after=after, limit=CHUNK).messages
        progress.read += len(found)
        return rooms.Portion(found, personal.around(found, hidden_through=hidden))

    file = writer(person, reading, now=now)
    name = f"room-{reading.code}-{now:%Y-%m-%d}"
    if request.GET.get("progress") == "1":
        seen = Message.objects.filter(stream=reading.stream_id, seq__gt=hidden)
        parts = rooms.stream(file, read, frame=progress.frame)
        return _with_progress(parts, writer, person=person, name=name, total=seen.count())
    return _file(rooms.stream(file, read), writer, person=person, name=name)


@dataclass(slots=True)
class Progress:
    """How many messages of a download have been read."""

    read: int = 0

    def frame(self, part: bytes) -> bytes:
        """Return a part with its length, and how many messages were read by its end, before it."""
        return struct.pack(">II", len(part), self.read) + part


def _with_progress(
    parts: AsyncIterator[bytes], kind: Any, *, person: Person | None, name: str, total: int
) -> StreamingHttpResponse:
    response = _file(parts, kind, person=person, name=name)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["X-Messages"] = str(total)
    return response


def _file(
    parts: AsyncIterator[bytes], kind: Any, *, person: Person | None, name: str
) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        readers().deliver(parts, person) if person else parts,
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind.extension}"'},
    )


def _no_such_format(request: HttpRequest, formats: Collection[str]) -> HttpResponse:
    context = {"formats": list(formats)}
    return render(request, "history/unknown_format.html", context, status=400)


def _give_back() -> None:
    """Give the database connection back between two chunks.

    A download may take hours over a slow line. Each chunk is a query of its own.
    """
    close_old_connections()


def _person(request: HttpRequest) -> Person | None:
    return None if isinstance(request.user, AnonymousUser) else request.user
