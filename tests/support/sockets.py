"""A room's socket as the page uses it, for tests: asks, waits, comes back, and checks."""

import asyncio
import json
import random
import ssl
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.refusals import (
    FrameRefused,
    HandshakeRefused,
    SocketClosed,
    may_come_back,
)
from tests.support.view import ContractViolation, Frame, RoomView, decode

# Seconds any single thing may take before a test fails. On a busy machine a password alone takes fifteen.
PATIENCE = 30.0
HANDSHAKE = 5.0  # seconds after which the page gives a handshake up, and tries again


class Browser(Protocol):
    """Whose socket it is: where the site is, and the headers by which it knows the person."""

    base_url: str
    name: str

    def headers(self) -> dict[str, str]: ...


class RoomSocket:
    """A visitor's place in a room: sends frames, and keeps a checked view of the room.

    With `reconnect` it does as the page does: after a close that allows it, it comes back with
    jitter, to the next of `base_urls`, resumes, and sends again what was not acked. With `every` it
    tries again after exactly so many seconds, as somebody's bot does.
    """

    def __init__(
        self,
        visitor: Browser,
        code: str,
        *,
        reconnect: bool = False,
        every: float | None = None,
        base_urls: Sequence[str] = (),
        origin: str | None = None,
    ) -> None:
        self.visitor = visitor
        self.code = code
        self.view = RoomView()
        self.received: deque[Frame] = deque(maxlen=1000)
        self.closes: list[int] = []
        self.connection: ClientConnection | None = None
        self._reconnect = reconnect
        self._every = every
        self._base_urls = deque(base_urls)
        self._origin = origin
        self._waiting: dict[tuple[str, str], tuple[Frame, asyncio.Future[Frame]]] = {}
        self._changed = asyncio.Condition()
        self._welcomed = asyncio.Event()
        self._ended = asyncio.Event()
        self._violation: BaseException | None = None
        self._reader: asyncio.Task[None] | None = None

    # Connecting -----------------------------------------------------------------------------------

    async def connect(self) -> Self:
        """Open the socket and wait for `welcome`; resumes if there was one before.

        Raises HandshakeRefused, or SocketClosed with the code the server closed with instead.
        """
        await self._open()
        self._ended.clear()
        self._reader = asyncio.create_task(self._read())
        await self._unless_ended(self._welcomed)
        return self

    async def drop(self) -> None:
        """Lose the connection without a word, as a dead network does; does not come back."""
        self._reconnect = False
        if self.connection:
            self.connection.transport.abort()
        await self._stop_reading()

    async def close(self) -> None:
        """Close the socket in order. Raises what the checker found on the way."""
        self._reconnect = False
        if self.connection:
            await self.connection.close()
        await self._stop_reading()
        self._raise_violation()

    async def closed(self, *, timeout: float = PATIENCE) -> int:
        """Wait until the socket has ended for good; returns the close code."""
        async with asyncio.timeout(timeout):
            await self._ended.wait()
        self._raise_violation()
        return self.closes[-1]

    async def _open(self) -> None:
        base_url = self._base_urls[0] if self._base_urls else self.visitor.base_url
        view = self.view
        query = f"?after={view.cursor}&room={view.room['id']}" if view.room else ""
        if view.room and view.history:
            query += f"&history={view.history}"
        self._welcomed.clear()
        try:
            self.connection = await connect(
                f"{base_url.replace('http', 'ws', 1)}/ws/rooms/{self.code}/{query}",
                origin=self._origin or base_url,  # type: ignore[arg-type]
                additional_headers=self.visitor.headers(),
                # The tests of certificates look at them; here they are of nobody that one trusts.
                ssl=ssl._create_unverified_context() if base_url.startswith("https") else None,
                proxy=None,
                compression=None,
                max_size=None,
                open_timeout=HANDSHAKE if self._reconnect else PATIENCE,
                close_timeout=2,
            )
        except InvalidStatus as error:
            raise HandshakeRefused(error.response.status_code) from error

    # Frames ---------------------------------------------------------------------------------------

    async def post(
        self, body: str, *, client_id: str | None = None, timeout: float = PATIENCE
    ) -> Frame:
        """Post a message; returns its ack. Raises FrameRefused, SocketClosed, TimeoutError.

        When it raises one of the last two, the outcome is unknown: post again with the same
        `client_id`.
        """
        frame = {"type": "post", "client_id": client_id or uuid.uuid4().hex, "body": body}
        return await self._ask(frame, ("client_id", frame["client_id"]), timeout)

    async def ask(self, kind: str, *, timeout: float = PATIENCE, **fields: Any) -> Frame:
        """Send a frame with a fresh `ref`; returns what answers it. Raises FrameRefused."""
        frame = {"type": kind, "ref": uuid.uuid4().hex} | fields
        return await self._ask(frame, ("ref", frame["ref"]), timeout)

    async def send(self, frame: Frame | str | bytes) -> None:
        """Send a frame, or any text or bytes, without waiting for an answer."""
        await self._send(frame)

    async def load_all(self) -> None:
        """Page back to the first message."""
        while self.view.older:
            await self.ask("page", before=min(self.view.messages), limit=100)

    async def _ask(self, frame: Frame, key: tuple[str, str], timeout: float) -> Frame:
        self._raise_violation()
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        assert key not in self._waiting, f"{key} is asked already; use send()"
        self._waiting[key] = (frame, answer)
        try:
            async with asyncio.timeout(timeout):
                if self._welcomed.is_set() or not self._reconnect:
                    await self._send(frame)
                return await answer
        finally:
            self._waiting.pop(key, None)

    async def _send(self, frame: Frame | str | bytes) -> None:
        assert self.connection is not None, "not connected"
        data = json.dumps(frame) if isinstance(frame, dict) else frame
        try:
            await self.connection.send(data)
        except ConnectionClosed as error:
            if not self._reconnect:
                raise SocketClosed(_code(error)) from error

    # Waiting --------------------------------------------------------------------------------------

    async def until(
        self, condition: Callable[[RoomView], bool], *, timeout: float = PATIENCE
    ) -> RoomView:
        """Wait until the view fulfils a condition; it is asked again after every frame."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: self._is_over() or condition(self.view))
        except TimeoutError:
            state = f"cursor {self.view.cursor}, {self.view.names}, {self.view.bodies[-5:]}"
            raise AssertionError(f"{self.visitor.name} waited {timeout} s; {state}") from None
        self._raise_violation()
        if not condition(self.view):
            raise SocketClosed(self.closes[-1])
        return self.view

    async def frame(
        self, condition: Callable[[Frame], bool], *, timeout: float = PATIENCE
    ) -> Frame:
        """The first frame, received already or to come, that fulfils a condition."""

        def found() -> Frame | None:
            return next((frame for frame in self.received if condition(frame)), None)

        await self.until(lambda view: found() is not None, timeout=timeout)
        frame = found()
        assert frame is not None
        return frame

    async def fresh(self) -> RoomView:
        """The same person's view from a new socket, all of the log loaded."""
        async with RoomSocket(self.visitor, self.code) as other:
            await other.load_all()
            return other.view

    # Reading --------------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            while True:
                code = await self._read_one_connection()
                self.closes.append(code)
                if not (self._reconnect and may_come_back(code) and await self._come_back()):
                    break
        except Exception as error:  # noqa: BLE001 - raised by whoever waits for this socket
            self._violation = error
            if self.connection:
                self.connection.transport.abort()
        finally:
            self._ended.set()
            await self._fail_waiting()
            async with self._changed:
                self._changed.notify_all()

    async def _read_one_connection(self) -> int:
        assert self.connection is not None
        try:
            async for text in self.connection:
                await self._take(decode(text))
        except ConnectionClosed:
            pass
        return self.connection.close_code or 1006

    async def _take(self, frame: Frame) -> None:
        if not self._welcomed.is_set():
            if frame["type"] == "error":  # why it is closed next
                self.received.append(frame)
                return
            if frame["type"] != "welcome":
                raise ContractViolation(f"welcome is the first frame: {frame}")
        elif frame["type"] == "welcome":
            raise ContractViolation(f"welcome comes once: {frame}")
        self.received.append(frame)
        self.view.apply(frame)
        self._answer(frame)
        if frame["type"] == "welcome":
            self._welcomed.set()
            for waiting, _ in list(self._waiting.values()):
                await self._send(waiting)
        async with self._changed:
            self._changed.notify_all()

    def _answer(self, frame: Frame) -> None:
        if frame["type"] not in {"ack", "page", "error"}:
            return
        for name in ("client_id", "ref"):
            _, answer = self._waiting.get((name, str(frame.get(name))), (None, None))
            if answer is None or answer.done():
                continue
            if frame["type"] == "error":
                answer.set_exception(FrameRefused(frame))
            else:
                answer.set_result(frame)

    async def _come_back(self) -> bool:
        """Tries each site in turn, with jitter, until one takes it or refuses it for good."""
        delay = 0.05
        while self._reconnect:
            self._base_urls.rotate(-1)
            await asyncio.sleep(self._every or delay * random.uniform(0.5, 1.5))
            delay = min(delay * 2, 1)
            try:
                await self._open()
            except HandshakeRefused as error:
                if error.status < 500:
                    raise
            except (OSError, TimeoutError, ConnectionClosed, EOFError):
                pass
            else:
                return True
        return False

    def _is_over(self) -> bool:
        return self._ended.is_set() or self._violation is not None

    async def _unless_ended(self, event: asyncio.Event) -> None:
        waits = [asyncio.create_task(each.wait()) for each in (event, self._ended)]
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._raise_violation()
        if not event.is_set():
            raise SocketClosed(self.closes[-1])

    async def _fail_waiting(self) -> None:
        for _, answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(SocketClosed(self.closes[-1] if self.closes else 1006))

    async def _stop_reading(self) -> None:
        if self._reader:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None

    def _raise_violation(self) -> None:
        if self._violation:
            raise self._violation

    async def __aenter__(self) -> Self:
        return await self.connect()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            await self.close()
        else:
            await self.drop()


def _code(error: ConnectionClosed) -> int:
    return error.rcvd.code if error.rcvd else 1006
