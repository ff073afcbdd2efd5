"""One visitor: a browser's cookies and a socket that comes back by itself."""

import asyncio
import json
import random
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin

from rooms.replay.pages import PageRefused, Pages

Frame = Mapping[str, Any]

_ANSWER_WITHIN = 60.0  # seconds, reconnecting and waiting for a rate limit included
_COME_BACK_WITHIN = 30.0  # seconds
_PAGE = 100
# Before this are all messages, also those that this visitor's worker has yet to hear of.
_NEWEST = 2**53 - 1
_STAY_AWAY = range(4500, 5000)  # close codes that mean: do not come back by yourself
_PASSING = {"unavailable", "rate_limited"}
_NAMES_TRIED = 6


class VisitorError(Exception):
    """The site did not let a visitor do what the log says; the text is for a person."""


class Visitor:
    """Plays one nick in one room. `name` is what the site calls it, known after `enter`."""

    def __init__(self, *, base_url: str, nick: str) -> None:
        self.nick = nick
        self.name = nick
        self._pages = Pages(base_url)
        self._code = ""
        self._user_id = ""
        self._socket: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None
        self._present: asyncio.Future[None] | None = None
        self._unanswered: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}

    async def enter(self, code: str | None) -> str:
        """Be in the room, or in a new one; returns its code once the roster has this visitor.

        A nick the site refuses as a name gets underscores, as people on IRC do it themselves.
        Raises VisitorError.
        """
        self._code = await self._fill_in_form(code)
        self._present = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen())
        await self._or_gone(self._present, failing=f"{self.name} did not get into the room")
        return self._code

    async def say(self, body: str) -> None:
        """Returns once the message is acknowledged. Raises VisitorError."""
        client_id = secrets.token_hex(16)
        await self._ask(client_id, {"type": "post", "client_id": client_id, "body": body})

    async def leave(self) -> None:
        """Leave for good; returns once that is in the log. Raises VisitorError."""
        ref = secrets.token_hex(8)
        await self._ask(ref, {"type": "leave", "ref": ref})
        await self.close()

    async def transcript(self) -> list[Frame]:
        """Every message of the room from the first to the newest. Raises VisitorError."""
        messages: list[Frame] = []
        before, older = _NEWEST, True
        while older:
            ref = secrets.token_hex(8)
            page = await self._ask(
                ref, {"type": "page", "before": before, "limit": _PAGE, "ref": ref}
            )
            messages[:0] = page["messages"]
            older = page["older"]
            before = messages[0]["seq"] if messages else 1
        return messages

    async def close(self) -> None:
        """Drop the socket, as closing a browser does."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError, VisitorError):
                await self._listening
            self._listening = None

    async def _fill_in_form(self, code: str | None) -> str:
        refusals = 0
        deadline = asyncio.get_running_loop().time() + _ANSWER_WITHIN
        while True:
            try:
                return await asyncio.to_thread(self._pages.enter, name=self.name, code=code)
            except PageRefused as refused:
                if refused.status == 422 and refusals < _NAMES_TRIED:
                    refusals += 1
                    self.name = self.nick + "_" * refusals
                    continue
                wait = refused.retry_after or 1.0
                too_late = asyncio.get_running_loop().time() + wait > deadline
                if refused.status not in {429, 502, 503, 504} or too_late:
                    raise VisitorError(f"{self.name} was not let in: {refused}") from refused
                await asyncio.sleep(wait)
            except OSError as error:
                # Who opens the room is the first to ask: the site was never there.
                if code is None or asyncio.get_running_loop().time() > deadline:
                    raise VisitorError(
                        f"{self._pages.base_url} cannot be reached: {error}"
                    ) from error
                await asyncio.sleep(1)

    async def _ask(self, key: str, frame: Frame) -> Frame:
        """Send until it is answered: after a reconnect again, with the same id."""
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._unanswered[key] = frame, answer
        try:
            await self._send(frame)
            await self._or_gone(answer, failing=f"{self.name} had no answer")
            return answer.result()
        finally:
            del self._unanswered[key]

    async def _or_gone(self, awaited: asyncio.Future[Any], *, failing: str) -> None:
        """Wait for something that the socket is to bring. Raises VisitorError if it does not."""
        assert self._listening is not None
        both: set[asyncio.Future[Any]] = {awaited, self._listening}
        await asyncio.wait(both, timeout=_ANSWER_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if awaited.done():
            return
        if self._listening.done():
            self._listening.result()
        raise VisitorError(f"{failing} within {_ANSWER_WITHIN:.0f} s.")

    async def _send(self, frame: Frame) -> None:
        if self._socket is not None:
            with suppress(ConnectionClosed):  # it is sent again on the next welcome
                await self._socket.send(json.dumps(frame))

    async def _listen(self) -> None:
        """Keep a socket open until cancelled. Raises VisitorError if the site wants it closed."""
        loop = asyncio.get_running_loop()
        connected_at = loop.time()
        while True:
            try:
                async with self._connect() as socket:
                    async for text in socket:
                        connected_at = loop.time()
                        await self._take(json.loads(text), socket)
                code = socket.close_code
            except (InvalidHandshake, InvalidMessage, OSError, TimeoutError):
                code = None
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
            finally:
                self._socket = None
            if code in _STAY_AWAY:
                raise VisitorError(f"{self.name} was put out of the room (close code {code}).")
            if loop.time() - connected_at > _COME_BACK_WITHIN:
                raise VisitorError(f"{self.name} could not come back to {self._pages.base_url}.")
            await asyncio.sleep(random.uniform(0.05, 1.0))  # noqa: S311 - jitter

    def _connect(self) -> connect:
        base = self._pages.base_url
        return connect(
            base.replace("http", "ws", 1) + f"/ws/rooms/{self._code}/",
            origin=Origin(base),
            additional_headers={"Cookie": self._pages.cookies()},
            compression=None,
            ping_interval=None,  # the server pings
            proxy=None,
        )

    async def _take(self, frame: Frame, socket: ClientConnection) -> None:
        match frame["type"]:
            case "welcome":
                self._user_id = frame["you"]["id"]
                self._look_for_me(frame["members"])
                self._socket = socket
                for waiting, _ in list(self._unanswered.values()):
                    await self._send(waiting)
            case "members":
                self._look_for_me(frame["joined"])
            case "ack" | "page":
                self._answer(frame)
            case "error":
                self._refuse(frame)

    def _look_for_me(self, people: Sequence[Frame]) -> None:
        here = any(person["id"] == self._user_id for person in people)
        if here and self._present is not None and not self._present.done():
            self._present.set_result(None)

    def _answer(self, frame: Frame) -> None:
        _, answer = self._unanswered.get(_key(frame), (None, None))
        if answer is not None and not answer.done():
            answer.set_result(frame)

    def _refuse(self, frame: Frame) -> None:
        waiting, answer = self._unanswered.get(_key(frame), (None, None))
        if waiting is None or answer is None or answer.done():
            return
        if frame["code"] in _PASSING:
            loop = asyncio.get_running_loop()
            loop.call_later(frame.get("retry_after") or 1.0, self._send_again, waiting, answer)
        else:
            answer.set_exception(VisitorError(f"{self.name} was refused: {frame['message']}"))

    def _send_again(self, frame: Frame, answer: asyncio.Future[Frame]) -> None:
        if not answer.done():
            task = asyncio.ensure_future(self._send(frame))
            answer.add_done_callback(lambda _: task.cancel())


def _key(frame: Frame) -> str:
    return str(frame.get("client_id") or frame.get("ref") or "")
