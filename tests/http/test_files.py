"""Files: sent in pieces, posted, read by who may read their message, gone with it."""

import hashlib
from base64 import b64encode
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse

from history.log.entry import Attachment
from history.models import File, Message, Piece
from history.said import Said
from rooms.actions import performing
from rooms.actions.messages import ASK, Draft
from rooms.models import Room
from tests.http.conftest import Person

# Posts with files take the batches' own transactions.
pytestmark = pytest.mark.django_db(transaction=True)

KIB = 1024


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


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


PIECE = "application/offset+octet-stream"


def piece(by: Person, url: str, start: int, data: bytes) -> HttpResponse:
    return by.client.patch(
        url,
        data=data,
        content_type=PIECE,
        headers={"Upload-Offset": str(start), "Accept": "application/json"},
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


async def _all(parts: Any) -> bytes:
    return b"".join([part async for part in parts])


def fetched(by: Person, url: str, **headers: str) -> tuple[int, bytes]:
    answer = by.client.get(url, headers=headers)
    if not answer.streaming:
        return answer.status_code, answer.content
    parts = answer.streaming_content
    return answer.status_code, async_to_sync(_all)(parts)


def test_a_file_arrives_in_pieces_and_is_whole(ada: Person, room: Room) -> None:
    data = bytes(range(256)) * 600  # 150 KiB
    begun = begin(ada, room, len(data))
    assert begun.status_code == 201
    url = begun.headers["Location"]
    assert begun.headers["Upload-Offset"] == "0"
    first = piece(ada, url, 0, data[: 64 * KIB])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(64 * KIB))
    asked = ada.client.head(url)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (
        str(64 * KIB),
        str(len(data)),
    )
    assert piece(ada, url, 0, data[: 64 * KIB]).status_code == 409
    assert piece(ada, url, 64 * KIB, data[64 * KIB :]).status_code == 204
    state = ada.get(url).json()
    assert (state["state"], state["size"], state["name"]) == ("ready", len(data), "notes.bin")
    row = File.objects.get()
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert not Piece.objects.exists()
    assert fetched(ada, f"{url}notes.bin") == (200, data)


def test_a_file_is_posted_once_and_read_by_the_room(ada: Person, ben: Person, room: Room) -> None:
    data = b"what was measured" * 10
    file_id = send(ada, room, data, name="measured.txt", kind="text/plain")
    url = f"/files/{file_id}/measured.txt"
    assert fetched(ben, url)[0] == 404, "nobody's but its sender's until it is posted"
    assert post(ada, room, file_id, body="look").seq
    assert fetched(ben, url) == (200, data)
    message = Message.objects.get(client_id="m1")
    assert message.files == [
        {"id": file_id, "name": "measured.txt", "type": "text/plain", "size": len(data)}
    ]
    assert "measured" in message.words
    again = post(ada, room, file_id, client_id="m2")
    assert again.code == "no_file"
    assert post(ada, room, file_id, body="look").seq == message.seq, (
        "sent again, it is the same message"
    )
