"""Files as a page sends them, for tests of pages: by tus, and a post that binds them."""

from base64 import b64encode
from typing import Any

from django.http import HttpResponse

from history.log.entry import Attachment
from history.said import Said
from rooms.actions import performing
from rooms.actions.messages import ASK, Draft
from rooms.models import Room
from tests.http.conftest import Person
from tests.support import images

PIECE = "application/offset+octet-stream"
PHOTO = images.encoded(images.quarters(1200, 800), "JPEG")
PLAN = b"%PDF-1.4 a plan" * 40


def metadata(**words: str) -> str:
    return ",".join(f"{word} {b64encode(value.encode()).decode()}" for word, value in words.items())


def begin(
    by: Person,
    room: Room,
    size: int,
    *,
    name: str = "notes.bin",
    kind: str = "application/octet-stream",
    client_id: str = "one",
    first: bytes | None = None,
) -> HttpResponse:
    headers = {
        "Upload-Length": str(size),
        "Upload-Metadata": metadata(filename=name, filetype=kind, id=client_id),
        "Accept": "application/json",
    }
    return by.client.post(
        f"/rooms/{room.code}/files/",
        data=first or b"",
        content_type="application/octet-stream" if first is None else PIECE,
        headers=headers,
    )


def piece(by: Person, url: str, start: int, data: bytes) -> HttpResponse:
    return by.client.patch(
        url,
        data=data,
        content_type=PIECE,
        headers={"Upload-Offset": str(start), "Accept": "application/json"},
        CONTENT_TYPE=PIECE,  # the client has none for an empty body
    )


def send(by: Person, room: Room, data: bytes, **about: str) -> str:
    """Send a file whole. Return its id."""
    answer = begin(by, room, len(data), first=data, **about)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def post(by: Person, room: Room, *ids: str, body: str = "", client_id: str = "m1") -> Any:
    draft = Draft(
        stream_id=room.stream_id,
        room_id=room.pk,
        author_id=by.user.pk,
        author={"id": by.user.public_id, "name": by.name},
        client_id=client_id,
        said=Said(body=body),
        epoch=ASK,
        files=[Attachment(file_id) for file_id in ids],
    )
    (outcome,), _ = performing.perform([draft])
    return outcome


def room_with_files(ada: Person, ben: Person) -> Room:
    """Return a room in which Ada has posted a photo and a plan, and Ben a file of his."""
    room = ada.create(title="Islands")
    ada.connect(room)
    ben.come_in(room)
    photo = send(ada, room, PHOTO, name="grün & blau.jpg", client_id="photo")
    plan = send(ada, room, PLAN, name="plan.pdf", kind="application/pdf", client_id="plan")
    post(ada, room, photo, plan, body="look")
    post(ben, room, send(ben, room, b"of Ben", name="b.txt", kind="text/plain"), client_id="b")
    return room
