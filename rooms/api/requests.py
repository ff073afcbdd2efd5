"""A request to the API as its operations see it, and their answers."""

import json
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

from rooms import addresses, answers, bot_keys, refusal_counts
from rooms.errors import BadFrame, ChatError, SignedOut
from rooms.refusals.api import BadParameter
from rooms.refusals.frames import NotAnObject, NotJson

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body, which is sent as JSON; with `stream` its parts, as they come."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None

    @classmethod
    def refusal(cls, error: ChatError) -> "Answer":
        """Return the answer to what was refused: the contract's code, in the shape of the pages'."""
        refusal_counts.note(error)
        headers = {}
        if error.retry_after is not None:
            headers["Retry-After"] = str(math.ceil(error.retry_after))
        status = error.status
        if isinstance(error, SignedOut):
            status, headers["WWW-Authenticate"] = 401, "Bearer"
        return cls(status, {"error": answers.describe(error)}, headers)


class Request:
    """One request: `values` are the parts of its path that its operation names."""

    def __init__(self, scope: Mapping[str, Any], receive: Receive, values: dict[str, str]) -> None:
        self.values = values
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.address = addresses.of_scope(scope)
        self.headers = {
            name.decode("latin1").lower(): value.decode("latin1")
            for name, value in scope["headers"]
        }
        self._query = parse_qs(scope["query_string"].decode("latin1"), keep_blank_values=True)
        self.body = b""

    @property
    def proof(self) -> str:
        """What the bot's key is known by. Raises SignedOut for a request without a key, or with none."""
        proof = bot_keys.proof(bot_keys.bearer(self.headers.get("authorization", "")) or "")
        if not proof:
            raise SignedOut
        return proof

    @property
    def wants_stream(self) -> bool:
        return "text/event-stream" in self.headers.get("accept", "")

    def number(
        self, name: str, default: int | None = None, *, most: int | None = None
    ) -> int | None:
        """Return a number of the query. Raises BadParameter."""
        if name not in self._query:
            return default
        return _whole(name, self._query[name][-1], most)

    def text(self, name: str, default: str = "") -> str:
        """Return a text of the query."""
        found: list[str] = self._query.get(name, [default])
        return found[-1]

    @property
    def seq(self) -> int:
        """The number of the message that the path names. Raises BadParameter."""
        found = _whole("seq", self.values["seq"], None)
        if found < 1:
            raise BadParameter(name="seq")
        return found

    def json(self) -> dict[str, Any]:
        """Return the object in the body. Raises BadFrame."""
        try:
            found = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise NotJson from None
        if not isinstance(found, dict):
            raise NotAnObject
        return found

    async def read(self) -> None:
        """Read the body, which the server bounds. Raises BadFrame if its sender has gone."""
        parts = []
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise BadFrame
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        self.body = b"".join(parts)


def _whole(name: str, text: str, most: int | None) -> int:
    if not _NUMBER.fullmatch(text) or (most is not None and int(text) > most):
        raise BadParameter(name=name)
    return int(text)


def encoded(body: Any) -> bytes:
    return orjson.dumps(body)
