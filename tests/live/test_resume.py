"""A client that comes back is sent all messages it missed, each once, or is told to begin again."""

import asyncio
from typing import Any

import pytest

from tests.live.members import all_see, fence, members_of_a_room, tab, visitor_of
from tests.support.client import RoomSocket, SocketClosed
from tests.support.workers import Site


async def say(room: RoomSocket, count: int, prefix: str = "message") -> None:
    await asyncio.gather(*(room.post(f"{prefix} {number}") for number in range(count)))


async def claiming(known: RoomSocket, *, after: Any, room: str | None = None) -> RoomSocket:
    """A new socket of this person that says it has a view which it does not have."""
    socket = RoomSocket(known.visitor, known.code)
    socket.view.cursor = after
    socket.view.room = {"id": known.view.room["id"] if room is None else room}
    return await socket.connect()


async def test_a_client_that_comes_back_is_told_all_that_it_missed(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        await fence([ada, bob, eve], "before")
        await bob.drop()
        await say(ada, 60)
        await eve.ask("leave")
        await bob.connect()
        assert bob.view.welcomes == ["reset", "resume"]
        assert bob.view.difference(await ada.fresh()) == ""
        assert len(bob.view.bodies) == 61


async def test_a_client_that_missed_nothing_is_told_nothing(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        await fence([ada, bob], "hello")
        for _ in range(3):
            await bob.drop()
            await bob.connect()
            welcome = bob.received[-1]
            assert (welcome["mode"], welcome["messages"]) == ("resume", [])
            assert welcome["after"] == welcome["through"] == ada.view.cursor


async def test_a_deletion_that_was_missed_is_told_in_its_place(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        await say(ada, 3)
        await bob.until(lambda view: len(view.bodies) == 3)
        await bob.drop()
        await ada.ask("delete", seq=4)
        await ada.until(lambda view: view.messages[4]["deleted"])
        await bob.connect()
        assert bob.view.welcomes == ["reset", "resume"]
        assert bob.view.messages[4] == ada.view.messages[4]
        assert (bob.view.messages[4]["body"], bob.view.messages[4]["changed"]) == ("", 6)


async def test_five_hundred_changes_can_be_missed_and_many_more_begin_again(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        await bob.drop()
        await say(ada, 500)
        await bob.connect()
        assert bob.view.welcomes == ["reset", "resume"]
        assert len(bob.view.bodies) == 500
        await bob.drop()
        await say(ada, 1100, "later")
        await bob.connect()
        assert bob.view.welcomes == ["reset", "resume", "reset"]
        assert len(bob.view.messages) == 50
        assert bob.view.older
        await bob.load_all()
        assert bob.view.difference(await ada.fresh()) == ""
        assert [m["seq"] for m in bob.view.transcript] == list(range(1, 1603))
        # A worker that knows the room from the database only has as much to tell.
        await ada.drop()
        await bob.drop()
        for missed, mode in ((500, "resume"), (1200, "reset")):
            late = await claiming(bob, after=1602 - missed)
            assert late.view.welcomes == [mode]
            assert late.view.cursor == 1602
            await late.close()


@pytest.mark.parametrize(
    "query",
    [
        {"after": 10**6},
        {"after": 2**53},
        {"after": 10**30},
        {"after": -1},
        {"after": "1.0"},
        {"after": "one"},
        {"after": ""},
        {"after": "%B2"},
        {"after": 1, "room": ""},
        {"after": 1, "room": "%00"},
    ],
    ids=str,
)
async def test_a_claim_that_cannot_be_true_is_a_first_visit(
    site: Site, query: dict[str, Any]
) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        await fence([ada], "hello")
        late = await claiming(ada, **query)
        assert late.view.welcomes == ["reset"]
        await fence([late, ada], "and on it goes")
        await late.close()


async def test_a_client_that_names_a_room_is_not_let_into_another_that_has_its_code_now(
    cluster: Site,
) -> None:
    """A message queued for one room is never posted in the other."""
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        await say(ada, 20)
        await bob.until(lambda view: len(view.bodies) == 20)
        old, code = ada.view.room["id"], ada.code
        async with cluster.visitor("Eve", worker=1) as eve:
            other = await eve.create()
            await visitor_of(ada).order(code, "end/")
            cluster.execute(
                "UPDATE rooms_room SET ends_at = ended_at WHERE code = %s AND ended_at IS NOT NULL",
                [code],
            )
            assert await bob.closed() == await ada.closed() == 4501
            cluster.execute(
                "UPDATE rooms_room SET code = %s WHERE code = %s AND closed_at IS NULL",
                [code, other],
            )
            async with eve.socket(code) as new:
                await say(new, 30, "new")
                await visitor_of(bob).join(code)
                for room in (old, "r_0000000000000000"):
                    with pytest.raises(SocketClosed, match="4501"):
                        await claiming(bob, after=bob.view.cursor, room=room)
                async with bob.visitor.socket(code) as again:  # type: ignore[attr-defined]
                    assert again.view.welcomes == ["reset"]
                    assert again.view.room["id"] == new.view.room["id"] != old
                    await again.load_all()
                    assert again.view.bodies == [f"new {number}" for number in range(30)]
                    await fence([new, again], "of the new room")


async def test_nothing_is_missed_or_told_twice_however_often_one_comes_back(stage: Site) -> None:
    """The view of each socket refuses a gap, a repetition and another order."""
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        speaking = asyncio.create_task(steadily(ada, 400))
        comebacks = 0
        while not speaking.done():
            worker = comebacks % len(stage.workers)
            bob.visitor.base_url = stage.urls[worker]
            await bob.drop()
            await bob.connect()
            comebacks += 1
        await speaking
        await all_see([bob], "message 399")
        assert comebacks > 5
        assert set(bob.view.welcomes[1:]) == {"resume"}
        assert bob.view.bodies == [f"message {number}" for number in range(400)]


async def steadily(room: RoomSocket, count: int) -> None:
    for number in range(count):
        await room.post(f"message {number}")


async def test_posts_that_were_not_acknowledged_are_sent_again_and_are_there_once(
    cluster: Site,
) -> None:
    async with (
        members_of_a_room(cluster, "Ada", "Bob") as [ada, bob],
        RoomSocket(bob.visitor, ada.code, reconnect=True, base_urls=cluster.urls) as flaky,
    ):
        posts = [asyncio.create_task(flaky.post(f"{n}", client_id=f"{n}")) for n in range(40)]
        for welcomes in range(2, 7):
            await asyncio.sleep(0)  # some of them are on their way
            assert flaky.connection is not None
            flaky.connection.transport.abort()
            await flaky.until(lambda view, n=welcomes: len(view.welcomes) == n)  # type: ignore[misc]
        acks = await asyncio.gather(*posts)
        await ada.until(lambda view: len(view.bodies) == 40)
        by_seq = {ack["seq"]: ack["client_id"] for ack in acks}
        assert len(by_seq) == 40
        assert {seq: ada.view.messages[seq]["body"] for seq in by_seq} == by_seq
        assert set(flaky.view.welcomes[1:]) == {"resume"}


async def test_a_page_asked_for_on_one_socket_is_not_told_to_another(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada], tab(ada, site=site, worker=0) as second:
        await ada.ask("page", before=2)
        await fence([ada, second], "done")
        assert not any(frame["type"] == "page" for frame in second.received)
