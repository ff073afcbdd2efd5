"""Stale state and what the socket tells add up to what a fresh page shows, whatever happened.

The seed is fixed: what is random here is only how varied the story is.
"""

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from tests.live.members import fence, members_of_a_room
from tests.support.client import FrameRefused, RoomSocket, SocketClosed
from tests.support.workers import Site


class Story:
    """Clients that come, go, lose their connection, change worker, speak, leave and return."""

    def __init__(self, site: Site, owner: RoomSocket, guests: list[RoomSocket], seed: int) -> None:
        self.site, self.owner, self.guests = site, owner, guests
        self.dice = random.Random(seed)
        self.up = dict.fromkeys(guests, False)
        self.said = 0

    async def step(self) -> None:
        guest = self.dice.choice(self.guests)
        action = self.dice.choice(["connect"] * 3 + ["drop"] * 2 + ["say"] * 8 + ["burst", "leave"])
        match action:
            case "connect" if not self.up[guest]:
                await self.connect(guest)
            case "drop" if self.up[guest]:
                await guest.drop()
                self.up[guest] = False
            case "say" | "burst":
                await self.say(guest, 40 if action == "burst" else 1)
            case "leave" if self.up[guest]:
                await guest.ask("leave")
                assert await guest.closed() == 4500
                self.up[guest] = False
                await guest.visitor.join(guest.code)  # type: ignore[attr-defined]

    async def connect(self, guest: RoomSocket) -> None:
        guest.visitor.base_url = self.dice.choice(self.site.urls)
        await guest.connect()
        self.up[guest] = True

    async def say(self, guest: RoomSocket, count: int) -> None:
        speaker = guest if self.up[guest] else self.owner
        posts = [speaker.post(f"line {self.said + number}") for number in range(count)]
        self.said += count
        # Not waited for one by one: what follows happens while they are on their way.
        await asyncio.gather(*posts)


@pytest.mark.parametrize("number", [1, 2])
async def test_everyone_ends_with_what_a_fresh_page_shows(stage: Site, number: int) -> None:
    async with members_of_a_room(stage, "Owner", "Ada", "Bob", "Eve", "Mallory") as [
        owner,
        *guests,
    ]:
        story = Story(stage, owner, guests, seed=number)
        story.up = dict.fromkeys(guests, True)
        for step in range(160):
            await story.step()
            if step == 100:
                chats = [m["seq"] for m in owner.view.transcript if m["kind"] == "chat"]
                victims = story.dice.sample(chats, 10)
                deletions = [owner.ask("delete", seq=seq) for seq in victims]
                await asyncio.gather(*deletions, story.step())
        for guest in guests:
            if not story.up[guest]:
                await story.connect(guest)
        await fence([owner, *guests], "the end")
        fresh = await owner.fresh()
        assert fresh.names == ["Ada", "Bob", "Eve", "Mallory", "Owner"]
        assert (
            len(
                {
                    m["body"]
                    for m in fresh.transcript
                    if m["deleted"] is False and m["kind"] == "chat"
                }
            )
            == story.said + 1 - 10
        )
        for socket in (owner, *guests):
            await socket.load_all()
            assert socket.view.difference(fresh) == "", socket.visitor.name
            assert socket.view.digest() == fresh.digest()
        assert "resume" in {mode for guest in guests for mode in guest.view.welcomes}


async def test_members_who_join_while_others_post_and_leave_miss_nothing(cluster: Site) -> None:
    """Arrivals, departures and posts at one moment, so that looks, loads and fan-out overlap."""
    async with members_of_a_room(cluster, "Owner") as [owner], AsyncExitStack() as stack:
        crowd = [
            await stack.enter_async_context(cluster.visitor(f"Guest {n}", worker=n % 2))
            for n in range(12)
        ]

        async def visit(number: int) -> RoomSocket:
            visitor = crowd[number]
            for lap in range(3):
                await visitor.join(owner.code)
                socket = await visitor.socket(owner.code).connect()
                await socket.post(f"{number} in lap {lap}")
                if lap < 2 and number % 3:
                    await socket.ask("leave")
                    assert await socket.closed() == 4500
                    await socket.drop()
                elif lap < 2:
                    await socket.drop()
            return socket

        sockets = await asyncio.gather(*(visit(number) for number in range(len(crowd))))
        await fence([owner, *sockets], "all in")
        fresh = await owner.fresh()
        assert fresh.names == sorted(["Owner", *(f"Guest {n}" for n in range(12))])
        assert len(fresh.bodies) == 12 * 3 + 1
        for socket in (owner, *sockets):
            await socket.load_all()
            assert socket.view.difference(fresh) == ""
            await socket.close()


async def test_no_socket_is_thrown_out_by_what_others_do(site: Site) -> None:
    """A leave has every socket checked again, including one on its way in."""
    async with members_of_a_room(site, "Owner", "Regular") as [owner, regular]:
        refused: list[object] = []

        async def come_and_go() -> None:
            for _ in range(12):
                await regular.ask("leave")
                await regular.closed()
                await regular.drop()
                await regular.visitor.join(owner.code)  # type: ignore[attr-defined]
                await regular.connect()

        async def come(number: int) -> None:
            async with site.visitor(f"Newcomer {number}") as visitor:
                await visitor.join(owner.code)
                for _ in range(12):
                    try:
                        async with visitor.socket(owner.code) as socket:
                            await socket.post("made it")
                    except (SocketClosed, FrameRefused) as error:
                        refused.append(error)

        await asyncio.gather(come_and_go(), *(come(number) for number in range(4)))
        assert refused == []
