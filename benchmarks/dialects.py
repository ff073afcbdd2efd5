"""How to come into a room of each server, and how to speak there."""

from __future__ import annotations

import http.client
import itertools
import re
import urllib.parse
from collections.abc import Sequence
from typing import Protocol

from benchmarks.delivery import MARK
from benchmarks.websocket import HOST, PING, Opening, client_frame, handshake, pong

_CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ROOM_IN_URL = re.compile(r"/rooms/([^/]+)/")
_ALERT = re.compile(r'role="alert"[^>]*>(.*?)<', re.DOTALL)


class Dialect(Protocol):
    mark: re.Pattern[bytes]

    def opening(self, port: int, room: int, member: int) -> Opening:
        """Return what brings a socket into the room. The same member may come again."""

    def post(self, body: str) -> bytes: ...

    def answer(self, opcode: int, payload: bytes) -> bytes | None:
        """Return what a frame that is no message asks for, such as a pong."""


class FrontPage:
    """The front page of this project over one kept-alive connection."""

    def __init__(self, port: int, source: str = "") -> None:
        """`source`: the address to come from, of this machine's."""
        self.port = port
        self._connection = http.client.HTTPConnection(HOST, port, source_address=(source, 0))
        self._connection.request("GET", "/")
        response = self._connection.getresponse()
        page = response.read().decode()
        token = _CSRF_FIELD.search(page)
        if not token:
            raise RuntimeError(f"GET / gave {response.status} and no form")
        self._token = token.group(1)
        self._cookies = _cookies(response)

    def enter(self, *, name: str, code: str = "") -> tuple[str, str]:
        """Join the room ``code``, or make one; return the visitor's cookie header and the code."""
        form = {"name": name, "code": code, "csrfmiddlewaretoken": self._token}
        form["join" if code else "create"] = "1"
        site = f"http://{HOST}:{self.port}"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(self._cookies.values()),
            "Origin": site,
            "Referer": f"{site}/",
        }
        self._connection.request("POST", "/", urllib.parse.urlencode(form), headers)
        response = self._connection.getresponse()
        page = response.read().decode(errors="replace")
        room = _ROOM_IN_URL.search(response.getheader("Location") or "")
        if response.status != 302 or not room:
            alert = _ALERT.search(page)
            raise RuntimeError(f"POST / gave {response.status} {alert and alert.group(1).strip()}")
        return "; ".join((self._cookies | _cookies(response)).values()), room.group(1)


def _cookies(response: http.client.HTTPResponse) -> dict[str, str]:
    lines = response.msg.get_all("Set-Cookie") or []
    return {line.split("=", 1)[0]: line.split(";", 1)[0] for line in lines}


class Chat:
    """This project: visitors come in by the front page's form, as people do."""

    mark = re.compile(rb'"body": ?"' + MARK.pattern)  # not the same text again in "html"

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.cookies: dict[tuple[int, int], str] = {}
        self.resume: dict[int, str] = {}  # room → query string of one who was there before
        self._front_pages: dict[int, FrontPage] = {}
        self._client_ids = itertools.count()

    def know(self, *, code: str, cookies: Sequence[str]) -> None:
        """Take the members of the first room from elsewhere: they need not come by the front page."""
        self.codes[0] = code
        self.cookies |= {(0, member): cookie for member, cookie in enumerate(cookies)}

    def enter(self, port: int, room: int, member: int) -> str:
        """Return the cookie header of this member, who joins by the front page the first time."""
        if (room, member) not in self.cookies:
            if port not in self._front_pages:
                self._front_pages[port] = FrontPage(port)
            self.cookies[room, member], self.codes[room] = self._front_pages[port].enter(
                name=f"Guest {member}", code=self.codes.get(room, "")
            )
        return self.cookies[room, member]

    def opening(self, port: int, room: int, member: int) -> Opening:
        cookie = self.enter(port, room, member)
        path = f"/ws/rooms/{self.codes[room]}/{self.resume.get(room, '')}"
        return Opening(handshake(port, path, {"Cookie": cookie}), [(b"", b'"welcome"')])

    def post(self, body: str) -> bytes:
        text = f'{{"type":"post","client_id":"load-{next(self._client_ids)}","body":"{body}"}}'
        return client_frame(text.encode())

    def answer(self, opcode: int, payload: bytes) -> bytes | None:
        return pong(payload) if opcode == PING else None


class ChatInShort(Chat):
    """The same, as its page asks for it: crowds in short."""

    def opening(self, port: int, room: int, member: int) -> Opening:
        cookie = self.enter(port, room, member)
        path = f"/ws/rooms/{self.codes[room]}/?crowd=1"
        return Opening(handshake(port, path, {"Cookie": cookie}), [(b"", b'"welcome"')])


class Plain:
    """The Channels tutorial's contract, kept by the Node ``ws`` loop too."""

    mark = MARK

    def opening(self, port: int, room: int, member: int) -> Opening:
        return Opening(handshake(port, f"/ws/room{room}/"))

    def post(self, body: str) -> bytes:
        return client_frame(f'{{"type":"chat","body":"{body}"}}'.encode())

    def answer(self, opcode: int, payload: bytes) -> bytes | None:
        return pong(payload) if opcode == PING else None


class SocketIO:
    """Socket.IO 4 over WebSocket alone: events join(room) and chat(body)."""

    mark = MARK

    def opening(self, port: int, room: int, member: int) -> Opening:
        join = client_frame(f'42["join","room{room}"]'.encode())
        return Opening(
            handshake(port, "/socket.io/?EIO=4&transport=websocket"),
            [(client_frame(b"40"), b"40{"), (join, b'42["joined"')],
        )

    def post(self, body: str) -> bytes:
        return client_frame(f'42["chat","{body}"]'.encode())

    def answer(self, opcode: int, payload: bytes) -> bytes | None:
        if payload == b"2":  # Engine.IO's own ping
            return client_frame(b"3")
        return pong(payload) if opcode == PING else None


class SocketIOTelling(SocketIO):
    """The same, where the others are told who came, as in Socket.IO's own chat example."""

    def opening(self, port: int, room: int, member: int) -> Opening:
        enter = client_frame(f'42["enter","room{room}","Guest {member}"]'.encode())
        return Opening(
            handshake(port, "/socket.io/?EIO=4&transport=websocket"),
            [(client_frame(b"40"), b"40{"), (enter, b'42["joined"')],
        )


DIALECTS: dict[str, type[Dialect]] = {
    "chat": Chat,
    "chat-in-short": ChatInShort,
    "plain": Plain,
    "socketio": SocketIO,
    "socketio-telling": SocketIOTelling,
}
