"""A room of somebody with an account, its hooks, and receivers of what they send."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from standardwebhooks import Webhook

from tests.support.client import RoomSocket, Visitor
from tests.support.https import Asked, Server, answer
from tests.support.sockets import PATIENCE
from tests.support.workers import Site

PASSWORD = "seven green lanterns"


@asynccontextmanager
async def room_of_ada(site: Site) -> AsyncIterator[tuple[Visitor, RoomSocket]]:
    """Ada, who has an account, in a new room of hers."""
    async with site.visitor("Ada") as ada:
        code = await ada.create()
        fields = {"username": f"ada-{code}", "password": PASSWORD, "again": PASSWORD}
        answered = await ada.submit("/account/register/", fields, form_at="/account/register/")
        assert answered.status_code == 302, answered.text
        async with ada.socket(code) as socket:
            yield ada, socket


async def make(ada: Visitor, code: str, **fields: Any) -> str:
    """Make a hook; what is shown once: the path of one in, the secret of one out."""
    where = f"/rooms/{code}/manage/hooks/"
    page = await ada.submit(where, {"name": "Hook"} | fields, form_at=where)
    assert page.status_code == 200, page.text
    pattern = r"whsec_[\w+/=]+" if fields.get("kind") == "out" else r"/hooks/chathook\w+"
    [shown] = re.findall(pattern, html.unescape(page.text))
    return str(shown)


class Receiver:
    """Takes what a hook sends, verified, and answers as `planned`, with 204 after that."""

    def __init__(self) -> None:
        self._server = Server(self._respond)
        self.secret = ""
        self.planned: list[bytes] = []
        # The changes that came, and those of them that were accepted, by their ids.
        self.came: list[str] = []
        self.accepted: list[str] = []
        self.events: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> "Receiver":
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._server.__aexit__(None, None, None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/x"

    async def down(self) -> None:
        await self._server.__aexit__(None, None, None)

    async def up(self) -> None:
        await self._server.__aenter__()

    @property
    def bodies(self) -> list[str]:
        """The messages that were accepted, each once."""
        seen = dict.fromkeys(self.accepted)
        return [self.events[each]["data"]["message"]["body"] for each in seen]

    async def until(self, body: str) -> None:
        """Wait until a message was accepted."""
        async with asyncio.timeout(PATIENCE):
            while body not in self.bodies:
                self._news.clear()
                await self._news.wait()

    async def until_came(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.came) < count:
                self._news.clear()
                await self._news.wait()

    async def _respond(self, asked: Asked, writer: object) -> bytes:
        event = Webhook(self.secret).verify(asked.body, asked.headers)
        name = asked.headers["webhook-id"]
        known = self.events.setdefault(name, event)
        assert known == event == json.loads(asked.body), "the same each time"
        sent = self.planned.pop(0) if self.planned else answer(204)
        self.came.append(name)
        if sent.split(b" ")[1].startswith(b"2"):
            self.accepted.append(name)
        self._news.set()
        return sent
