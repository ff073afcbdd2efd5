"""Posts gather where workers take turns at a room, and only there."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Sequence

import pytest
from django.db import DataError

from history.log.entry import Change
from rooms import publish, refusal_counts
from rooms.actions.changes import Changed
from rooms.actions.messages import ASK, Draft, Posted
from rooms.actions.performing import Order
from rooms.commands import Delete, Edit, Leave, Post, React
from rooms.errors import Forbidden, RoomHeld
from rooms.live import batching, repair
from rooms.live import writer as writers
from rooms.live.client import Client
from rooms.live.commit import Outcomes
from rooms.live.hub import Hub
from rooms.live.receiver import Receiver
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.live.waiting import RoomCommand
from rooms.live.writer import Writer
from rooms.protocol import Close
from tests.unit.listening import Listener, said


class Log:
    """Numbers posts, in the place of the database. Others may take numbers in between."""

    def __init__(self) -> None:
        self.head = 0
        self.batches: list[list[str]] = []

    def commit(self, drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
        self.batches.append([draft.said.body for draft in drafts])
        after = self.head
        self.head += len(drafts)
        seqs = range(after + 1, self.head + 1)
        messages = [message for seq in seqs for message in said(seq).messages]
        change = Change.of(stream_id=1, after=after, through=self.head, epoch=0, messages=messages)
        return [Posted(seq) for seq in seqs], [change]

    def elsewhere(self) -> Change:
        """A change that another worker commits."""
        self.head += 1
        return said(self.head)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    monkeypatch.setattr(writers, "commit", log.commit)
    return log


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits seem to take a minute, and posts gather for that long."""
    monkeypatch.setattr(batching, "monotonic", itertools.count(0, 60).__next__)
    monkeypatch.setattr(writers, "GATHER", 60)


@pytest.fixture
async def writer(hub: Hub) -> AsyncIterator[Writer]:
    threads = DatabaseThreads(name="threads")
    patient = DatabaseThreads(name="patient", size=2)
    writer = Writer(hub=hub, threads=threads, patient=patient)
    yield writer
    await asyncio.wait_for(writer.stop(), 5)
    await asyncio.gather(threads.close(), patient.close())


class Author(Listener):
    """Somebody in the room who posts, and sees what comes of it."""

    def __init__(self, writer: Writer, room: LiveRoom) -> None:
        super().__init__()
        self._writer = writer
        self._room = room
        self.client = Client(socket_id="a", sender=self)
        room.add(self.client)
        self._told = asyncio.Event()

    def send(self, payloads: Sequence[bytes]) -> None:
        super().send(payloads)
        self._told.set()

    def post(self, body: str) -> None:
        self.ask(Post(client_id=body, body=body))

    def ask(self, command: RoomCommand) -> None:
        self._writer.submit(client=self.client, room=self._room, command=command)

    async def until_acked(self, posts: int) -> None:
        await self._until("ack", posts)

    async def until_refused(self) -> None:
        await self._until("error", 1)

    async def _until(self, kind: str, count: int) -> None:
        async with asyncio.timeout(5):
            while sum(frames.count(kind) for frames in self.sends) < count:
                self._told.clear()
                await self._told.wait()


@pytest.fixture
async def ada(writer: Writer, room: LiveRoom) -> Author:
    return Author(writer, room)


async def turns() -> None:
    """Enough turns of the loop for a batch to start, if one may."""
    for _ in range(10):
        await asyncio.sleep(0)


def hear(hub: Hub, change: Change) -> None:
    Receiver(hub).received(publish.notification_of(change))


@pytest.mark.usefixtures("for_ever")
async def test_alone_nothing_gathers(log: Log, ada: Author) -> None:
    for number in range(3):
        ada.post(str(number))
        await ada.until_acked(number + 1)
    assert log.batches == [["0"], ["1"], ["2"]]


@pytest.mark.usefixtures("for_ever")
async def test_after_another_worker_posts_gather_until_its_next_change(
    log: Log, hub: Hub, ada: Author
) -> None:
    hear(hub, log.elsewhere())
    ada.post("a")
    await ada.until_acked(1)
    ada.post("b")
    await turns()
    ada.post("c")
    hear(hub, log.elsewhere())
    await ada.until_acked(3)
    assert log.batches == [["a"], ["b", "c"]]


@pytest.mark.usefixtures("for_ever")
async def test_a_change_ahead_of_its_turn_says_that_others_are_writing(
    log: Log, hub: Hub, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "HOLD", 60)  # the log is not asked for what is missing
    before = log.elsewhere()
    rung = asyncio.Event()
    monkeypatch.setattr(hub.subscription, "publish", lambda group, bell: rung.set())
    ada.post("a")
    await asyncio.wait_for(rung.wait(), 5)
    ada.post("b")
    hear(hub, before)
    await ada.until_acked(1)
    await turns()
    ada.post("c")
    hear(hub, log.elsewhere())
    await ada.until_acked(3)
    assert log.batches == [["a"], ["b", "c"]]
    assert ada.sends[0] == ["ack", [1], [2]]


@pytest.mark.usefixtures("for_ever")
async def test_nothing_gathers_when_the_others_have_had_their_turn(
    log: Log, hub: Hub, ada: Author
) -> None:
    hear(hub, log.elsewhere())
    # Theirs is heard before our own commit is back.
    commit = log.commit
    loop = asyncio.get_running_loop()

    def overtaken(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
        outcome = commit(drafts)
        loop.call_soon_threadsafe(hear, hub, log.elsewhere())
        return outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writers, "commit", overtaken)
        ada.post("a")
        await ada.until_acked(1)
    ada.post("b")
    await ada.until_acked(2)
    assert log.batches == [["a"], ["b"]]


async def test_silent_workers_are_not_waited_for(log: Log, hub: Hub, ada: Author) -> None:
    hear(hub, log.elsewhere())
    ada.post("a")
    await ada.until_acked(1)
    ada.post("b")
    await ada.until_acked(2)
    assert log.batches == [["a"], ["b"]]


@pytest.mark.usefixtures("for_ever")
async def test_a_full_batch_does_not_wait_for_more(
    log: Log, hub: Hub, writer: Writer, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer._queue, "_size", 2)
    hear(hub, log.elsewhere())
    for body in "abcd":
        ada.post(body)
    await ada.until_acked(4)
    assert log.batches == [["a", "b"], ["c", "d"]]


@pytest.mark.usefixtures("for_ever")
async def test_gathered_posts_are_written_before_the_end(
    log: Log, hub: Hub, writer: Writer, ada: Author
) -> None:
    hear(hub, log.elsewhere())
    ada.post("a")
    await ada.until_acked(1)
    ada.post("b")
    await asyncio.wait_for(writer.stop(), 5)
    assert log.batches == [["a"], ["b"]]
    await ada.until_acked(2)


async def test_a_post_after_a_text_that_is_prepared_waits_for_it(log: Log, ada: Author) -> None:
    ada.post("**first**")
    ada.post("second")
    await ada.until_acked(2)
    ada.post("third")
    await ada.until_acked(3)
    assert log.batches == [["**first**", "second"], ["third"]]


async def test_a_post_that_its_batch_fails_with_fails_alone(
    log: Log, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
        if "b" in [draft.said.body for draft in drafts]:
            return [DataError("odd")] * len(drafts), []
        return log.commit(drafts)

    monkeypatch.setattr(writers, "commit", commit)
    for body in "abc":
        ada.post(body)
    await ada.until_acked(2)
    assert ada.sends == [["ack", "error", "ack", [1]], [[2]]]


class Commands:
    """The log of a room in which everything that is asked is done, one number each."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.head = 0

    def commit(self, orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
        self.batches.append(
            [
                order.said.body if isinstance(order, Draft) else type(order.command).__name__
                for order in orders
            ]
        )
        after = self.head
        self.head += len(orders)
        messages = [m for seq in range(after + 1, self.head + 1) for m in said(seq).messages]
        change = Change.of(stream_id=1, after=after, through=self.head, epoch=0, messages=messages)
        return [
            Posted(n) if isinstance(order, Draft) else Changed(n)
            for n, order in enumerate(orders, after + 1)
        ], [change]


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> Commands:
    commands = Commands()
    monkeypatch.setattr(writers, "commit", commands.commit)
    return commands


async def test_all_that_is_asked_of_a_room_shares_its_queue(
    everything: Commands, ada: Author
) -> None:
    ada.post("one")
    ada.ask(React(1, "👍", on=True))
    ada.post("**two**")
    ada.ask(Delete(1))
    ada.ask(Edit(2, "**three**"))
    ada.post("four")
    await ada.until_acked(6)
    assert [each for batch in everything.batches for each in batch] == [
        "one", "React", "**two**", "Delete", "Edit", "four",
    ]  # fmt: skip
    assert ada.sends[0] == ["ack", "ack", [1, 2]], "answers first, in one write with what was done"


async def test_posts_of_other_rooms_do_not_wait_for_what_is_no_post(
    hub: Hub, writer: Writer, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def commit(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
        if all(isinstance(order, Draft) for order in orders):
            return [Posted(1) for _ in orders], []
        assert go.wait(5)
        return [Changed(2) for _ in orders], []

    monkeypatch.setattr(writers, "commit", commit)
    other = LiveRoom(room_id=2, stream_id=2, code="CDFG")
    other.ready.set_result(None)
    hub.rooms[2] = other
    bob = Author(writer, other)
    ada.ask(React(1, "👍", on=True))
    bob.post("hi")
    await bob.until_acked(1)
    assert ada.sends == []
    go.set()
    await ada.until_acked(1)


async def test_a_member_who_leaves_is_told_before_the_socket_is_closed(
    everything: Commands, room: LiveRoom, ada: Author
) -> None:
    ada.post("bye")
    ada.ask(Leave())
    assert ada.client.leaving == 1
    room.remove(ada.client)  # it was found to have left before the answer was there
    await asyncio.wait_for(ada.closed.wait(), 5)
    assert ada.client.leaving == 0
    assert ada.sends == [["ack", "ack"], [f"close {int(Close.NOT_MEMBER)}"]]


class TwoRooms:
    """The log of two rooms, the second of which somebody holds until `let_go`."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.heads = {1: 0, 2: 0}
        self.said: dict[int, list[str]] = {1: [], 2: []}

    def commit(self, drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
        held = {2} if not self.let_go.is_set() else set()
        outcomes: list[Posted | Exception] = []
        for draft in drafts:
            if draft.stream_id in held:
                outcomes.append(RoomHeld())
            else:
                self.said[draft.stream_id].append(draft.said.body)
                outcomes.append(Posted(len(self.said[draft.stream_id])))
        return outcomes, []

    def commit_patiently(self, drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
        assert {draft.stream_id for draft in drafts} == {2}, "nobody else waits with it"
        assert self.let_go.wait(5)
        return self.commit(drafts)


async def test_a_room_that_is_held_keeps_no_other_waiting_and_its_order(
    hub: Hub, writer: Writer, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = TwoRooms()
    monkeypatch.setattr(writers, "commit", log.commit)
    monkeypatch.setattr(writers, "commit_patiently", log.commit_patiently)
    other = LiveRoom(room_id=2, stream_id=2, code="CDFG")
    other.ready.set_result(None)
    hub.rooms[2] = other
    ada, bob = Author(writer, room), Author(writer, other)
    ada.post("a")
    bob.post("b")
    await ada.until_acked(1)
    for number in range(3):
        bob.post(str(number))
        ada.post(str(number))
        await ada.until_acked(2 + number)
    log.let_go.set()
    await bob.until_acked(4)
    assert log.said == {1: ["a", "0", "1", "2"], 2: ["b", "0", "1", "2"]}
    bob.post("and as ever")
    await bob.until_acked(5)


async def test_a_room_that_is_held_for_too_long_is_said_to_be_busy(
    writer: Writer, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
        return [RoomHeld() for _ in drafts], []

    monkeypatch.setattr(writers, "commit", held)
    monkeypatch.setattr(writers, "commit_patiently", held)
    for _ in range(2):
        ada.post("a")
        await ada.until_refused()
        ada.sends.clear()


@pytest.mark.parametrize("was_present", [False, True])
async def test_a_leave_has_the_sockets_checked(
    hub: Hub, room: LiveRoom, ada: Author, monkeypatch: pytest.MonkeyPatch, was_present: bool
) -> None:
    """A leave of somebody who was not present raises the epoch alone: nothing else tells of it."""
    checked: list[LiveRoom] = []
    monkeypatch.setattr(hub.eviction, "recheck", checked.append)
    told = said(1) if was_present else Change.of(
        stream_id=1, after=0, through=0, epoch=0, messages=[], evicts_from=1
    )  # fmt: skip
    outcome = Changed(1 if was_present else None)
    monkeypatch.setattr(writers, "commit", lambda orders: ([outcome] * len(orders), [told]))
    ada.ask(Leave())
    await ada.until_acked(1)
    assert checked
    assert set(checked) == {room}
    # By what was done, and since its socket is still there.
    assert len(checked) == (1 if was_present else 2)


async def test_an_author_checked_at_an_earlier_epoch_is_checked_again(
    room: LiveRoom, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs: list[int] = []

    def commit(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
        epochs.extend(order.epoch for order in orders)
        return [Posted(1) for _ in orders], []

    monkeypatch.setattr(writers, "commit", commit)
    room.epoch = ada.client.epoch = 3
    ada.post("one")
    await ada.until_acked(1)
    room.epoch = 4
    ada.post("two")
    await ada.until_acked(2)
    assert epochs == [3, ASK]


async def test_a_text_of_a_member_who_is_muted_while_it_is_prepared_is_refused(
    log: Log, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise Forbidden

    ada.post("**hello**")
    monkeypatch.setattr(Client, "require_voice", lambda client: refuse())
    await ada.until_refused()
    assert log.batches == []


async def test_a_program_without_a_socket_is_handed_the_refusal_which_is_counted_where_it_is_told(
    writer: Writer, room: LiveRoom, ada: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "commit", lambda orders: ([Forbidden()] * len(orders), []))
    refusal_counts.take()
    with pytest.raises(Forbidden):
        async with asyncio.timeout(5):
            await writer.post(client=ada.client, room=room, command=Post(client_id="1", body="hi"))
    assert refusal_counts.take() == {}
    assert ada.sends == []
