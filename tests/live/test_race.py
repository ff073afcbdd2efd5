"""Many writers, over two workers: contiguous numbers, one order, each writer's own kept."""

import asyncio

from tests.live.members import members_of_a_room, tab
from tests.support.client import RoomSocket
from tests.support.workers import Site


async def test_many_writers_get_contiguous_numbers_and_see_one_order(stage: Site) -> None:
    names = [f"Writer {number}" for number in range(6)]
    async with members_of_a_room(stage, *names) as writers:

        async def write(writer: RoomSocket) -> list[int]:
            acks = await asyncio.gather(
                *(writer.post(f"{writer.visitor.name}: {number}") for number in range(60))
            )
            return [ack["seq"] for ack in acks]

        numbers = await asyncio.gather(*map(write, writers))
        joins = len(names)
        assert sorted(n for mine in numbers for n in mine) == list(range(joins + 1, joins + 361))
        for mine in numbers:
            assert mine == sorted(mine), "sent one after the other, numbered so"
        for writer in writers:
            await writer.until(lambda view: view.cursor == joins + 360)
        assert len({writer.view.digest() for writer in writers}) == 1
        query = "SELECT m.seq, m.body FROM history_message m JOIN rooms_room r ON r.stream_id = m.stream_id WHERE r.public_id = %s ORDER BY m.seq"
        stored = stage.rows(query, [writers[0].view.room["id"]])
        assert stored == [(m["seq"], m["body"]) for m in writers[0].view.transcript]


async def test_rooms_do_not_wait_for_or_mix_with_each_other(cluster: Site) -> None:
    async with (
        members_of_a_room(cluster, "Ada", "Bob") as first,
        members_of_a_room(cluster, "Ada", "Bob") as second,
        members_of_a_room(cluster, "Ada", "Bob") as third,
    ):
        rooms = (first, second, third)
        await asyncio.gather(
            *(
                person.post(f"room {number}, {n}")
                for n in range(30)
                for number, room in enumerate(rooms)
                for person in room
            )
        )
        for number, room in enumerate(rooms):
            for person in room:
                await person.until(lambda view: view.cursor == 62)
                assert {body.split(",")[0] for body in person.view.bodies} == {f"room {number}"}


async def test_a_name_is_given_once_to_those_who_come_at_once(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada") as [ada]:
        visitors = [
            cluster.visitor(name, worker=n % 2)
            for n, name in enumerate(["Bob", "BOB", "bob", "Ｂｏｂ"])
        ]
        answers = await asyncio.gather(
            *(visitor.join(ada.code) for visitor in visitors), return_exceptions=True
        )
        assert answers.count(ada.code) == 1
        winner = visitors[answers.index(ada.code)]
        async with winner.socket(ada.code):
            await ada.until(lambda view: view.names == sorted(["Ada", winner.name]))
        for visitor in visitors:
            await visitor.http.aclose()


async def test_one_person_in_many_tabs_posts_from_all_of_them(cluster: Site) -> None:
    async with (
        members_of_a_room(cluster, "Ada") as [ada],
        tab(ada, site=cluster, worker=0) as second,
        tab(ada, site=cluster, worker=1) as third,
    ):
        tabs = (ada, second, third)
        await asyncio.gather(*(each.post(f"{n}") for n in range(40) for each in tabs))
        for each in tabs:
            await each.until(lambda view: view.cursor == 121)
        assert len({each.view.digest() for each in tabs}) == 1
