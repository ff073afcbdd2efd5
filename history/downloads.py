"""Downloads: own messages, and the transcript of a room, as files.

With `?progress=1` the answer is for a script that shows the progress (static/js/pages/downloads.js).
`X-Messages` is the number of messages, and of an archive `X-Files` that of the files. Before each part of
the file stand 8 bytes: the part's length, which may be 0, and how many messages and files have been read by
its end, both as big-endian 32-bit numbers.
"""

import struct
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from history import export, personal
from history.export import room as rooms
from history.export import zipped
from history.models import File, Message
from history.person import Person
from history.readers import readers

# Rows held in memory at a time while a history of any length is sent.
CHUNK = 100


@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Send everything of the history page as one file. `?format=` is one of export.OWN_FORMATS."""
    chosen = request.GET.get("format", "json")
    if chosen not in export.OWN_FORMATS:
        return _no_such_format(request, export.OWN_FORMATS)
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
    frame = progress.frame if _wants_progress(request) else bytes
    name = f"history-{now:%Y-%m-%d}"
    kind: Any
    if chosen == zipped.extension:
        kind = zipped
        parts = export.own.archive(read, person=person, now=now, passed=progress.pass_, frame=frame)
    else:
        kind = export.FORMATS[chosen]
        texts = export.stream(kind, read, who=who, now=now)
        parts = (frame(part) async for part in texts)
    response = _file(parts, kind, person=person, name=name)
    if _wants_progress(request):
        mine = person.pk if person else None
        files = File.objects.filter(author=mine, seq__isnull=False, gone_at=None)
        total = personal.count_own(person) if person else 0
        _tell_progress(response, kind, messages=total, files=files)
    return response


@never_cache
@require_safe
def room(request: HttpRequest, room_id: str) -> HttpResponse | StreamingHttpResponse:
    """Send the transcript of a room the visitor was in, all that they may see of it, as one file."""
    person = _person(request)
    reading = readers().reading(person, room_id) if person else None
    if person is None or reading is None:
        raise Http404(_("You were never in such a room."))
    chosen = request.GET.get("format", "html")
    if chosen not in export.ROOM_FORMATS:
        return _no_such_format(request, export.ROOM_FORMATS)
    readers().charge_download(person)
    hidden, now = reading.hidden_through, datetime.now(UTC)
    progress = Progress()

    def read(after: int) -> rooms.Portion:
        found = personal.transcript(reading, after=after, limit=CHUNK).messages
        progress.read += len(found)
        return rooms.Portion(found, personal.around(found, hidden_through=hidden))

    frame = progress.frame if _wants_progress(request) else bytes
    kind: Any
    if chosen == zipped.extension:
        kind = zipped
        parts = rooms.archive(person, reading, read, now=now, passed=progress.pass_, frame=frame)
    else:
        kind = rooms.WRITERS[chosen]
        parts = rooms.stream(kind(person, reading, now=now), read, frame=frame)
    response = _file(parts, kind, person=person, name=f"room-{reading.code}-{now:%Y-%m-%d}")
    if _wants_progress(request):
        seen = Message.objects.filter(stream=reading.stream_id, seq__gt=hidden)
        files = File.objects.filter(stream=reading.stream_id, seq__gt=hidden, gone_at=None)
        _tell_progress(response, kind, messages=seen.count(), files=files)
    return response


@dataclass(slots=True)
class Progress:
    """How many messages and files of a download have been read."""

    read: int = 0

    def pass_(self) -> None:
        """Count a file that was sent, or left out."""
        self.read += 1

    def frame(self, part: bytes) -> bytes:
        """Return a part with its length, and how much was read by its end, before it."""
        return struct.pack(">II", len(part), self.read) + part


def _wants_progress(request: HttpRequest) -> bool:
    return request.GET.get("progress") == "1"


def _tell_progress(
    response: StreamingHttpResponse, kind: Any, *, messages: int, files: QuerySet[File]
) -> None:
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["X-Messages"] = str(messages)
    if kind is zipped:
        response.headers["X-Files"] = str(files.count())


def _file(
    parts: AsyncIterator[bytes], kind: Any, *, person: Person | None, name: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        readers().deliver(parts, person) if person else parts,
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind.extension}"'},
    )
    if kind is zipped:  # it is not compressed once more
        response.headers["Accept-Ranges"] = "none"
    return response


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
