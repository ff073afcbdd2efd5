"""Nobody resumes over a hole: a log that was set back to a backup is another history."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatsite.server.layer import PubSubLayer
from history import wire
from history.log.entry import Change
from history.said import Said
from rooms.publish import group, notification_of
from tests.live.members import fence, members_of_a_room, tab
from tests.support.client import RoomSocket
from tests.support.services import Postgres, RedisServer
from tests.support.workers import Site

StartSite = Callable[..., Site]


class Backup:
    """The database of a site whose workers do not run, to be put in its place again."""

    def __init__(self, site: Site, server: Postgres | None) -> None:
        self._database = site.database_url.rpartition("/")[2]
        self._path = Path(site.database_url.removeprefix("sqlite:///"))
        self._server = server
        if server is not None:
            self._copy = server.new_database(template=self._database)
        else:
            _copy(self._path, self._path.with_suffix(".backup"))

    def restore(self) -> None:
        if self._server is None:
            _copy(self._path.with_suffix(".backup"), self._path)  # into the same file
            return
        with self._server.connect() as connection:
            connection.execute(f'DROP DATABASE "{self._database}"')
            connection.execute(f'ALTER DATABASE "{self._copy}" RENAME TO "{self._database}"')


def _copy(source: Path, target: Path) -> None:
    """As sqlite3's `.backup` and `.restore` do."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


@pytest.fixture(params=["sqlite", "postgresql"])
def backed_up(
    request: pytest.FixtureRequest, start_site: StartSite
) -> tuple[Site, Callable[[], Backup]]:
    server: Postgres | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
    site = start_site(workers=1, postgres=server is not None)
    return site, lambda: Backup(site, server)


async def test_a_client_that_saw_more_than_the_backup_held_starts_over_also_later(
    backed_up: tuple[Site, Callable[[], Backup]],
) -> None:
    """Nothing was run after the restore: the workers find out."""
    site, back_up = backed_up
    worker = site.workers[0]
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        await fence([ada, bob], "kept")
        await asyncio.to_thread(worker.terminate)
        backup = await asyncio.to_thread(back_up)
        for room in (ada, bob):
            await room.drop()
        await asyncio.to_thread(worker.start)
        for room in (ada, bob):
            await room.connect()
            assert room.view.welcomes[-1] == "resume", "a restart alone is no other history"
        for number in range(10):
            await fence([ada, bob], f"lost {number}")
        await asyncio.to_thread(worker.terminate)
        await asyncio.to_thread(backup.restore)
        for room in (ada, bob):
            await room.drop()
        await asyncio.to_thread(worker.start)
        await ada.connect()
        assert ada.view.welcomes[-1] == "reset"
        for number in range(20):
            await ada.post(f"said again {number}")
        await bob.connect()
        assert bob.view.welcomes[-1] == "reset", "though the log has long passed what bob had"
        assert bob.view.difference(await ada.fresh()) == ""
        assert "lost 0" not in bob.view.bodies


async def test_a_client_that_names_no_history_is_taken_at_its_word(site: Site) -> None:
    """One of the release before."""
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        await fence([ada, bob], "hello")
        await bob.drop()
        await ada.post("missed")
        bob.view.history = ""
        await bob.connect()
        assert bob.view.welcomes == ["reset", "resume"]


async def test_when_a_log_is_set_back_under_running_workers_all_clients_start_over(
    stage: Site,
) -> None:
    async with members_of_a_room(stage, "Ada", "Bob", "Eve", reconnect=True) as people:
        ada, bob, eve = people
        await fence(people, "kept")
        kept = ada.view.cursor
        for number in range(10):
            await fence(people, f"lost {number}")
        before = ada.view.history
        query = "SELECT stream_id FROM rooms_room WHERE public_id = %s"
        [(stream,)] = stage.rows(query, [ada.view.room["id"]])
        where = "stream_id = %s AND seq > %s"
        stage.execute(f"DELETE FROM history_message WHERE {where}", [stream, kept])
        stage.execute("UPDATE history_stream SET head = %s WHERE id = %s", [kept, stream])
        for room in people:
            await room.post(f"{room.visitor.name} goes on")
        for room in people:
            await room.until(
                lambda view: {f"{each.visitor.name} goes on" for each in people} <= {*view.bodies}
            )
            assert room.view.welcomes == ["reset", "reset"]
            assert room.closes == [4002]
            assert room.view.history != before
        fresh = await ada.fresh()
        for room in people:
            await room.until(lambda view: view.cursor == fresh.cursor)
            assert room.view.difference(fresh) == ""
        await fence(people, "and on")
        assert bob.view.history == eve.view.history == ada.view.history


async def test_a_copy_that_is_tried_out_with_the_same_redis_is_not_heard(
    start_site: StartSite, postgres_server: Postgres, redis_server: RedisServer
) -> None:
    original = start_site(workers=1, postgres=True, redis_url=redis_server.url)
    worker = original.workers[0]
    async with members_of_a_room(original, "Ada", "Bob") as [ada, bob]:
        await fence([ada, bob], "hello")
        await asyncio.to_thread(worker.terminate)
        name = original.database_url.rpartition("/")[2]
        url = postgres_server.url(postgres_server.new_database(template=name))
        await asyncio.to_thread(worker.start)
        for room in (ada, bob):
            await room.drop()
            await room.connect()
            assert room.view.welcomes[-1] == "resume"
        copy = await asyncio.to_thread(
            start_site, workers=1, database_url=url, redis_url=redis_server.url
        )
        async with RoomSocket(ada.visitor, ada.code, base_urls=copy.urls) as trial:
            assert trial.view.history != ada.view.history
            for number in range(5):
                await trial.post(f"only tried {number}")
            for number in range(5):
                await fence([ada, bob], f"meant {number}")
            await fence([trial], "the end of the trial")
            assert not [body for body in trial.view.bodies if body.startswith("meant")]
        assert not [body for body in bob.view.bodies if body.startswith("only tried")]
        assert bob.view.difference(await ada.fresh()) == ""


@pytest.mark.parametrize("site", [{"site": "another"}, {}], ids=["of another site", "of nobody"])
async def test_a_doorbell_that_is_not_known_to_be_of_this_site_is_not_believed(
    hasty: Site, hasty_redis: RedisServer, site: dict[str, Any]
) -> None:
    async with members_of_a_room(hasty, "Ada", "Bob") as [ada, bob]:
        query = "SELECT stream_id FROM rooms_room WHERE public_id = %s"
        [(stream,)] = hasty.rows(query, [ada.view.room["id"]])
        layer = PubSubLayer(hosts=[hasty_redis.url])
        head = ada.view.cursor
        said = wire.message(
            seq=head + 1,
            kind="chat",
            author={"id": ada.view.you["id"], "name": "Ada"},
            client_id="made-up",
            said=Said(body="never said"),
            at="2026-11-22T15:00:00.123Z",
        )
        change = Change.of(stream_id=stream, after=head, through=head + 1, epoch=0, messages=[said])
        await layer.group_send(group(ada.code, stream), notification_of(change) | site)
        await layer.flush()
        await fence([ada, bob], "said")
        async with tab(bob, site=hasty, worker=0) as other:
            assert other.view.bodies == bob.view.bodies == ada.view.bodies == ["said"]
