"""What was said, to take away: own messages, and the transcript of a room, as files."""

from collections.abc import AsyncIterator, Collection, Sequence
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
from rooms import limits
from rooms.models import User

# Rows held in memory at a time while a history of any length goes out.
CHUNK = 500


@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Everything of the history page as one file. `?format=` is one of export.FORMATS."""
    chosen = export.FORMATS.get(request.GET.get("format", "json"))
    if chosen is None:
        return _no_such_format(request, export.FORMATS)
    user = _person(request)
    who = user.display_name if user else ""
    if user is not None:
        limits.downloading.require(user.public_id)

    def read(before: int | None) -> Sequence[Message]:
        try:
            if user is None:
                return ()
            return personal.own_messages(user, before=before, limit=CHUNK).messages
        finally:
            _give_back()

    now = datetime.now(UTC)
    parts = export.stream(chosen, read, who=who, now=now)
    return _file(parts, chosen, name=f"history-{now:%Y-%m-%d}")


@never_cache
@require_safe
def room(request: HttpRequest, room_id: str) -> HttpResponse | StreamingHttpResponse:
    """The transcript of a room the visitor was in, all that they may see of it, as one file."""
    user = _person(request)
    membership = personal.readable(user, room_id) if user else None
    if membership is None:
        raise Http404(_("You were in no such room."))
    writer = rooms.WRITERS.get(request.GET.get("format", "html"))
    if writer is None:
        return _no_such_format(request, rooms.WRITERS)
    assert user is not None
    limits.downloading.require(user.public_id)
    hidden, now = membership.hidden_through, datetime.now(UTC)
    # What is said meanwhile is not in it: the file ends where the log did.
    membership.room.stream.refresh_from_db()
    last = membership.room.stream.head

    def read(after: int) -> rooms.Portion:
        try:
            page = personal.transcript(membership, after=after, limit=CHUNK)
            found = [message for message in page.messages if message.seq <= last]
            return rooms.Portion(found, personal.around(found, hidden_through=hidden))
        finally:
            _give_back()

    parts = rooms.stream(writer(membership.room, hidden_through=hidden, now=now), read)
    return _file(parts, writer, name=f"room-{membership.room.code}-{now:%Y-%m-%d}")


def _file(parts: AsyncIterator[bytes], kind: Any, *, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        parts,
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind.extension}"'},
    )


def _no_such_format(request: HttpRequest, formats: Collection[str]) -> HttpResponse:
    context = {"formats": list(formats)}
    return render(request, "history/unknown_format.html", context, status=400)


def _give_back() -> None:
    """A download may take hours over a slow line: each chunk is a query of its own, and between two
    of them no connection is kept from the others."""
    close_old_connections()


def _person(request: HttpRequest) -> User | None:
    return None if isinstance(request.user, AnonymousUser) else request.user
