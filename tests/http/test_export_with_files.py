"""The exports as archives: the messages, and the files that their reader may see."""

import asyncio
import io
import json
import re
import struct
import tracemalloc
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from history import storage
from history.models import File, Message
from rooms.actions import messages
from rooms.models import Membership, Room
from tests.http.conftest import NewPerson, Person, remove
from tests.http.sending import PHOTO, PLAN, post, room_with_files, send
from tests.support import images

# The messages are read on threads of their own, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def fetch(person: Person, path: str, **meanwhile: Any) -> bytes:
    return asyncio.run(_fetch(person, path, **meanwhile))


async def _fetch(person: Person, path: str, *, at_first: Any = None) -> bytes:
    client = AsyncClient()
    client.cookies = person.client.cookies
    response = await client.get(path, headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers, "an archive is compressed as it is"
    parts = []
    async for part in response:
        assert part, "nothing ends an answer in chunks"
        if at_first and not parts:
            await sync_to_async(at_first)()
        parts.append(part)
    await sync_to_async(connections.close_all)()  # those of the view's thread
    return b"".join(parts)


def of_room(person: Person, room: Room, **meanwhile: Any) -> ZipFile:
    path = f"/history/rooms/{room.public_id}/export/?format=zip"
    return ZipFile(io.BytesIO(fetch(person, path, **meanwhile)))


def of_own(person: Person) -> ZipFile:
    return ZipFile(io.BytesIO(fetch(person, "/history/export/?format=zip")))


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    return room_with_files(ada, ben)


def ids(**about: Any) -> list[str]:
    return list(File.objects.filter(**about).order_by("pk").values_list("public_id", flat=True))


def test_a_room_is_an_archive_with_its_files(ben: Person, room: Room) -> None:
    archive = of_room(ben, room)
    assert archive.testzip() is None
    photo, plan, his = ids()
    assert archive.namelist() == [
        "room.json",
        "room.html",
        f"files/{photo}/grün & blau.jpg",
        f"thumbs/{photo}.webp",
        f"files/{plan}/plan.pdf",
        f"files/{his}/b.txt",
    ]
    assert archive.read(f"files/{photo}/grün & blau.jpg") == PHOTO
    assert archive.read(f"files/{plan}/plan.pdf") == PLAN
    assert images.opened(archive.read(f"thumbs/{photo}.webp")).format == "WEBP"
    assert archive.getinfo(f"files/{plan}/plan.pdf").compress_type == ZIP_STORED


def test_its_json_is_that_of_the_room(ben: Person, room: Room) -> None:
    plain = json.loads(fetch_plain(ben, room, "json"))
    packed = json.loads(of_room(ben, room).read("room.json"))
    assert packed.pop("saved_at") >= plain.pop("saved_at")
    assert packed == plain


def fetch_plain(person: Person, room: Room, kind: str) -> bytes:
    async def ask() -> bytes:
        client = AsyncClient()
        client.cookies = person.client.cookies
        response = await client.get(f"/history/rooms/{room.public_id}/export/?format={kind}")
        found = b"".join([part async for part in response])
        await sync_to_async(connections.close_all)()
        return found

    return asyncio.run(ask())


def test_its_page_shows_the_files_beside_it(ben: Person, room: Room) -> None:
    archive = of_room(ben, room)
    page = archive.read("room.html").decode()
    photo, plan, _ = ids()
    assert (
        f'<a href="files/{photo}/gr%C3%BCn%20%26%20blau.jpg"><img src="thumbs/{photo}.webp"' in page
    )
    assert f'<a href="files/{plan}/plan.pdf"><bdi>plan.pdf</bdi></a>' in page
    assert "img-src" in page
    assert page.strip().endswith("</html>")
    alone = fetch_plain(ben, room, "html").decode()
    assert "files/f_" not in alone
    assert "img-src" not in alone


def test_who_came_later_gets_no_file_of_before(person: NewPerson, ada: Person, room: Room) -> None:
    cleo = person("Cleo")
    cleo.join(room)
    head = Message.objects.filter(stream=room.stream_id).latest("seq").seq
    Membership.objects.filter(user=cleo.user, room=room).update(hidden_through=head)
    post(ada, room, send(ada, room, b"later", name="later.txt", client_id="l"), client_id="l")
    assert [name.split("/")[-1] for name in of_room(cleo, room).namelist()] == [
        "room.json",
        "room.html",
        "later.txt",
    ]


def test_what_was_deleted_is_not_in_it(ada: Person, ben: Person, room: Room) -> None:
    """Not a removed message's files, either, which are kept for a day."""
    message = Message.objects.get(body="look")
    messages.delete(message=message, by=ada.user)
    archive = of_room(ben, room)
    assert archive.namelist() == ["room.json", "room.html", f"files/{ids()[2]}/b.txt"]
    assert "plan.pdf" not in archive.read("room.html").decode()


def test_what_is_deleted_meanwhile_is_left_out(ada: Person, ben: Person, room: Room) -> None:
    """After the messages were read, before its turn: also where only its bytes are gone."""
    photo, plan, his = ids()

    def meanwhile() -> None:
        messages.delete(message=Message.objects.get(author=ben.user, kind="chat"), by=ada.user)
        storage.delete(plan)
        connections.close_all()

    archive = of_room(ada, room, at_first=meanwhile)
    assert archive.testzip() is None
    names = archive.namelist()
    assert f"thumbs/{photo}.webp" in names
    assert not [name for name in names if plan in name or his in name]
    assert his in archive.read("room.json").decode(), "which is of one moment"


def test_who_is_removed_meanwhile_gets_no_further_file(ben: Person, room: Room) -> None:
    def meanwhile() -> None:
        remove(ben, room)
        connections.close_all()

    archive = of_room(ben, room, at_first=meanwhile)
    assert archive.namelist() == ["room.json", "room.html"]


def test_ones_own_archive_has_what_one_sent(ada: Person, ben: Person, room: Room) -> None:
    send(ada, room, b"in no message yet", client_id="waits")
    remove(ada, room)
    archive = of_own(ada)
    photo, plan, *_ = ids()
    assert archive.namelist() == [
        "messages.json",
        "messages.html",
        f"files/{photo}/grün & blau.jpg",
        f"thumbs/{photo}.webp",
        f"files/{plan}/plan.pdf",
    ]
    assert archive.read(f"files/{photo}/grün & blau.jpg") == PHOTO
    (row,) = json.loads(archive.read("messages.json"))
    assert [file["id"] for file in row["files"]] == [photo, plan]
    page = archive.read("messages.html").decode()
    assert f'<img src="thumbs/{photo}.webp"' in page
    assert page.count("</html>") == 1


def test_without_files_it_is_an_archive_all_the_same(person: NewPerson) -> None:
    eve = person("Eve")
    assert of_own(eve).namelist() == ["messages.json", "messages.html"]
    room = eve.create()
    assert of_room(eve, room).namelist() == ["room.json", "room.html"]


@pytest.mark.parametrize("where", ["own", "room"])
def test_progress_counts_messages_and_files(ada: Person, room: Room, where: str) -> None:
    path = f"/history/rooms/{room.public_id}/export/" if where == "room" else "/history/export/"

    async def ask() -> tuple[int, bytes]:
        client = AsyncClient()
        client.cookies = ada.client.cookies
        response = await client.get(f"{path}?format=zip&progress=1")
        told = int(response.headers["X-Messages"]) + int(response.headers["X-Files"])
        data = b"".join([part async for part in response])
        await sync_to_async(connections.close_all)()
        return told, data

    told, data = asyncio.run(ask())
    whole, counts, at = b"", [], 0
    while at < len(data):
        length, read = struct.unpack_from(">II", data, at)
        whole += data[at + 8 : at + 8 + length]
        counts.append(read)
        at += 8 + length
    assert counts == sorted(counts)
    assert counts[-1] == told
    assert ZipFile(io.BytesIO(whole)).testzip() is None


def test_its_pages_offer_it_in_words(ada: Person, room: Room) -> None:
    for path in ("/history/", f"/history/rooms/{room.public_id}/"):
        page = ada.get(path).content.decode()
        offered = re.search(r'\?format=zip" download><strong>ZIP</strong> <span[^>]*>([^<]+)', page)
        assert offered, path
        assert offered[1] == "everything, with the files"


def test_a_file_is_never_in_memory_as_a_whole(ada: Person, room: Room) -> None:
    size = 24 * 2**20
    file_id = ids()[1]
    with storage.path(file_id, storage.WHOLE).open("wb") as file:
        file.truncate(size)

    async def drain() -> int:
        client = AsyncClient()
        client.cookies = ada.client.cookies
        response = await client.get(f"/history/rooms/{room.public_id}/export/?format=zip")
        total = 0
        async for part in response:
            total += len(part)
        await sync_to_async(connections.close_all)()
        return total

    asyncio.run(drain())  # what is imported and kept the first time
    tracemalloc.start()
    try:
        sent = asyncio.run(drain())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > size
    assert peak < size / 4


def test_what_is_broken_off_leaves_no_thread_and_no_file_open(
    ada: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    open_part = storage.open_part

    def opens(*args: Any) -> Any:
        opened.append(open_part(*args))
        return opened[-1]

    monkeypatch.setattr(storage, "open_part", opens)
    monkeypatch.setattr(storage, "BLOCK", 64)

    async def ask() -> None:
        client = AsyncClient()
        client.cookies = ada.client.cookies
        response = await client.get(f"/history/rooms/{room.public_id}/export/?format=zip")
        parts = response.streaming_content
        async for _ in parts:
            if opened:
                break
        await parts.aclose()
        await asyncio.get_running_loop().shutdown_asyncgens()
        await sync_to_async(connections.close_all)()

    asyncio.run(ask())
    assert [file.closed for file in opened] == [True]
