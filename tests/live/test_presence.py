"""The list of members shows people, over all tabs and workers, also when these fail."""

import asyncio

from tests.live.members import events, eventually, fence, members_of_a_room, tab, visitor_of
from tests.support.client import RoomSocket
from tests.support.workers import Site

EXPIRE = """
UPDATE rooms_worker SET lease_until = lease_until - interval '1 hour'
WHERE pid = %s RETURNING id
"""


async def declare_dead(site: Site, pid: int) -> None:
    """As if a silent worker had been so for as long as its lease; the others bury it."""
    assert site.rows(EXPIRE, [pid])
    await eventually(lambda: not site.rows("SELECT 1 FROM rooms_worker WHERE pid = %s", [pid]))


def connections(site: Site, code: str) -> int:
    query = (
        "SELECT count(*) FROM rooms_connection c JOIN rooms_room r ON r.id = c.room_id "
        "WHERE r.code = %s AND r.closed_at IS NULL"
    )
    return int(site.rows(query, [code])[0][0])


async def test_people_are_counted_not_sockets(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        async with (
            tab(bob, site=cluster, worker=0) as second,
            tab(bob, site=cluster, worker=1) as third,
        ):
            await fence([ada, bob, second, third], "all here")
            for room in (ada, bob, second, third):
                assert room.view.names == ["Ada", "Bob"]
        await eventually(lambda: connections(cluster, ada.code) == 2)
        await fence([ada, bob], "two tabs less")
        assert events(ada) == events(bob) == ["join Ada", "join Bob"]
        assert ada.view.names == ["Ada", "Bob"]


async def test_a_reload_is_neither_a_leave_nor_a_join(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        for worker in (0, 1, 1, 0):
            await bob.drop()
            await eventually(lambda: connections(cluster, ada.code) == 1)
            bob = RoomSocket(bob.visitor, ada.code, base_urls=[cluster.urls[worker]])
            await bob.connect()
        await fence([ada, bob], "here again")
        await bob.close()
        assert events(ada) == ["join Ada", "join Bob"]
        assert not any(frame["type"] == "members" and frame["left"] for frame in ada.received)


async def test_a_member_who_does_not_come_back_has_left_after_the_grace(hasty: Site) -> None:
    async with members_of_a_room(hasty, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        async with tab(eve, site=hasty, worker=1):
            await bob.drop()
            await eve.drop()
            for room in (ada,):
                await room.until(lambda view: view.names == ["Ada", "Eve"])
                assert events(room)[3:] == ["leave Bob"]
        await ada.until(lambda view: view.names == ["Ada"])
        assert events(ada)[3:] == ["leave Bob", "leave Eve"]
        async with tab(bob, site=hasty, worker=0):
            await ada.until(lambda view: view.names == ["Ada", "Bob"])
        assert events(ada)[5:] == ["join Bob"]


async def test_two_tabs_closed_at_once_on_two_workers_leave_nobody_behind(hasty: Site) -> None:
    """As a browser does that is closed: each worker sees its socket go, neither the other's."""
    async with members_of_a_room(hasty, "Ada") as [ada]:
        for number in range(4):
            name = f"Guest {number}"
            async with hasty.visitor(name) as guest:
                await guest.join(ada.code)
                tabs = [
                    RoomSocket(guest, ada.code, base_urls=[hasty.urls[n % 2]]) for n in range(4)
                ]
                await asyncio.gather(*(each.connect() for each in tabs))
                await ada.until(lambda view, name=name: name in view.names)  # type: ignore[misc]
                await asyncio.gather(*(each.drop() for each in tabs))
        await ada.until(lambda view: view.names == ["Ada"])


async def test_the_people_of_a_killed_worker_leave_and_the_others_stay(hasty: Site) -> None:
    """Its lease is made to run out here; that it does so in time by itself is a fault run's to see."""
    async with members_of_a_room(hasty, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        async with tab(bob, site=hasty, worker=0):
            pid = hasty.workers[1].pid
            hasty.workers[1].kill()
            assert await bob.closed() == 1006
            await fence([ada, eve], "what happened?")
            assert ada.view.names == ["Ada", "Bob", "Eve"]
            await declare_dead(hasty, pid)
            assert connections(hasty, ada.code) == 3
            hasty.workers[1].start()
            async with tab(eve, site=hasty, worker=1) as again:
                await fence([again, ada], "back to work")
                assert again.view.names == ["Ada", "Bob", "Eve"]
        # Bob's second tab is gone too now, and with it Bob.
        await ada.until(lambda view: view.names == ["Ada", "Eve"])
        assert events(ada) == ["join Ada", "join Bob", "join Eve", "leave Bob"]


async def test_a_worker_taken_for_dead_goes_on_and_its_people_are_there_again(hasty: Site) -> None:
    """As a machine does that was paused: its sockets are open all the while."""
    async with members_of_a_room(hasty, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        paused = hasty.workers[0]
        assert paused.base_url == ada.visitor.base_url == eve.visitor.base_url
        paused.process.pause()
        try:
            await declare_dead(hasty, paused.pid)
            await bob.until(lambda view: view.names == ["Bob"])
            assert connections(hasty, ada.code) == 1
        finally:
            paused.process.resume()
        for room in (ada, bob, eve):
            await room.until(lambda view: view.names == ["Ada", "Bob", "Eve"])
        await fence([ada, bob, eve], "as if nothing had been")
        assert connections(hasty, ada.code) == 3
        assert sorted(events(bob)[3:]) == ["join Ada", "join Eve", "leave Ada", "leave Eve"]
        assert ada.view.difference(await bob.fresh()) == ""
        assert ada.closes == eve.closes == []
        # And it is noted again when they go.
        await eve.drop()
        await bob.until(lambda view: view.names == ["Ada", "Bob"])


async def test_a_worker_that_stops_in_order_hands_its_people_over(hasty: Site) -> None:
    async with members_of_a_room(hasty, "Ada") as [ada], hasty.visitor("Eve", worker=1) as eve:
        await eve.join(ada.code)
        async with eve.socket(ada.code, reconnect=True, base_urls=hasty.urls[::-1]) as room:
            assert await asyncio.to_thread(hasty.workers[1].terminate) == 0
            await room.until(lambda view: len(view.welcomes) == 2)
            assert room.closes == [4000]
            await fence([ada, room], "moved")
            assert ada.view.names == ["Ada", "Eve"]
            assert events(ada) == ["join Ada", "join Eve"]
    hasty.workers[1].start()


async def test_a_visitor_without_a_page_open_is_not_there(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada") as [ada], cluster.visitor("Bob", worker=1) as bob:
        await bob.join(ada.code)
        await bob.get(f"/rooms/{ada.code}/")
        await fence([ada], "is anybody there?")
        assert ada.view.names == ["Ada"]
        assert visitor_of(ada).name == "Ada"
