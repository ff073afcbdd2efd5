"""A visitor of a running site over real HTTP and a real socket, checking the contract on the way.

async with Visitor(site.url, "Ada") as ada:
    code = await ada.create()
    async with ada.socket(code) as room:
        ack = await room.post("hello")
        await room.until(lambda view: "hello" in view.bodies)
"""

import html
import re
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.refusals import FrameRefused, HandshakeRefused, SocketClosed
from tests.support.sockets import PATIENCE, RoomSocket
from tests.support.view import ContractViolation, RoomView

__all__ = [
    "ContractViolation",
    "FormRefused",
    "FrameRefused",
    "HandshakeRefused",
    "RoomSocket",
    "RoomView",
    "SocketClosed",
    "Visitor",
]

_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
_ALERT = re.compile(r'<(\w+)[^>]*role="alert"[^>]*>(.*?)</\1>', re.DOTALL)
_ROOM = re.compile(r"/rooms/([^/]+)/")


class FormRefused(Exception):
    """The front page came back with a reason. `reason` is the text of its alert."""

    def __init__(self, response: httpx.Response) -> None:
        alert = _ALERT.search(response.text)
        text = re.sub(r"<[^>]*>", "", alert[2]) if alert else ""
        self.reason = " ".join(html.unescape(text).split())
        self.status = response.status_code
        self.response = response
        super().__init__(f"{self.status} {self.reason}")


def csrf_token(page: str) -> str:
    """What a form has to send back."""
    token = _TOKEN.search(page)
    assert token, f"no form: {page}"
    return html.unescape(token[1])


class Visitor:
    """One person's browser: cookies and forms. `base_url` may be changed to another worker's."""

    def __init__(self, base_url: str, name: str) -> None:
        self.base_url = base_url
        self.name = name
        self.http = httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE)

    async def create(self, **fields: str) -> str:
        """Open a room; returns its code. Raises FormRefused."""
        return await self._enter({"name": self.name, "code": "", "create": "1"} | fields)

    async def join(self, code: str, **fields: str) -> str:
        """Become a member of a room; returns its code. Raises FormRefused."""
        return await self._enter({"name": self.name, "code": code, "join": "1"} | fields)

    async def leave(self, code: str) -> httpx.Response:
        return await self.submit(f"/rooms/{code}/leave/", {}, form_at=f"/rooms/{code}/")

    async def order(self, code: str, path: str, **fields: str) -> None:
        """Give an order in a room, as its page does: `path` is below `manage/`."""
        where = f"/rooms/{code}/manage/"
        answer = await self.submit(where + path, fields, form_at=where)
        assert answer.status_code == 302, answer.text

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(self.base_url + path)

    async def submit(
        self, path: str, fields: dict[str, str], *, form_at: str = "/"
    ) -> httpx.Response:
        """Post a form with the CSRF token of the page that has it. Redirects are not followed."""
        page = await self.get(form_at)
        return await self.http.post(
            self.base_url + path,
            data={"csrfmiddlewaretoken": csrf_token(page.text)} | fields,
            headers={"Origin": self.base_url, "Referer": self.base_url + form_at},
        )

    def cookies(self) -> str:
        """The value of a Cookie header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def headers(self) -> dict[str, str]:
        """What a socket is opened with."""
        return {"Cookie": self.cookies()}

    def socket(self, code: str, **options: Any) -> RoomSocket:
        """A socket for a room, not yet connected; see RoomSocket for the options."""
        return RoomSocket(self, code, **options)

    async def _enter(self, fields: dict[str, str]) -> str:
        response = await self.submit("/", fields)
        room = _ROOM.search(response.headers.get("Location", ""))
        if response.status_code != 302 or room is None:
            raise FormRefused(response)
        return room[1]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.http.aclose()
