"""The export: all of somebody's messages as a file."""

import asyncio
import csv
import io
import json
import re
import struct
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from history import downloads, export
from history.export import own
from history.models import Message, Stream
from history.readers import Place
from rooms.actions import messages
from tests.http.conftest import Person, remove

# The file is read on threads of its own, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def fetch(person: Person | Client, kind: str) -> tuple[StreamingHttpResponse, str]:
    """The answer and the file, asked for as the ASGI server does."""
    client = AsyncClient()
    client.cookies = person.client.cookies if isinstance(person, Person) else person.cookies

    async def ask() -> tuple[StreamingHttpResponse, str]:
        response = await client.get(f"/history/export/?format={kind}")
        text = b"".join([part async for part in response]).decode()
        await sync_to_async(connections.close_all)()  # those of the view's thread
        return response, text

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["/history/export/?format=json", "/account/data/"])
def test_comes_compressed_as_one_file(
    ada: Person, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "CHUNK", 2)
    ada.say(ada.create(), *"abcde")
    client = AsyncClient()
    client.cookies = ada.client.cookies

    async def ask() -> bytes:
        response = await client.get(path, headers={"accept-encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        whole = b"".join([part async for part in response])
        await sync_to_async(connections.close_all)()  # those of the view's thread
        return whole

    unpacked = zlib.decompressobj(31)  # reads one gzip file, as browsers do
    assert json.loads(unpacked.decompress(asyncio.run(ask())))
    assert unpacked.eof
    assert not unpacked.unused_data


def test_tells_its_progress_if_asked(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "CHUNK", 2)
    room = ada.create()
    ada.say(room, "one", "two", "three")
    _, plain = fetch(ada, "txt")
    for path in ("/history/export/", f"/history/rooms/{room.public_id}/export/"):
        client = AsyncClient()
        client.cookies = ada.client.cookies
        total, parts = asyncio.run(ask_with_progress(client, f"{path}?format=txt&progress=1"))
        reads = [struct.unpack(">II", part[:8])[1] for part in parts]
        assert reads == sorted(reads)
        assert reads[-1] == total >= 3
        assert all(struct.unpack(">II", part[:8])[0] == len(part) - 8 for part in parts)
        if path == "/history/export/":
            whole = b"".join(part[8:] for part in parts).decode()
            assert whole.splitlines()[3:] == plain.splitlines()[3:]  # but for when it was saved


async def ask_with_progress(client: AsyncClient, path: str) -> tuple[int, list[bytes]]:
    response = await client.get(path)
    parts = [part async for part in response]
    await sync_to_async(connections.close_all)()  # those of the view's thread
    return int(response.headers["X-Messages"]), parts


@pytest.mark.parametrize("kind", ["json", "csv", "html", "txt"])
def test_is_a_download_with_the_date_in_its_name(ada: Person, kind: str) -> None:
    ada.create()
    response, _ = fetch(ada, kind)
    assert response.status_code == 200
    assert re.fullmatch(
        rf'attachment; filename="history-\d{{4}}-\d\d-\d\d\.{kind}"',
        response.headers["Content-Disposition"],
    )
    assert "no-store" in response.headers["Cache-Control"]


def test_holds_a_persons_messages_of_every_room_and_nothing_else(ada: Person, ben: Person) -> None:
    first, second = ada.create(title="Islands"), ada.create()
    ben.join(first)
    (one,) = ada.say(first, "one\nwith a second line")
    ben.say(first, "not mine")
    ada.say(second, "two")
    (gone,) = ada.say(second, "regretted")
    messages.delete(message=gone, by=ada.user)
    remove(ada, second)
    rows = json.loads(fetch(ada, "json")[1])
    assert [(row["body"], row["deleted"]) for row in rows] == [
        ("", True),
        ("two", False),
        ("one\nwith a second line", False),
    ]
    assert rows[-1] == {
        "id": one.pk,
        "room": {"code": first.code, "title": "Islands", "id": first.public_id},
        "seq": one.seq,
        "at": one.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{one.at.microsecond // 1000:03d}Z",
        "edited_at": None,
        "deleted": False,
        "reply_to": None,
        "body": "one\nwith a second line",
    }
    table = list(csv.DictReader(io.StringIO(fetch(ada, "csv")[1].removeprefix("\ufeff"))))
    assert [row["body"] for row in table] == [row["body"] for row in rows]
    assert [row["deleted"] for row in table] == ["yes", "no", "no"]
    assert {row["room_code"] for row in table} == {first.code, second.code}
    page = fetch(ada, "html")[1]
    assert page.count("<li ") == 3
    assert "not mine" not in page
    assert "regretted" not in page


@pytest.mark.parametrize("kind", ["json", "csv", "html", "txt"])
def test_goes_on_over_all_chunks(ada: Person, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "CHUNK", 7)
    ada.say(ada.create(), *(f"message {number:02d}" for number in range(30)))
    found = re.findall(r"message (\d\d)", fetch(ada, kind)[1])
    assert found == [f"{number:02d}" for number in reversed(range(30))]


def test_is_json_also_when_the_format_is_not_said(ada: Person) -> None:
    ada.create()
    assert ada.get("/history/export/").headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("kind", ["json", "csv", "html", "txt"])
def test_is_empty_but_whole_for_a_stranger(client: Client, kind: str) -> None:
    text = fetch(client, kind)[1]
    if kind == "json":
        assert json.loads(text) == []
    elif kind in {"csv", "txt"}:
        assert len(text.strip().splitlines()) == 1
    else:
        assert text.strip().endswith("</html>")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_has_no_formulas_in_its_csv(ada: Person, start: str) -> None:
    body = f"{start}HYPERLINK('https://example.org')"
    ada.say(ada.create(title="=1+1"), body, "5 - 3 = 2")
    text = fetch(ada, "csv")[1].removeprefix("\ufeff")
    plain, armed = csv.DictReader(io.StringIO(text, newline=""))
    assert armed["body"] == f"'{body}"
    assert armed["room_title"] == "'=1+1"
    assert plain["body"] == "5 - 3 = 2"


def test_is_text_in_its_html(ada: Person) -> None:
    ada.name = "<b>Ada</b>"
    ada.say(ada.create(title="</ol>"), "<script>alert(1)</script>\n& more")
    page = fetch(ada, "html")[1]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n&amp; more" in page
    assert "<script" not in page
    assert "<b>Ada" not in page
    assert "p[dir] { text-align: start; unicode-bidi: plaintext }" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("kind", ["xml", "", "JSON", "../json"])
def test_of_another_format_is_refused_with_those_there_are(ada: Person, kind: str) -> None:
    response = ada.get("/history/export/", data={"format": kind})
    assert response.status_code == 400
    assert "?format=csv" in response.content.decode()


def test_needs_a_fraction_of_its_size_in_memory() -> None:
    """Streams a history made up on the fly, a hundred chunks long.

    How many chunks there are at once depends on when Python collects them: two or three, never all.
    """
    stream, place = Stream(), Place("r_1", "K7QX")
    now = datetime.now(UTC)

    def read(before: int | None) -> Sequence[Message]:
        first = 100 * 50 if before is None else before - 1
        numbers = range(first, max(0, first - 50), -1)
        found = [
            Message(pk=number, stream=stream, seq=number, body="x" * 500, at=now)
            for number in numbers
        ]
        for message in found:
            message.place = place
        return found

    async def drain(parts: AsyncIterator[bytes]) -> int:
        return sum([len(part) async for part in parts])

    tracemalloc.start()
    try:
        parts = export.stream(export.FORMATS["json"], read, who="Ada", now=now)
        size = asyncio.run(drain(parts))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 100 * 50 * 500
    assert peak < size / 5


def test_documents_its_columns(ada: Person) -> None:
    """The docstring of the module is what readers of the files are told."""
    ada.say(ada.create(), "hello")
    (row,) = json.loads(fetch(ada, "json")[1])
    for name in row:
        assert f'"{name}"' in (own.__doc__ or "")
