"""Somebody who takes part in a recording: a browser, and a socket in the room."""

import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import httpx

from tests.support.client import FrameRefused, RoomSocket, SocketClosed, Visitor
from tests.support.sockets import PATIENCE
from tests.support.view import Frame

if TYPE_CHECKING:
    from tests.golden.stage import Stage

PASSWORD = "seven green lanterns"
# Seconds. Passwords are hashed with a priority below everything else's.
_HASHED_WITHIN = 60.0


class Ear(RoomSocket):
    """A socket that keeps the text of each frame: its view changes the frames it is given."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.heard: list[str] = []

    async def _take(self, frame: Frame) -> None:
        self.heard.append(json.dumps(frame))
        await super()._take(frame)


class Person(Visitor):
    """One person. Refusals are recorded, not raised."""

    def __init__(self, stage: "Stage", name: str, worker: int) -> None:
        super().__init__(stage.site.urls[worker % len(stage.site.urls)], name)
        self.stage = stage
        self.label = name  # a name may change; a recording calls somebody the same throughout
        self.id, self.username = "", f"{name}-{secrets.token_hex(6)}".lower()
        self.ear = Ear(self, stage.code)
        self.is_open = False
        self.http.timeout = httpx.Timeout(_HASHED_WITHIN)
        # A form needs no page to be read first: the token of any cookie is right beside that cookie.
        self.http.cookies.set("csrftoken", secrets.token_hex(16), domain="127.0.0.1")

    # On the socket --------------------------------------------------------------------------------

    async def come(self, *, hidden: bool = False) -> None:
        """Open a socket that knows nothing. `hidden`: earlier messages are not this person's."""
        self.ear = Ear(self, self.stage.code)
        self.ear.view.is_newcomer = hidden
        await self.come_back()

    async def come_back(self) -> None:
        """Open the socket, or one that was lost or closed again, to resume."""
        self.ear.closes.clear()
        self.is_open = True
        with suppress(SocketClosed):
            await self.ear.connect()
            self.id = self.ear.view.you["id"]
            self.stage.names.know(self.id, f"<{self.label}>")

    async def lose(self) -> None:
        """Lose the socket, as with a dead network."""
        self.is_open = False
        await self.ear.drop()

    async def posts(self, body: str, *, client_id: str = "", **fields: Any) -> Frame | None:
        """Post a message; return its ack."""
        self.stage.posts += 1
        frame = {"type": "post", "client_id": client_id or f"post {self.stage.posts}"}
        return await self._answered(frame | {"body": body, **fields}, "client_id")

    async def does(self, kind: str, **fields: Any) -> Frame | None:
        """Send any other frame that is answered; return what answers it."""
        return await self._answered(
            {"type": kind, "ref": f"{self.label}'s {kind}", **fields}, "ref"
        )

    async def types(self) -> None:
        await self.ear.send({"type": "typing"})

    async def _answered(self, frame: Frame, key: str) -> Frame | None:
        try:
            return await self.ear._ask(frame, (key, frame[key]), PATIENCE)
        except FrameRefused:
            return None

    # On pages -------------------------------------------------------------------------------------

    async def enters(self, code: str = "", **fields: str) -> httpx.Response:
        """Type a code into the front page's form: this room's, unless told."""
        typed = {"name": self.name, "code": code or self.stage.code, "join": "1"}
        return await self.sends("/", accept="text/html", **typed | fields)

    async def sends(
        self, path: str, *, accept: str = "application/json", **fields: str
    ) -> httpx.Response:
        """Send a form: as the room's own page does, unless told to accept HTML."""
        token = self.http.cookies["csrftoken"]
        return await self.http.post(
            self.base_url + path,
            data={"csrfmiddlewaretoken": token, **fields},
            headers={"Origin": self.base_url, "Accept": accept},
        )

    async def orders(self, path: str, **fields: str) -> httpx.Response:
        """Give an order in the room: `path` is below `manage/`."""
        return await self.sends(f"/rooms/{self.stage.code}/manage/{path}", **fields)

    async def judges(self, verb: str, whom: Self, **fields: str) -> httpx.Response:
        """Give an order about somebody."""
        return await self.orders(f"people/{whom.id}/{verb}/", **fields)

    async def undoes(self) -> httpx.Response:
        """Take what was done last back."""
        return await self.orders(f"undo/{self.stage.last_deed}/")

    async def registers(self) -> httpx.Response:
        """Choose a password, and a user name that nobody else has."""
        fields = {"username": self.username, "password": PASSWORD, "again": PASSWORD}
        return await self.sends("/account/register/", name=self.name, **fields)

    async def signs_in(self, username: str, **fields: str) -> httpx.Response:
        fields = {"username": username, "password": PASSWORD, **fields}
        return await self.sends("/account/login/", **fields)


class Staff(Person):
    """A superuser at the admin, in no room."""

    async def appointed(self) -> Self:
        """Come as a guest, and be made staff behind the site's back: no password has to be hashed."""
        await self.sends("/", name=self.name, code="", create="1", accept="text/html")
        self.stage.site.execute(
            "UPDATE rooms_user SET is_staff = %s, is_superuser = %s "
            "WHERE id = (SELECT MAX(id) FROM rooms_user)",
            [True, True],
        )
        return self

    async def acts(self, path: str, **fields: str) -> httpx.Response:
        """Confirm a verb of the staff admin: `path` is below the admin's."""
        fields = {"confirmed": "yes", "reason": "spam", **fields}
        return await self.sends(f"/admin/{path}", **fields)

    def key(self, table: str, **columns: Any) -> int:
        """The key of a row."""
        where = " AND ".join(f"{name} = %s" for name in columns)
        rows = self.stage.rows(f"SELECT id FROM {table} WHERE {where}", list(columns.values()))
        return int(rows[0][0])
