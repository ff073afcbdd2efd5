"""One room's trouble stays its own: somebody else has its lock, and other rooms do not notice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager

import psycopg
import pytest

from chatsite.web import pages
from tests.support.client import FrameRefused, RoomSocket, Visitor
from tests.support.plugin import StartSite
from tests.support.services import RedisServer
from tests.support.workers import Site


@pytest.fixture
def site(start_site: StartSite) -> Site:
    return start_site(postgres=True, settings={"CHAT_LEAVE_GRACE": "0"})


@contextmanager
def held(site: Site, code: str) -> Iterator[None]:
    """A psql, or a backup, with the row of a room's stream."""
    with closing(psycopg.connect(site.database_url)) as connection:
        connection.execute(
            "SELECT 1 FROM history_stream s JOIN rooms_room r ON r.stream_id = s.id"
            " WHERE r.code = %s FOR UPDATE OF s",
            [code],
        )
        yield


async def persistently(socket: RoomSocket, body: str, client_id: str) -> int:
    """Post as the page does: again, until it is acked. Returns the number."""
    while True:
        try:
            return int((await socket.post(body, client_id=client_id))["seq"])
        except FrameRefused as refused:
            if refused.code != "unavailable":
                raise
            await asyncio.sleep(refused.retry_after or 0.5)


async def until(ask: Callable[[], bool], *, timeout: float = 20) -> None:
    """Wait for what no event tells of: it is in the database."""
    async with asyncio.timeout(timeout):
        while True:
            if ask():
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def two_rooms(site: Site) -> AsyncIterator[tuple[Visitor, RoomSocket, RoomSocket]]:
    """Somebody in two rooms, of which the first is to be held."""
    async with (
        site.visitor("Ada") as ada,
        ada.socket(await ada.create()) as stuck,
        ada.socket(await ada.create()) as well,
    ):
        yield ada, stuck, well


async def test_posts_and_changes_in_other_rooms_go_on(site: Site) -> None:
    async with two_rooms(site) as (_, stuck, well):
        first = await stuck.post("first")
        with held(site, stuck.code):
            waiting = [
                asyncio.create_task(persistently(stuck, f"stuck {n}", f"s{n}")) for n in range(3)
            ]
            reaction = asyncio.create_task(
                stuck.ask("react", seq=first["seq"], emoji="👍", on=True, timeout=60)
            )
            for n in range(10):
                ack = await well.post(f"well {n}")
                await well.ask("edit", seq=ack["seq"], body=f"better {n}")
                await well.ask("page", before=ack["seq"])
            assert not any(task.done() for task in waiting)
        seqs = await asyncio.gather(*waiting)
        assert sorted(seqs) == seqs, "each author's order is kept"
        with contextlib.suppress(FrameRefused):
            await reaction
        await stuck.until(lambda view: view.bodies == ["first", "stuck 0", "stuck 1", "stuck 2"])


async def test_people_come_and_go_in_other_rooms(site: Site) -> None:
    async with two_rooms(site) as (_, stuck, well), site.visitor("Bob") as bob:
        await bob.join(stuck.code)
        await bob.join(well.code)
        async with bob.socket(stuck.code) as gone:
            pass  # and is gone again: that has to be noted
        with held(site, stuck.code):
            entering = [asyncio.create_task(bob.socket(stuck.code).connect()) for _ in range(3)]
            for _ in range(3):
                async with bob.socket(well.code) as socket:
                    await socket.post("here")
            async with site.visitor("Eve") as eve:
                await eve.join(well.code)
                async with eve.socket(well.code) as socket:
                    await socket.ask("leave")
            assert [task.done() for task in entering] == [False] * 3 or all(
                task.exception() for task in entering if task.done()
            )
        outcomes = await asyncio.gather(*entering, return_exceptions=True)
        for socket in outcomes:
            if isinstance(socket, RoomSocket):
                await socket.close()
        # Let in or told to come back, nobody stays in there as a ghost.
        await until(lambda: not site.rows(_BOBS))
        assert gone.closes


async def test_pages_of_a_held_room_leave_their_places_to_others(site: Site) -> None:
    """As many forms wait for the room's lock as pages run at once."""
    async with two_rooms(site) as (ada, stuck, well):
        with held(site, stuck.code):
            visitors = [site.visitor(f"Pupil {number}") for number in range(pages.PLACES)]
            async with AsyncExitStack() as stack:
                for visitor in visitors:
                    await stack.enter_async_context(visitor)
                waiting = [asyncio.create_task(each.join(stuck.code)) for each in visitors]
                await until(lambda: len(site.rows(_WAITING_FOR_A_LOCK)) == pages.PLACES)
                page = await ada.get(f"/rooms/{well.code}/")
                assert page.status_code == 200
                assert len(site.rows(_WAITING_FOR_A_LOCK)) == pages.PLACES, "they wait still"
                await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_lease_is_renewed_while_a_leave_waits_for_its_room(site: Site) -> None:
    async with two_rooms(site) as (_, stuck, _well), site.visitor("Bob") as bob:
        await bob.join(stuck.code)
        socket = await bob.socket(stuck.code).connect()
        with held(site, stuck.code):
            await socket.close()
            for _ in range(2):
                [(lease,)] = site.rows(_LEASE)
                await until(lambda lease=lease: site.rows(_LEASE) != [(lease,)])  # type: ignore[misc]
        await stuck.until(lambda view: "Bob" not in view.names)


_BOBS = """
SELECT 1 FROM rooms_connection c JOIN rooms_user u ON u.id = c.user_id WHERE u.display_name = 'Bob'
"""
# The server is that of other tests too.
_IN_THIS_DATABASE = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
_WAITING_FOR_A_LOCK = f"{_IN_THIS_DATABASE} AND wait_event_type = 'Lock'"
_LEASE = "SELECT lease_until FROM rooms_worker"
_SLOWLY = (
    """
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF left(NEW.body, 6) = 'slowly' THEN PERFORM pg_sleep(1); END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER slowly BEFORE INSERT ON history_message FOR EACH ROW EXECUTE FUNCTION slowly()",
)
_SLEEPING = f"{_IN_THIS_DATABASE} AND wait_event = 'PgSleep'"


async def test_a_worker_that_is_stopped_loses_the_locks_it_has(
    start_site: StartSite, redis_server: RedisServer
) -> None:
    site = start_site(workers=2, postgres=True, redis_url=redis_server.url)
    for statement in _SLOWLY:
        site.execute(statement)
    async with site.visitor("Ada", worker=0) as ada, site.visitor("Bob", worker=1) as bob:
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as hers, bob.socket(code) as his:
            # Somebody is spoken to, so it is looked up, in a transaction of several statements.
            slow = asyncio.create_task(persistently(hers, "slowly @Bob", "a"))
            await until(lambda: bool(site.rows(_SLEEPING)))
            stopped = site.workers[0].process
            stopped.pause()
            try:
                async with asyncio.timeout(30):
                    await persistently(his, "meanwhile", "b")
            finally:
                stopped.resume()
            await slow
            await his.until(lambda view: view.bodies == ["meanwhile", "slowly @Bob"])
