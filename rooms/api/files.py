"""Files by the API: sent in one piece or in several, and downloaded as pages let people download them."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db.models import Q
from django.http import HttpResponseBase

from history import file_views, wire
from history.models import File
from rooms import limits
from rooms.actions import uploads
from rooms.actions.uploads import Upload
from rooms.api import reading
from rooms.refusals.files import FileNotFound


def send(
    proof: str,
    where: str,
    *,
    name: str,
    media_type: str,
    client_id: str,
    data: bytes,
    size: int | None,
) -> dict[str, Any]:
    """Keep a file for a message of the bot's, or if it has a greater `size`, its first piece.

    Sent again with the same `client_id` it is the same file. Raises what uploads are refused with.
    """
    found = reading.stand(proof, where)
    me, code = found.member.user, found.member.room.code
    limits.attach(person=me.public_id)
    upload = uploads.begin(
        user=me,
        code=code,
        name=name,
        media_type=media_type,
        size=len(data) if size is None else size,
        client_id=client_id,
    )
    if not upload.offset:
        upload = uploads.append(user=me, file_id=upload.file.public_id, start=0, data=data)
    return _told(upload)


def go_on(proof: str, where: str, file_id: str, *, start: int, data: bytes) -> dict[str, Any]:
    """Keep another piece of a file. Raises what uploads are refused with."""
    member = reading.stand(proof, where).member
    upload = uploads.find(user=member.user, file_id=file_id)
    if upload.file.stream_id != member.room.stream_id:
        raise FileNotFound
    return _told(uploads.append(user=member.user, file_id=file_id, start=start, data=data))


def download(proof: str, where: str, file_id: str, scope: Mapping[str, Any]) -> HttpResponseBase:
    """Return the answer with a file of a message, or a file of the bot's own. Raises FileNotFound."""
    member = reading.stand(proof, where).member
    here = File.objects.filter(public_id=file_id, stream=member.room.stream_id)
    shown = File.readable().filter(seq__gt=member.hidden_through)
    mine = Q(author=member.user_id, seq=None, gone_at=None, ready_at__isnull=False)
    row = here.filter(Q(pk__in=shown.values("pk")) | mine).first()
    if row is None:
        raise FileNotFound
    response = file_views.answer(ASGIRequest(dict(scope), io.BytesIO()), member.user, row)
    response.headers["Vary"] = "Authorization"
    return response


async def parts(response: HttpResponseBase) -> AsyncIterator[bytes]:
    """Yield the body of a response, and close it."""
    try:
        if response.streaming:
            async for part in response.streaming_content:  # type: ignore[attr-defined]
                yield part
    finally:
        await asyncio.to_thread(response.close)


def _told(upload: Upload) -> dict[str, Any]:
    return {**wire.file(upload.file), "offset": upload.offset}
