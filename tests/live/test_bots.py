"""Bots on the socket: a key in place of cookie and Origin, and the whole contract."""

import asyncio
import json
import re
import sys
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.live.members import all_see, fence, members_of_a_room, visitor_of
from tests.live.test_signed_out import register
from tests.support import documents
from tests.support.client import FrameRefused, RoomSocket, SocketClosed
from tests.support.workers import Site

DOC = documents.read("docs/BOTS.md")


class Bot:
    """A program with a key, as tests open sockets for visitors."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self.name = "Builds"
        self.key = key

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


async def make_bot(site: Site, ada: RoomSocket) -> Bot:
    """Make a bot of Ada's, who runs the room and gets an account."""
    await register(visitor_of(ada), f"ada{ada.view.room['id'][-6:]}")
    assert await ada.closed() == 4002
    await ada.connect()
    key = await shown_key(ada, name="Builds")
    await ada.until(lambda view: "added the bot" in view.transcript[-1]["body"])
    return Bot(site.urls[-1], key)


async def shown_key(ada: RoomSocket, **form: str) -> str:
    """Return the key that the page of a room's bots shows once: `name` makes a bot, `bot` is given another."""
    page = f"/rooms/{ada.code}/manage/bots/"
    answer = await visitor_of(ada).submit(page, form, form_at=page)
    [key] = re.findall(r'value="(chatbot_[^"]+)"', answer.text)
    return str(key)


async def test_a_bot_talks_and_resumes_and_is_marked(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        bot = await make_bot(stage, ada)
        async with RoomSocket(bot, ada.code) as builds:
            assert builds.view.you["bot"] is True
            await fence([builds, ada, bob], "built")
            me = builds.view.you["id"]
            assert ada.view.members[me] == {
                "id": me, "name": "Builds", "role": "member", "bot": True
            }  # fmt: skip
            assert ada.view.transcript[-1]["author"] == {"id": me, "name": "Builds", "bot": True}
            first = await builds.post("once", client_id="build-7")
            await builds.drop()
            await bob.post("while it was away")
            await builds.connect()
            assert "while it was away" in builds.view.bodies
            assert (await builds.post("once", client_id="build-7"))["seq"] == first["seq"]
            with pytest.raises(FrameRefused) as refusal:
                await builds.ask("pin", seq=first["seq"], on=True)
            assert refusal.value.code == "forbidden"
            for room in (builds, ada, bob):
                assert room.view.difference(await room.fresh()) == ""


async def test_a_bot_goes_with_its_owner_and_with_its_key(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        bot = await make_bot(stage, ada)
        async with RoomSocket(bot, ada.code) as builds:
            await fence([builds, ada, bob], "here")
            bot.key = await shown_key(ada, bot=builds.view.you["id"])
            assert await builds.closed() == 4503
        async with RoomSocket(bot, ada.code) as builds:
            await ada.ask("leave")
            assert await builds.closed() == 4500
        with pytest.raises(SocketClosed) as closed:
            await RoomSocket(bot, ada.code).connect()
        assert closed.value.code == 4500


async def test_a_key_says_more_than_an_origin_and_a_cookie_nothing_beside_it(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        bot = await make_bot(site, ada)
        elsewhere = RoomSocket(bot, ada.code, origin="https://elsewhere.example.org")
        async with elsewhere as builds:
            assert builds.view.you["name"] == "Builds"
        cookies = {"Cookie": visitor_of(ada).cookies()}
        there = f"{site.urls[0].replace('http', 'ws', 1)}/ws/rooms/{ada.code}/"

        async def close_code(headers: dict[str, str]) -> Any:
            async with connect(there, additional_headers=headers, proxy=None) as socket:
                await socket.wait_closed()
                return socket.close_code

        last = "0" if bot.key[-1] != "0" else "1"
        for key in (bot.key[:-1] + last, "chatbot_", "", "x" * 4000, "chatbot_" + "0" * 40):
            assert await close_code({"Authorization": f"Bearer {key}", **cookies}) == 4503
        # What a proxy with a password of its own has browsers send takes nobody's place.
        own = {"Authorization": "Basic YTpi", "Origin": site.urls[0], **cookies}
        async with connect(there, additional_headers=own, proxy=None) as socket:
            assert json.loads(await socket.recv())["type"] == "welcome"
        for of_nobody in (cookies, {"Authorization": "Basic YTpi", **cookies}):
            with pytest.raises(InvalidStatus):  # neither a key nor an origin
                await connect(there, additional_headers=of_nobody, proxy=None)


async def test_the_bot_of_the_documents_answers_once(site: Site) -> None:
    [code] = re.findall(r"```python\n(.*?)```", DOC.text, re.DOTALL)
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        bot = await make_bot(site, ada)
        there = f"{bot.base_url.replace('http', 'ws', 1)}/ws/rooms/{ada.code}/"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, env={"CHAT_ROOM": there, "CHAT_KEY": bot.key}
        )
        try:
            await ada.until(lambda view: "Builds" in view.names)
            seq = (await bob.post("!ping"))["seq"]
            await all_see([ada, bob], "pong")
            await bob.ask("react", seq=seq, emoji="👍", on=True)  # it is told of the message again
            seq = (await bob.post("!ping"))["seq"]
            await bob.until(lambda view: any(m["reply_to"] == seq for m in view.transcript))
            assert bob.view.bodies.count("pong") == 2
            [pong] = [m for m in bob.view.transcript if m["reply_to"] == seq]
            assert json.loads(json.dumps(pong["author"]))["bot"] is True
        finally:
            process.kill()
            await process.wait()
