"""Files in a store with S3's API: several machines have them, and the store may be away."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import is_zipfile

import httpx
import pytest
from django.core.files.base import ContentFile

from chatsite import filestore
from history import storage
from tests.live.members import eventually, members_of_a_room
from tests.live.test_files import noise
from tests.support import images
from tests.support.client import RoomSocket
from tests.support.programs import ROOT
from tests.support.s3 import BUCKET, KEYS, Store
from tests.support.uploads import MIB, Uploader
from tests.support.workers import Site


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


@pytest.fixture(scope="module")
def stored(_new_site: Callable[..., Site], store: Store) -> Iterator[Site]:
    with _new_site(settings=store.settings) as site:
        yield site


@pytest.fixture
async def ada(stored: Site) -> AsyncIterator[RoomSocket]:
    async with members_of_a_room(stored, "Ada") as [ada]:
        yield ada


async def test_a_file_goes_through_a_store(stored: Site, store: Store, ada: RoomSocket) -> None:
    data = noise(MIB + 300_000)
    sent = await Uploader(ada.visitor, ada.code).send(data, name="Häuser.bin")
    answer = await ada.visitor.get(f"/files/{sent['id']}/Häuser.bin")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "private, no-store"
    address = answer.headers["Location"]
    assert address.startswith(store.url)
    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["60"]
    async with httpx.AsyncClient(trust_env=False) as stranger:
        got = await stranger.get(address)
    assert got.content == data
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert not (stored.directory / "files").exists(), "nothing of it is on this machine"
    assert [key for key in store.names() if "/pieces/" in key] == []


async def test_an_image_is_shown_by_the_site_itself(store: Store, ada: RoomSocket) -> None:
    photo = images.encoded(images.quarters(1200, 800), "JPEG")
    sent = await Uploader(ada.visitor, ada.code).send(photo, name="a.jpg", client_id="photo")
    shown = await ada.visitor.get(f"/files/{sent['id']}/thumb/")
    assert (shown.status_code, images.opened(shown.content).size) == (200, (840, 560))


async def test_what_is_deleted_is_gone_from_the_store(store: Store, ada: RoomSocket) -> None:
    sent = await Uploader(ada.visitor, ada.code).send(b"secret", client_id="gone")
    posted = await ada.ask("post", client_id="m", body="", files=[{"id": sent["id"]}])
    assert any(sent["id"] in key for key in store.names())
    await ada.ask("delete", seq=posted["seq"])
    await eventually(lambda: not any(sent["id"] in key for key in store.names()))


async def test_while_the_store_is_away_files_wait(store: Store, ada: RoomSocket) -> None:
    data = noise(MIB + 5)
    uploader = Uploader(ada.visitor, ada.code)
    path = (await uploader.begin(len(data), first=data[:MIB], client_id="away")).headers["Location"]
    store.stop()
    try:
        answer = await uploader.piece(path, MIB, data[MIB:])
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        await ada.post("talk goes on")
    finally:
        store.start()
    start = await uploader.offset(path)
    assert (await uploader.piece(path, start, data[start:])).status_code == 204


async def test_an_export_breaks_off_when_the_store_goes_away(
    stored: Site, store: Store, ada: RoomSocket
) -> None:
    sent = await Uploader(ada.visitor, ada.code).send(noise(100_000), client_id="exported")
    await ada.ask("post", client_id="exported", body="", files=[{"id": sent["id"]}])
    [(room_id,)] = stored.rows("SELECT public_id FROM rooms_room WHERE code = %s", [ada.code])
    address = f"/history/rooms/{room_id}/export/?format=zip"
    got = bytearray()

    async def export() -> None:
        async with ada.visitor.http.stream("GET", stored.url + address) as answer:
            assert answer.status_code == 200, "it has begun by then"
            async for part in answer.aiter_raw():
                got.extend(part)

    store.stop()
    try:
        with pytest.raises(httpx.RemoteProtocolError):
            await export()
    finally:
        store.start()
    assert b"room.json" in got
    assert not is_zipfile(BytesIO(got)), "nobody takes it for a whole one"
    log = stored.workers[0].log_text()
    assert log.count("an answer was broken off: the store of files went away") == 1
    assert "Traceback" not in log


async def test_a_backup_goes_through_a_pipe_into_another_store(
    stored: Site, store: Store, ada: RoomSocket
) -> None:
    photo = images.encoded(images.quarters(600, 400), "JPEG")
    sent = await Uploader(ada.visitor, ada.code).send(photo, name="b.jpg", client_id="kept")
    await ada.ask("post", client_id="kept", body="", files=[{"id": sent["id"]}])
    moved = store.settings["CHAT_FILES"].replace("/sent?", "/restored?")
    other = Site(workers=0, settings=store.settings | {"CHAT_FILES": moved})
    try:
        await asyncio.to_thread(_pipe, stored, other)
        # People of earlier tests are told to have left meanwhile.
        [(last,)] = other.rows("SELECT max(id) FROM history_message")
        query = "SELECT count(*) FROM history_message WHERE id <= %s"
        assert other.rows(query, [last]) == stored.rows(query, [last])
    finally:
        other.stop()
    restored = {name for name in store.names() if name.startswith("restored/")}
    assert sum(sent["id"] in name for name in restored) == 3
    for name in restored:
        was, now = (
            store.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            for key in (name.replace("restored/", "sent/"), name)
        )
        assert now == was


def _pipe(site: Site, other: Site) -> None:
    """Run `manage.py backup - | manage.py restore -`."""
    command = [sys.executable, "manage.py"]
    with subprocess.Popen(
        [*command, "backup", "-"], cwd=ROOT, env=site.env, stdout=subprocess.PIPE
    ) as first:
        result = subprocess.run(
            [*command, "restore", "-"], cwd=ROOT, env=other.env, stdin=first.stdout, check=False
        )
    assert (first.returncode, result.returncode) == (0, 0)


def test_an_object_that_goes_when_it_is_open_is_missing(
    store: Store, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not a store that is away: a backup goes on without it."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    address = store.settings["CHAT_FILES"]
    settings.STORAGES = settings.STORAGES | {"files": filestore.storage(address, Path())}
    key = storage.save("f_00", storage.WHOLE, ContentFile(b"short-lived"))
    files: Any = storage.files()
    with storage.reading(key) as opened:
        assert opened.read() == b"short-lived"
    open_object = files.open

    def open_and_delete(key: str, mode: str) -> Any:
        opened = open_object(key, mode)
        store.client.delete_object(Bucket=BUCKET, Key=f"sent/{key}")
        return opened

    monkeypatch.setattr(files, "open", open_and_delete)
    with pytest.raises(FileNotFoundError), storage.reading(key):
        pass


async def test_pages_may_play_what_is_in_the_store(store: Store, ada: RoomSocket) -> None:
    page = await ada.visitor.get(f"/rooms/{ada.code}/")
    policy = page.headers["Content-Security-Policy"]
    assert f"media-src 'self' blob: {store.url}" in policy.split("; ")
    assert policy.count(store.url) == 1
