"""Rooms over real workers: made, found, entered, left and closed, and everyone in them sees it."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.live.members import (
    all_see,
    command,
    events,
    eventually,
    fence,
    members_of_a_room,
    shut,
    tab,
    visitor_of,
)
from tests.support.client import FormRefused, SocketClosed
from tests.support.view import decode
from tests.support.workers import Site


def closes_at(site: Site, code: str) -> object:
    query = "SELECT closes_at FROM rooms_room WHERE code = %s AND closed_at IS NULL"
    rows = site.rows(query, [code])
    return rows[0][0] if rows else "closed"


async def test_a_code_brings_people_in_on_any_worker_however_it_is_typed(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada") as [ada], cluster.visitor("Bob", worker=1) as bob:
        typed = "-".join(ada.code.lower())
        assert await bob.join(f" {typed} ") == ada.code
        async with bob.socket(ada.code) as room:
            assert room.view.names == ["Ada", "Bob"]
            await ada.until(lambda view: view.names == ["Ada", "Bob"])
            await fence([room, ada], "hello")


async def test_joins_and_leaves_are_in_everyones_room_and_in_the_log(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        ack = await bob.ask("leave")
        for room in (ada, eve):
            await room.until(lambda view: view.names == ["Ada", "Eve"])
            assert events(room) == ["join Ada", "join Bob", "join Eve", "leave Bob"]
            assert room.view.cursor == ack["changed"]
        assert await bob.closed() == 4500
        fresh = await ada.fresh()
        assert ada.view.difference(fresh) == ""


async def test_a_client_is_told_of_comings_and_goings_in_short_if_it_asks(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada") as [ada], cluster.visitor("Bob", worker=1) as bob:
        for _ in range(6):
            await bob.join(ada.code)
            async with bob.socket(ada.code):
                pass
            await bob.leave(ada.code)
        await ada.until(lambda view: view.cursor == 13)
        told = {}
        for query in ("", "?crowd=1"):
            async with connect(
                f"{cluster.workers[1].ws_url}/ws/rooms/{ada.code}/{query}",
                origin=Origin(cluster.urls[1]),
                additional_headers={"Cookie": ada.visitor.cookies()},
            ) as connection:
                told[query] = decode(await connection.recv())
                await connection.send('{"type": "page", "before": 99, "ref": "1"}')
                page = decode(await connection.recv())
                assert page["messages"] == told[query]["messages"]
    assert [message["seq"] for message in told[""]["messages"]] == list(range(1, 14))
    [run] = told["?crowd=1"]["messages"]
    assert (run["seq"], run["through"], run["joined"], run["left"]) == (1, 13, 7, 6)
    for name in ("through", "members", "pinned", "room"):
        assert told["?crowd=1"][name] == told[""][name]


async def test_leaving_by_the_page_closes_all_sockets_of_that_person_and_no_other(
    cluster: Site,
) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        async with tab(bob, site=cluster, worker=0) as second:
            answer = await visitor_of(bob).leave(bob.code)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/")
            assert await bob.closed() == 4500
            assert await second.closed() == 4500
        await ada.until(lambda view: view.names == ["Ada"])
        await fence([ada], "still here")
        with pytest.raises(SocketClosed) as refused:
            await bob.visitor.socket(bob.code).connect()  # type: ignore[attr-defined]
        assert refused.value.code == 4500
        await visitor_of(bob).join(ada.code)
        async with tab(bob, site=cluster, worker=1):
            await ada.until(lambda view: view.names == ["Ada", "Bob"])
        assert events(ada) == ["join Ada", "join Bob", "leave Bob", "join Bob"]


async def test_an_owner_who_comes_back_is_the_owner_to_everyone(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        await ada.ask("leave")
        await eve.until(lambda view: "Ada" not in view.names)
        await shut(ada)
        await visitor_of(ada).join(bob.code)
        async with tab(ada, site=cluster, worker=1) as back:
            assert back.view.you["role"] == "owner"
            for room in (bob, eve):
                await room.until(lambda view: "Ada" in view.names)
                roles = {m["name"]: m["role"] for m in room.view.members.values()}
                assert roles == {"Ada": "owner", "Bob": "member", "Eve": "member"}


async def test_a_name_that_is_there_is_refused_and_free_when_it_has_left(cluster: Site) -> None:
    async with (
        members_of_a_room(cluster, "Ada", "Bob") as [ada, bob],
        cluster.visitor("ＢＯＢ") as other,
    ):
        with pytest.raises(FormRefused) as refusal:
            await other.join(ada.code)
        assert refusal.value.status == 422
        assert "already goes by that name" in refusal.value.reason
        await bob.ask("leave")
        await other.join(ada.code)
        async with other.socket(ada.code):
            await ada.until(lambda view: view.names == ["Ada", "ＢＯＢ"])


async def test_a_new_name_is_the_name_in_every_room_on_every_worker(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        await bob.post("as Bob")
        bob.visitor.name = "Robert"
        await visitor_of(bob).create()
        for room in (ada, bob, eve):
            await room.until(lambda view: view.names == ["Ada", "Eve", "Robert"])
        await bob.post("as Robert")
        for room in (ada, bob, eve):
            await all_see([room], "as Robert")
            said = {m["body"]: m["author"]["name"] for m in room.view.transcript}
            assert said["as Bob"] == said["as Robert"] == "Robert"


async def test_an_empty_room_closes_after_its_grace_and_keeps_its_log(hasty: Site) -> None:
    async with hasty.visitor("Ada") as ada, hasty.visitor("Eve", worker=1) as eve:
        code = await ada.create()
        async with ada.socket(code) as room:
            await room.post("the last word")
            transcript = f"/history/rooms/{room.view.room['id']}/"
            await room.ask("leave")
        await eventually(lambda: closes_at(hasty, code) == "closed")
        with pytest.raises(FormRefused) as refusal:
            await eve.join(code)
        assert refusal.value.status == 404
        await eve.create()
        assert "the last word" in (await ada.get(transcript)).text
        assert (await eve.get(transcript)).status_code == 404
        with pytest.raises(SocketClosed) as refused:
            await ada.socket(code).connect()
        assert refused.value.code == 4501


async def test_whoever_comes_back_in_time_keeps_the_room_open(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada") as [ada]:
        code = ada.code
        assert closes_at(cluster, code) is None
        await ada.ask("leave")
        await shut(ada)
        assert closes_at(cluster, code) is not None
        await visitor_of(ada).join(code)
        async with tab(ada, site=cluster, worker=0):
            assert closes_at(cluster, code) is None


async def test_a_room_closed_from_outside_is_closed_to_all_in_it(site: Site, cluster: Site) -> None:
    """By a command, which is no worker: without a doorbell too, everyone is told by the poll."""

    async def close(site: Site) -> None:
        async with members_of_a_room(site, "Ada", "Bob") as rooms:
            verb = f"rooms.close(room=Room.objects.get(code='{rooms[0].code}'))"
            await command(site, f"from rooms.actions import rooms; {verb}")
            for room in rooms:
                assert await room.closed() == 4501
                assert room.view.transcript[-1]["kind"] == "notice"

    async with asyncio.TaskGroup() as both:
        both.create_task(close(site))
        both.create_task(close(cluster))
