"""A backup that is taken while people talk, and the site that is made of it."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from rooms.backup.manifest import Manifest
from tests.live.members import members_of_a_room
from tests.live.test_files import noise
from tests.support import backups, images
from tests.support.client import RoomSocket
from tests.support.services import Postgres
from tests.support.uploads import Uploader
from tests.support.workers import Site

NewSite = Callable[[], Site]


@pytest.fixture
def empty_site(request: pytest.FixtureRequest, stage: Site) -> Iterator[NewSite]:
    """Make a site with nothing in it, on the same kind of database; no worker runs.

    That of PostgreSQL is migrated, as one is that was started and not used yet. A database without tables
    is in tests/contract/test_restore.py.
    """
    made: list[Site] = []

    def make() -> Site:
        url = None
        if stage.database_url.startswith("postgres"):
            server: Postgres = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("migrated_database")
            url = server.url(server.new_database(template=template))
        made.append(Site(workers=0, database_url=url))
        return made[-1]

    yield make
    for site in made:
        site.stop()


class Talk:
    """Two people who post, with and without files, until they are told to stop."""

    def __init__(self, people: list[RoomSocket]) -> None:
        self.people = people
        self.acked: list[str] = []
        self._ended = False

    async def __aenter__(self) -> "Talk":
        self._tasks = [asyncio.create_task(self._talk(room)) for room in self.people]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ended = True
        await asyncio.gather(*self._tasks)

    async def _talk(self, room: RoomSocket) -> None:
        name, number = room.visitor.name, 0
        while not self._ended:
            number += 1
            if number % 10 == 0:
                await self.send_file(room, noise(30_000 + number), f"{name}-{number}")
            body = f"{name} says {number}"
            await room.post(body)
            self.acked.append(body)

    async def send_file(self, room: RoomSocket, data: bytes, client_id: str) -> str:
        uploader = Uploader(room.visitor, room.code)  # type: ignore[arg-type]
        sent = await uploader.send(data, name=f"{client_id}.bin", client_id=client_id)
        await room.ask("post", client_id=client_id, body="", files=[{"id": sent["id"]}])
        return str(sent["id"])


def files_of(site: Site) -> dict[str, bytes]:
    """Return what is stored of files that are in messages, or may be."""
    found = (site.directory / "files").glob("??/f_*/*")
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes() for path in found if path.is_file()
    }


async def test_a_backup_of_a_site_where_people_talk_is_restored_whole(
    stage: Site, empty_site: NewSite, tmp_path: Path
) -> None:
    path = tmp_path / "backup.tar"
    async with members_of_a_room(stage, "Ada", "Bob") as people:
        ada = people[0]
        async with Talk(people) as talk:
            photo = images.encoded(images.quarters(1200, 800), "JPEG")
            photo_id = await talk.send_file(ada, photo, "photo")
            gone = await ada.ask("post", client_id="gone", body="never mind")
            await ada.ask("delete", seq=gone["seq"])
            before = list(talk.acked)
            printed = await asyncio.to_thread(stage.manage, "backup", str(path))
            during = len(talk.acked) - len(before)
    assert during > 20, "they talked on"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["backup.tar"]
    made = backups.manifest_of(path)
    assert f"{sum(made.rows.values())} rows" in printed
    assert made.files.lost_count == 0
    assert "secrets.json" not in backups.members(path)

    other = empty_site()
    printed = await asyncio.to_thread(other.manage, "restore", str(path))
    assert "all as the manifest says" in printed
    with stage.database() as old, other.database() as new:
        for table, count in made.rows.items():
            assert new(f'SELECT count(*) FROM "{table}"') == [(count,)], table
        bodies = {body for (body,) in new("SELECT body FROM history_message")}
        assert {*before} <= bodies, "what was acknowledged before it began is in it"
        assert "never mind" not in bodies
        # No message beyond the counter of its room.
        assert new(
            "SELECT count(*) FROM history_message m JOIN history_stream s ON s.id = m.stream_id "
            "WHERE m.seq > s.head OR m.changed_seq > s.head"
        ) == [(0,)]
        # Nor a hole below it.
        room = (
            "FROM rooms_room r JOIN history_stream s ON s.id = r.stream_id WHERE r.public_id = %s"
        )
        [(stream, head)] = new(f"SELECT s.id, s.head {room}", [ada.view.room["id"]])
        numbers = "SELECT seq FROM history_message WHERE stream_id = %s AND seq <= %s ORDER BY seq"
        assert new(numbers, [stream, head]) == old(numbers, [stream, head])
        # What is in it is as it was. Rooms of other tests may be cleaned up meanwhile.
        for query in (
            "SELECT id, seq, changed_seq, kind, author_id, body, html, words, at "
            "FROM history_message WHERE stream_id = %s",
            "SELECT id, public_id, seq, size, sha256 FROM history_file "
            "WHERE stream_id = %s AND seq > 0",
        ):
            assert {*new(query, [stream])} <= {*old(query, [stream])}
        [(old_name,)], [(new_name,)] = (
            ask("SELECT name FROM history_history") for ask in (old, new)
        )
        assert new_name != old_name, "clients that have more start over"
        named = new(
            "SELECT public_id, thumb_width FROM history_file "
            "WHERE gone_at IS NULL AND ready_at IS NOT NULL"
        )
    stored, restored = files_of(stage), files_of(other)
    deleted = {*made.files.deleted_meanwhile}
    assert {f"{public_id}/whole" for public_id, _ in named if public_id not in deleted} <= {
        *restored
    }
    assert {f"{photo_id}/{part}" for part in ("whole", "thumb.webp", "view.webp")} <= {*restored}
    assert len(restored) == made.files.count
    assert sum(map(len, restored.values())) == made.files.bytes
    assert restored == {key: stored[key] for key in restored if key in stored}

    if stage.database_url.startswith("sqlite"):
        # A backup of an earlier release is brought up to this one.
        older = tmp_path / "older.tar"
        backups.changed(path, older, partial(_without_sessions, made))
        third = empty_site()
        await asyncio.to_thread(third.manage, "restore", str(older))
        assert third.rows("SELECT count(*) FROM django_session") == [(0,)]
        assert third.rows("SELECT count(*) FROM history_message") == [
            (made.rows["history_message"],)
        ]


def _without_sessions(made: Manifest, database: Path) -> Manifest:
    """Make it the database of a time before there were sessions."""
    with closing(sqlite3.connect(database, isolation_level=None)) as rows:
        rows.execute("DROP TABLE django_session")
        rows.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    left = {table: count for table, count in made.rows.items() if table != "django_session"}
    left["django_migrations"] -= 1
    migrations = {app: name for app, name in made.migrations.items() if app != "sessions"}
    return replace(made, rows=left, migrations=migrations)
