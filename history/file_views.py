"""Files of messages, for those who may read the message: as they were sent, to download; and the images
that the site made of them, to be shown.

What was sent is not the site's. It is never part of a page: a browser saves it, and what opens it all the
same can do nothing, here or elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unicodedata import normalize

from django.contrib.auth.models import AnonymousUser
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from history import byte_ranges, storage
from history.byte_ranges import Part
from history.models import File
from history.person import Person
from history.readers import readers

_POLICY = "sandbox; default-src 'none'"
_CACHED = "private, no-cache"  # asked about each time: who may see it changes
# Types that a browser's own player or viewer may be told of. All others are bytes.
_HARMLESS = ("audio/", "video/", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
_ALSO_HARMLESS = {"text/plain", "application/pdf", "application/zip"}


@require_safe
def whole(request: HttpRequest, file_id: str, name: str) -> HttpResponseBase:
    """Send a file as it was sent: all of it, or the part that is asked for."""
    person, row = _find(request, file_id)
    if normalize("NFC", name) != row.name:
        raise _nothing()
    return answer(request, person, row)


def answer(request: HttpRequest, person: Person, row: File) -> HttpResponseBase:
    """Return the answer that has a file, or the part that is asked for. The person may have it.

    Where files are in a store, it leads to the address there.
    """
    disposition = content_disposition_header(as_attachment=True, filename=row.name) or ""
    if not storage.is_local():
        address = storage.address(row.public_id, name=disposition, media_type=_media_type(row))
        lent = HttpResponseRedirect(address)
        lent.headers["Cache-Control"] = "private, no-store"
        return lent
    return _answer(
        request,
        person,
        row,
        storage.WHOLE,
        etag=f'"{row.sha256[:32]}"',
        headers={"Content-Type": _media_type(row), "Content-Disposition": disposition},
    )


@require_safe
def thumb(request: HttpRequest, file_id: str) -> HttpResponseBase:
    """Send the small image that the site made of a file."""
    return _image(request, file_id, storage.THUMB)


@require_safe
def view(request: HttpRequest, file_id: str) -> HttpResponseBase:
    """Send the big one."""
    return _image(request, file_id, storage.VIEW)


def _image(request: HttpRequest, file_id: str, part: str) -> HttpResponseBase:
    person, row = _find(request, file_id)
    if row.thumb_width is None:
        raise _nothing()
    etag = f'"{row.sha256[:32]}-{part.partition(".")[0]}"'
    headers = {"Content-Type": "image/webp", "Content-Disposition": "inline"}
    return _answer(request, person, row, part, etag=etag, headers=headers)


def _find(request: HttpRequest, file_id: str) -> tuple[Person, File]:
    """Return the visitor and a file that the visitor may see. Anything else is not there."""
    if isinstance(request.user, AnonymousUser):
        raise _nothing()
    person: Person = request.user
    row = File.objects.filter(public_id=file_id, gone_at=None, ready_at__isnull=False).first()
    if row is None or not _may_see(person, row):
        raise _nothing()
    return person, row


def _may_see(person: Person, row: File) -> bool:
    if row.seq is None:
        return bool(row.author_id == person.pk)
    if readers().inspects(person):  # also what is kept of a deleted message
        return True
    return readers().may_read(person, row.stream_id, row.seq) and bool(
        File.readable().filter(pk=row.pk).exists()
    )


def _answer(
    request: HttpRequest,
    person: Person,
    row: File,
    part: str,
    *,
    etag: str,
    headers: dict[str, str],
) -> HttpResponseBase:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in known or known == ["*"]:
        return _with_headers(HttpResponseNotModified(), etag, {})
    opened = _opened(row, part)
    try:
        size = opened.size
        asked = request.headers.get("Range", "")
        if request.headers.get("If-Range", etag) != etag:
            asked = ""
        try:
            some = byte_ranges.wanted(asked, size)
        except byte_ranges.Unsatisfiable:
            opened.close()
            beyond = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
            return _with_headers(beyond, etag, {})
        sent = some or Part(0, size)
        response: HttpResponseBase
        if request.method == "HEAD":
            opened.close()
            response = HttpResponse()
        else:
            parts = _blocks(opened, sent)
            response = StreamingHttpResponse(readers().send(parts, person))
    except BaseException:
        opened.close()
        raise
    response._resource_closers.append(opened.close)  # type: ignore[union-attr]
    if some is not None:
        response.status_code = 206
        headers = headers | {"Content-Range": f"bytes {sent.start}-{sent.end - 1}/{size}"}
    return _with_headers(response, etag, headers | {"Content-Length": str(sent.length)})


def _with_headers(
    response: HttpResponseBase, etag: str, headers: dict[str, str]
) -> HttpResponseBase:
    for field, value in headers.items():
        response.headers[field] = value
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = _CACHED
    response.headers["Content-Security-Policy"] = _POLICY
    patch_vary_headers(response, ("Cookie",))
    return response


def _opened(row: File, part: str) -> Any:
    try:
        return storage.open_part(row.public_id, part)
    except FileNotFoundError:
        raise _nothing() from None


async def _blocks(opened: Any, some: Part) -> AsyncIterator[bytes]:
    """Read a part of a file block by block, on a thread: the event loop has sockets to serve."""
    left = some.length
    await asyncio.to_thread(opened.seek, some.start)
    while left and (block := await asyncio.to_thread(opened.read, min(left, storage.BLOCK))):
        left -= len(block)
        yield block


def _media_type(row: File) -> str:
    is_harmless = row.type.startswith(_HARMLESS) or row.type in _ALSO_HARMLESS
    return row.type if is_harmless else "application/octet-stream"


def _nothing() -> Http404:
    return Http404(_("There is no such file, or it is not for you."))
