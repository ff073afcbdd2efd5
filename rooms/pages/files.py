"""Files on their way into a room: tus 1.0 (https://tus.io/protocols/resumable-upload), and a room's list.

docs/PROTOCOL.md, "Files", has the requests.
"""

import binascii
from base64 import b64decode
from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from history import wire
from history.log import files
from rooms import access, codes, limits
from rooms.actions import uploads
from rooms.actions.uploads import Upload
from rooms.errors import BadFrame, NotMember, Removed, RoomClosed, RoomNotFound
from rooms.models import User
from rooms.pages.sessions import signed_in
from rooms.refusals.files import BadPieceType, BadUploadMetadata, BadUploadOffset, BadUploadSize

VERSION = "1.0.0"
_PIECE = "application/offset+octet-stream"
# Characters of the header with the name: in Base64, of a name in UTF-8.
_METADATA_MAX = 8192
# A number in a request has fewer digits: the database takes nothing larger.
_DIGITS = 16
# Files in a page of a room's list.
LISTED = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_room(request: HttpRequest, code: str) -> HttpResponse:
    """Return a room's files, newest first. A POST begins one."""
    me = signed_in(request)
    known = codes.normalize(code)
    if request.method == "POST":
        limits.attach(person=me.public_id)
        return _begin(request, me, known)
    return _list(request, me, known)


@never_cache
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def one(request: HttpRequest, file_id: str) -> HttpResponse:
    """Take another piece of a file, give it up, or say how much of it is here."""
    me = signed_in(request)
    if request.method == "DELETE":
        uploads.cancel(user=me, file_id=file_id)
        return _told(HttpResponse(status=204))
    if request.method == "PATCH":
        upload = uploads.append(
            user=me,
            file_id=file_id,
            start=_number(request, "Upload-Offset", BadUploadOffset),
            data=_piece(request),
        )
        return _at(HttpResponse(status=204), upload)
    upload = uploads.find(user=me, file_id=file_id)
    return _at(JsonResponse(_state(upload)), upload)


def _begin(request: HttpRequest, me: User, code: str) -> HttpResponse:
    about = _metadata(request.headers.get("Upload-Metadata", ""))
    try:
        upload = uploads.begin(
            user=me,
            code=code,
            name=about.get("filename", ""),
            media_type=about.get("filetype", ""),
            size=_number(request, "Upload-Length", BadUploadSize),
            client_id=about.get("id", ""),
        )
    except (NotMember, Removed, RoomClosed):
        raise RoomNotFound from None
    is_new = upload.is_new
    if is_new and request.content_type == _PIECE:
        upload = uploads.append(
            user=me, file_id=upload.file.public_id, start=0, data=_piece(request)
        )
    response = _at(JsonResponse(_state(upload), status=201 if is_new else 200), upload)
    response.headers["Location"] = reverse("file", args=[upload.file.public_id])
    return response


def _list(request: HttpRequest, me: User, code: str) -> HttpResponse:
    try:
        member = access.membership(user=me, code=code)
    except (NotMember, Removed, RoomClosed):
        raise RoomNotFound from None
    before = request.GET.get("before", "")
    found, older = files.page(
        member.room.stream_id,
        hidden_through=member.hidden_through,
        before=int(before) if before.isdecimal() and len(before) < _DIGITS else None,
        limit=LISTED,
    )
    return JsonResponse({"files": found, "older": older})


def _state(upload: Upload) -> dict[str, Any]:
    row = upload.file
    about = {"id": row.public_id, "offset": upload.offset, "size": row.size}
    if row.ready_at is None:
        return about | {"state": "arriving"}
    return about | {"state": "ready", **wire.file(row)}


def _at(response: HttpResponse, upload: Upload) -> HttpResponse:
    row = upload.file
    response.headers["Upload-Offset"] = str(upload.offset)
    response.headers["Upload-Length"] = str(row.size)
    if row.seq is None:
        until = row.heard_at + files.UNPOSTED
        response.headers["Upload-Expires"] = http_date(until.astimezone(UTC).timestamp())
    return _told(response)


def _told(response: HttpResponse) -> HttpResponse:
    response.headers["Tus-Resumable"] = VERSION
    return response


def _piece(request: HttpRequest) -> bytes:
    """Return the body, which chatsite/server/http.py bounds."""
    if request.content_type != _PIECE:
        raise BadPieceType
    return request.read()


def _number(request: HttpRequest, header: str, refusal: type[BadFrame]) -> int:
    """Return the whole number in a header. Raises the refusal for anything else."""
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) < _DIGITS):
        raise refusal
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Return tus's metadata: words, each with a value in Base64 or none, between commas."""
    if len(header) > _METADATA_MAX:
        raise BadUploadMetadata
    found: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        word, _, value = pair.strip().partition(" ")
        try:
            found[word] = b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise BadUploadMetadata from None
    return found
