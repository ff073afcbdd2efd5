"""A push service of the tests' own: real HTTPS, and as strict as the standards let one be."""

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from collections import defaultdict
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import http_ece
from py_vapid import Vapid02

from tests.support.https import Asked, Authority, Server, answer
from tests.support.push_keys import BrowserKeys
from tests.support.sockets import PATIENCE

_CREATED = answer(201, Location="/message/1")


@dataclass(frozen=True)
class Delivered:
    """A notification as the browser gets it."""

    path: str
    notification: dict[str, Any]
    headers: dict[str, str]


class PushService:
    """Decrypts what comes for its browsers, and answers as `planned` for a path, with 201 after that.

    What a site sends wrongly is refused with 400, and `complaints` has the reason.
    """

    def __init__(self, authority: Authority) -> None:
        self._server = Server(self._respond, tls=authority.context("127.0.0.1"))
        self._browsers: dict[str, BrowserKeys] = {}
        self.planned: defaultdict[str, list[bytes]] = defaultdict(list)
        self.complaints: list[str] = []
        self._came: asyncio.Queue[Delivered] = asyncio.Queue()
        # While it is not set, answers are held back.
        self.answers = asyncio.Event()
        self.answers.set()

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.__aexit__(kind, error, trace)
        assert self.complaints == []

    @property
    def origin(self) -> str:
        return f"https://127.0.0.1:{self._server.port}"

    async def down(self) -> None:
        """Listen no more, until `up`."""
        await self._server.__aexit__(None, None, None)

    async def up(self) -> None:
        await self._server.__aenter__()

    def browser(self, path: str) -> dict[str, str]:
        """Return the subscription of a new browser."""
        keys = self._browsers[path] = BrowserKeys()
        return keys.subscription(self.origin + path)

    def plan(self, path: str, status: int, **headers: str) -> None:
        """Give another answer to the next notification."""
        self.planned[path].append(answer(status, b"", **headers))

    async def next(self) -> Delivered:
        """Return the next notification that came, also if it was refused."""
        async with asyncio.timeout(PATIENCE):
            return await self._came.get()

    def come(self) -> list[Delivered]:
        """Return all that came and was not looked at."""
        return [self._came.get_nowait() for _ in range(self._came.qsize())]

    @property
    def is_idle(self) -> bool:
        """Return True if every notification that came has been looked at."""
        return self._came.empty()

    async def _respond(self, asked: Asked, writer: object) -> bytes:
        try:
            delivered = self._read(asked)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it
            self.complaints.append(repr(error))
            return answer(400)
        self._came.put_nowait(delivered)
        await self.answers.wait()
        return self.planned[asked.path].pop(0) if self.planned[asked.path] else _CREATED

    def _read(self, asked: Asked) -> Delivered:
        headers = asked.headers
        assert asked.method == "POST"
        assert Vapid02.verify(headers["authorization"])
        token = headers["authorization"].removeprefix("vapid t=").split(",")[0]
        claims = _claims(token)
        assert claims["aud"] == self.origin
        assert time.time() < claims["exp"] <= time.time() + 24 * 3600
        assert claims["sub"].startswith(("https:", "mailto:"))
        assert headers["content-encoding"] == "aes128gcm"
        assert int(headers["ttl"]) >= 0
        assert headers["urgency"] in {"very-low", "low", "normal", "high"}
        assert len(headers["topic"]) <= 32
        assert len(asked.body) <= 4096
        keys = self._browsers[asked.path]
        text = http_ece.decrypt(asked.body, private_key=keys.private, auth_secret=keys.secret)
        payload = json.loads(text)
        assert payload["web_push"] == 8030
        assert payload["notification"]["navigate"].startswith("http")
        return Delivered(asked.path, payload["notification"], headers)


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
