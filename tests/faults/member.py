"""A client of the experiment: posts from an outbox, and remembers everything with its time."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.checker import Acked, Message, Sent, View
from tests.support.client import FrameRefused, RoomSocket, SocketClosed, Visitor
from tests.support.view import ContractViolation, Frame, RoomView

ACK_WITHIN = 10.0  # seconds on one connection; then the client takes it for dead
_TRY_AGAIN = 0.5  # seconds, where a refusal does not say how long


@dataclass
class RecordingView(RoomView):
    """A checked view that also keeps what came, in the order in which it came, and when."""

    record: View = field(default_factory=lambda: View("", ""))
    acks: list[Acked] = field(default_factory=list)
    seen_at: dict[str, float] = field(default_factory=dict)  # by client_id
    left_at: dict[str, float] = field(default_factory=dict)  # by the id of who left
    welcomed_at: list[float] = field(default_factory=list)
    # The history of each of the record's runs, and of each ack.
    histories: list[str] = field(default_factory=list)
    acked_in: dict[str, str] = field(default_factory=dict)

    def apply(self, frame: Frame) -> None:
        now = asyncio.get_running_loop().time()
        try:
            super().apply(frame)
        except ContractViolation as violation:
            self.record.misfits.append(str(violation))
            raise
        match frame["type"]:
            case "welcome":
                self.welcomed_at.append(now)
                if frame["mode"] == "reset" and self.record.applied:
                    self.record.starts.append(len(self.record.applied))
                self.histories[len(self.record.starts) - 1 :] = [self.history]
                self._keep(frame, now)
            case "events":
                self._keep(frame, now)
            case "members":
                self.left_at |= {person["id"]: now for person in frame["left"]}
            case "page":
                # Of what it has now, the page is the older part.
                start = self.record.starts[-1]
                self.record.applied[start:start] = map(message, frame["messages"])
            case "ack" if "client_id" in frame:
                self.acks.append(Acked(frame["client_id"], frame["seq"]))
                self.acked_in[frame["client_id"]] = self.history

    def present(self) -> View:
        """What was seen of the history that the room has now."""
        record = self.record
        first = record.starts[self.histories.index(self.history)]
        starts = [start - first for start in record.starts if start >= first]
        return View(record.room, record.member, record.applied[first:], starts, record.misfits)

    def _keep(self, frame: Frame, now: float) -> None:
        for each in map(message, frame["messages"]):
            self.record.applied.append(each)
            if each.client_id:
                self.seen_at.setdefault(each.client_id, now)


def message(wire: Frame) -> Message:
    author = wire["author"] or {}
    return Message(
        seq=wire["seq"],
        changed=wire["changed"],
        kind=wire["kind"],
        author=author.get("id", ""),
        client_id=wire.get("client_id") or "",
        body=wire["body"],
    )


class Member(RoomSocket):
    """Someone in a room who comes back by themselves and has one post under way at a time."""

    def __init__(self, visitor: Visitor, code: str, *, every: float | None = None) -> None:
        super().__init__(visitor, code, reconnect=True, every=every)
        self.recording = RecordingView(record=View(code, visitor.name))
        self.view = self.recording
        self.outbox: asyncio.Queue[Sent] = asyncio.Queue()
        self.sent: list[Sent] = []
        self.sent_at: dict[str, float] = {}
        self.acked_at: dict[str, float] = {}
        self.closed_at: list[tuple[float, int]] = []  # when, and with which code
        self.refusals: Counter[str] = Counter()
        self.given_up: int = 0  # connections taken for dead
        self._posting: asyncio.Task[None] | None = None

    @property
    def user_id(self) -> str:
        return str(self.view.you["id"])

    async def start(self) -> None:
        await self.connect()
        self._posting = asyncio.create_task(self._post_all())

    async def stop(self) -> None:
        """Ends without a word. Raises what the contract's checker has found."""
        if self._posting is not None:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
        await self.drop()
        await self.visitor.http.aclose()  # type: ignore[attr-defined]

    def write(self, client_id: str, body: str) -> None:
        """Put a message into the outbox."""
        sent = Sent(self.code, self.user_id, client_id, body, order=len(self.sent))
        self.sent.append(sent)
        self.outbox.put_nowait(sent)

    def came_back_after(self) -> list[float]:
        """For each time the connection was lost: seconds until the next welcome; inf for never."""
        return [
            next((at - lost for at in self.recording.welcomed_at if at > lost), float("inf"))
            for lost, _ in self.closed_at
        ]

    async def _post_all(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sent = await self.outbox.get()
            self.sent_at[sent.client_id] = loop.time()
            try:
                await self._post_until_acked(sent)
                self.acked_at[sent.client_id] = loop.time()
            except SocketClosed as closed:
                # The server does not want this client back: its posts remain unresolved, and the
                # checker says so.
                self.refusals[f"closed {closed.code}"] += 1
            finally:
                self.outbox.task_done()

    async def _post_until_acked(self, sent: Sent) -> None:
        while True:
            try:
                await self.post(sent.body, client_id=sent.client_id, timeout=ACK_WITHIN)
                return
            except FrameRefused as refused:
                self.refusals[refused.code] += 1
                await asyncio.sleep(refused.retry_after or _TRY_AGAIN)
            except TimeoutError:
                self.given_up += 1
                if self.connection is not None:
                    self.connection.transport.abort()

    async def _read_one_connection(self) -> int:
        code = await super()._read_one_connection()
        self.closed_at.append((asyncio.get_running_loop().time(), code))
        return code
