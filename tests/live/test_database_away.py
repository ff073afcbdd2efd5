"""PostgreSQL is gone, or may not be written to, and comes back: the site says so, and is back with it."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.faults.proxy import Proxy
from tests.live.members import eventually
from tests.support.client import FormRefused, FrameRefused, RoomSocket, SocketClosed, Visitor
from tests.support.plugin import StartSite
from tests.support.services import Postgres
from tests.support.workers import Site

# The pages that a member of a room may ask for.
PAGES = [
    "/",
    "/rooms/{code}/",
    "/rooms/{code}/manage/",
    "/history/",
    "/history/rooms/",
    "/account/",
]


@pytest.fixture
async def line(postgres_server: Postgres) -> AsyncIterator[Proxy]:
    """The worker's way to PostgreSQL."""
    async with Proxy(postgres_server.port) as proxy:
        yield proxy


@pytest.fixture
async def site(
    start_site: StartSite, line: Proxy, postgres_server: Postgres, migrated_database: str
) -> Site:
    name = postgres_server.new_database(template=migrated_database)
    port = line.base_url.rpartition(":")[2]
    url = f"postgres://chat@127.0.0.1:{port}/{name}"
    return await asyncio.to_thread(start_site, database_url=url)


async def refusals(socket: RoomSocket, client_id: str) -> int:
    """Post until it is acked; how often it was refused."""
    count = 0
    while True:
        try:
            await socket.post("hello", client_id=client_id)
            return count
        except FrameRefused as refused:
            if refused.code != "unavailable":
                raise
            count += 1
            await asyncio.sleep(1)


async def say_that_they_come_back(visitor: Visitor, code: str) -> None:
    """Every page does."""
    for path in PAGES:
        page = await visitor.get(path.format(code=code))
        assert (page.status_code, path) == (503, path)
        assert int(page.headers["Retry-After"]) > 0
        assert 'http-equiv="refresh"' in page.text


async def is_ready(site: Site) -> bool:
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as client:
        return (await client.get("/readyz")).status_code == 200


async def check_log(site: Site) -> None:
    """It was said once, and once that it was over: when the worker renews its lease."""
    worker = site.workers[0]
    await eventually(lambda: " database back after " in worker.log_text())
    text = worker.log_text()
    assert "Traceback" not in text
    assert text.count(" database away: ") == text.count(" database back after ") == 1
    [failures] = re.findall(r"in which (\d+) things failed", text)
    assert int(failures) > 5
    lines = [line for line in text.splitlines() if " WARNING " in line or " ERROR " in line]
    assert len(lines) < 20, lines


async def test_a_database_that_is_gone_is_tried_each_second(site: Site, line: Proxy) -> None:
    loop = asyncio.get_running_loop()
    async with site.visitor("Ada") as ada, site.visitor("Bob") as bob:
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as room:
            await room.post("before")
            await line.unplug()
            gone_at = loop.time()
            posting = asyncio.create_task(refusals(room, "while it is gone"))
            await say_that_they_come_back(ada, code)
            assert not await is_ready(site)
            with pytest.raises((FormRefused, AssertionError)):  # no form, or a refused one
                await bob.create()
            await asyncio.sleep(max(0, gone_at + 20 - loop.time()))
            await line.plug_in()
            back_at = loop.time()
            assert await posting > 0, "people were told"
            assert loop.time() - back_at < 5
            tries = [gone_at, *(at for at in line.refused_at if at > gone_at), back_at]
            pauses = [later - at for at, later in itertools.pairwise(tries)]
            assert max(pauses) < 4
            assert (await ada.get(f"/rooms/{code}/")).status_code == 200
            async with bob.socket(code) as his:
                await his.post("after")
            assert await is_ready(site)
    await check_log(site)


@contextmanager
def read_only(postgres: Postgres, site: Site) -> Iterator[None]:
    """As the old primary is after a failover: whoever connects from now on may only read."""
    name = site.database_url.rpartition("/")[2]
    with postgres.connect() as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield
        connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')


async def test_a_database_that_may_only_be_read_is_no_use_and_is_left_at_once_when_it_is(
    site: Site, postgres_server: Postgres
) -> None:
    async with site.visitor("Ada") as ada, site.visitor("Bob") as bob:
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as room:
            await room.post("before")
            with read_only(postgres_server, site):
                posting = asyncio.create_task(refusals(room, "while it may only be read"))
                await say_that_they_come_back(ada, code)
                assert not await is_ready(site)
                with pytest.raises(SocketClosed, match="4002"):
                    await bob.socket(code).connect()
                await asyncio.sleep(5)
            assert await asyncio.wait_for(posting, 10) > 0
            async with bob.socket(code) as his:
                await his.post("after")
            for _ in range(10):  # each of its threads' connections
                assert (await ada.get(f"/rooms/{code}/")).status_code == 200
            assert await is_ready(site)
    await check_log(site)
