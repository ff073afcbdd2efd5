"""The application on a server that knows nothing of it: slower, and by the same contract."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.live.members import all_see, fence
from tests.support.client import FrameRefused, HandshakeRefused, RoomSocket, SocketClosed, Visitor
from tests.support.processes import Process, free_port
from tests.support.programs import ROOT
from tests.support.workers import Site

# The site's settings keep Daphne's own word for it out of the log.
DAPHNE = """
from daphne.cli import CommandLineInterface
from daphne.server import Server

class Announced(Server):
    def listen_success(self, port):
        super().listen_success(port)
        print("Listening", flush=True)

CommandLineInterface.server_class = Announced
CommandLineInterface.entrypoint()
"""


@pytest.fixture(scope="module")
def stock(_new_site: Callable[..., Site]) -> Iterator[str]:
    """The address of Daphne as it comes, on SQLite."""
    site, port = _new_site(settings={"CHAT_LEAVE_GRACE": "1"}), free_port()
    daphne = Process(
        [sys.executable, "-c", DAPHNE, "-p", str(port), "chatsite.asgi:application"],
        log=site.directory / "daphne.log",
        ready="Listening",
        env=site.env,
        cwd=ROOT,
    )
    try:
        site.prepare()
        daphne.start()
        yield f"http://127.0.0.1:{port}"
    finally:
        daphne.kill()
        site.stop()


async def test_people_meet_talk_come_back_and_leave(stock: str) -> None:
    async with Visitor(stock, "Ada") as ada, Visitor(stock, "Bob") as bob:
        code = await ada.create()
        await bob.join(code)
        # The first socket starts the worker, which has no lease yet: it is told to come back.
        async with (
            RoomSocket(ada, code, reconnect=True) as one,
            RoomSocket(bob, code, reconnect=True) as two,
        ):
            await asyncio.gather(*(one.post(f"{number} " + "😀" * 3000) for number in range(200)))
            await fence([one, two], "caught up")
            await two.drop()
            await asyncio.gather(*(one.post(f"later {number}") for number in range(60)))
            await two.connect()
            assert two.view.welcomes[-1] == "resume"
            await all_see([two], "later 59")
            assert two.view.difference(await one.fresh()) == ""
            await two.send({"type": "typing"})
            await one.until(lambda view: bool(view.typing))
            await two.ask("leave")
            assert await two.closed() == 4500
            await one.until(lambda view: view.names == ["Ada"])


async def test_bad_input_has_the_same_answers(stock: str) -> None:
    async with Visitor(stock, "Ada") as ada, Visitor(stock, "Eve") as eve:
        code = await ada.create()
        async with RoomSocket(ada, code, reconnect=True) as room:
            for data in ("nonsense", b"binary", "[" * 60_000, json.dumps({"type": "page"})):
                room.received.clear()
                await room.send(data)
                answer = await room.frame(lambda frame: frame["type"] == "error")
                assert answer["code"] == "bad_frame"
            with pytest.raises(FrameRefused):
                await room.post(" ")
            await fence([room], "still here")
            with pytest.raises(HandshakeRefused):
                await RoomSocket(ada, code, origin="http://evil.example").connect()
            with pytest.raises(SocketClosed) as refused:
                await RoomSocket(eve, code).connect()
            assert refused.value.code == 4500
            for _ in range(80):
                await room.send("nonsense")
            assert await room.closed() == 4504
