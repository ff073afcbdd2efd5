"""What is unread in somebody's other rooms is told over the socket that is open anyway."""

from typing import Any

from tests.live.members import fence, members_of_a_room, visitor_of
from tests.support.client import RoomSocket
from tests.support.workers import Site


async def told(socket: RoomSocket, **expected: Any) -> dict[str, Any]:
    """Wait until the socket is told this of one other room. Return what it was told."""

    def is_it(frame: dict[str, Any]) -> bool:
        rooms = frame.get("rooms", [])
        return frame["type"] == "elsewhere" and any(expected.items() <= r.items() for r in rooms)

    frame = await socket.frame(is_it)
    while socket.received.popleft() is not frame:  # what comes next is told later
        pass
    [room] = frame["rooms"]
    return dict(room)


async def test_talk_elsewhere_is_told_until_it_is_read_or_no_more_theirs(stage: Site) -> None:
    """Ada has her own room open, at the first worker. Bob's, at the last, is the other one."""
    async with members_of_a_room(stage, "Ada", "Eve") as [ada, eve]:
        laptop = visitor_of(ada)
        async with stage.visitor("Bob", worker=-1) as bob:
            other = await bob.create(title="Elsewhere")
            await laptop.join(other)
            async with bob.socket(other) as there:
                room = await told(ada, code=other, unread=0, mentions=0)
                assert room["title"] == "Elsewhere"
                assert room["id"] == there.view.room["id"]

                await there.post("hello")
                await told(ada, unread=1, mentions=0)
                await there.post("@Ada are you there?")
                await told(ada, unread=2, mentions=1)
                await laptop.submit(f"/rooms/{other}/bell/", {"bell": "nothing"}, form_at="/")
                await told(ada, unread=2, mentions=1, silent=True)

                phone = laptop.socket(other, base_urls=[stage.urls[-1]])
                async with phone:
                    await phone.ask("read", seq=phone.view.cursor)
                    await told(ada, unread=0, mentions=0)
                    await told(phone, code=ada.code)

                await there.post("gone already")
                await told(ada, unread=1)
                who = ada.view.you["id"]
                await bob.order(other, f"people/{who}/remove/")
                await there.post("among ourselves")
                await ada.frame(lambda f: f["type"] == "elsewhere" and not f["rooms"])
                ada.received.clear()
                await there.post("and once more")
        await fence([ada, eve], "the room they are in goes on")
        assert "elsewhere" not in {frame["type"] for frame in [*ada.received, *eve.received]}
