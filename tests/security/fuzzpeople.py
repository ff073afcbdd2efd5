"""Visitors of a running site as test_fuzz.py drives them: each with an address of its own."""

import re
from typing import Any, Self

import httpx

from tests.support.client import FormRefused, RoomSocket, Visitor
from tests.support.refusals import SocketClosed
from tests.support.sockets import PATIENCE
from tests.support.view import Frame
from tests.support.workers import Site

TOKEN = re.compile(r"zq\d+z")


def tokens(text: object) -> set[str]:
    """The secrets in a page or a frame."""
    return set(TOKEN.findall(str(text)))


class Person:
    """One browser. `seen`: frames are taken out of its sockets as they are looked at."""

    def __init__(self, number: int, site: Site, *, address: int) -> None:
        self.number, self.address, self._site = number, address, site
        self.id = ""
        self.visitor = Visitor(site.urls[number % len(site.urls)], f"Person {number} zz")
        self.visitor.http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(local_address=f"127.0.0.{10 + address}"),
            headers={"Accept": "application/json"},
            timeout=PATIENCE,
        )
        self.sockets: dict[int, list[RoomSocket]] = {}
        self.hides: set[str] = set()  # ids of people
        self.ever_hid: set[str] = set()

    @property
    def name(self) -> str:
        return self.visitor.name

    async def enter(self, code: str, passcode: str) -> int:
        """The status of the answer to a code."""
        fields = {"passcode": passcode} if passcode else {}
        try:
            await self.visitor.join(code, **fields)
        except FormRefused as refusal:
            return refusal.status
        return 302

    async def order(self, code: str, path: str, **fields: Any) -> httpx.Response:
        return await self.visitor.submit(f"/rooms/{code}/manage/{path}", fields)

    async def hide(self, who: str, *, hidden: bool) -> httpx.Response:
        fields = {"person": who, "hidden": "yes" if hidden else "no"}
        return await self.visitor.submit("/account/hidden/", fields)

    async def connect(self, number: int, code: str, *, worker: int, **claim: Any) -> RoomSocket:
        """Another socket. `claim` says what it has already: `after` in the room `room`."""
        url = self._site.urls[worker % len(self._site.urls)]
        socket = RoomSocket(self.visitor, code, base_urls=[url])
        socket.view.is_newcomer = True  # the model says what may be missing
        if claim:
            socket.view.cursor, socket.view.room = claim["after"], {"id": claim["room"]}
        try:
            await socket.connect()
        except SocketClosed:
            self.sockets.setdefault(number, []).append(socket)  # what it was told is looked at too
            raise
        self.sockets.setdefault(number, []).append(socket)
        self.id = socket.view.you["id"]
        return socket

    def open(self, number: int) -> list[RoomSocket]:
        return [socket for socket in self.sockets.get(number, []) if not socket.closes]

    def news(self) -> list[tuple[int, Frame]]:
        """All frames that came since the last look, each with the number of its room."""
        found = []
        for number, sockets in self.sockets.items():
            for socket in sockets:
                found += [(number, frame) for frame in socket.received]
                socket.received.clear()
        return found

    async def close(self) -> None:
        for sockets in self.sockets.values():
            for socket in sockets:
                await socket.drop()
        await self.visitor.http.aclose()


class Device:
    """A browser of nobody, to which somebody may go on."""

    def __init__(self, url: str) -> None:
        self._visitor = Visitor(url, "Device")
        self._visitor.http.headers["Accept"] = "application/json"

    async def ask(self, link: str) -> httpx.Response:
        return await self._submit("", token=link)

    async def come_in(self) -> httpx.Response:
        return await self._submit("in/")

    async def look(self, room: str) -> httpx.Response:
        return await self._visitor.get(f"/history/rooms/{room}/export/?format=json")

    async def _submit(self, path: str, **fields: str) -> httpx.Response:
        where = "/account/continue/"
        return await self._visitor.submit(where + path, fields, form_at="/account/continue/?new")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._visitor.http.aclose()
