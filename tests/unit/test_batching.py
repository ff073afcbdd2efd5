"""Items that gather on a worker: in order by key, a few batches at once, and an answer for each."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest
from django.db import OperationalError

from rooms.errors import ChatError, Forbidden, RoomHeld, Unavailable
from rooms.live import batching
from rooms.live.batching import Batcher
from rooms.live.questions import Question, reply_to_each

# An item of these tests: its key is its first letter.
Answers = list[tuple[str, object]]


class Bench:
    """Work that goes on until it is let go, and what became of it."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.answers: Answers = []
        self._answered = asyncio.Event()
        self.go = asyncio.Event()  # lets all batches end
        self.go.set()
        self.bad: dict[str, Exception] = {}  # items that make their batch fail
        self.held: set[str] = set()  # keys that somebody else holds
        self.waits: list[list[str]] = []  # what was done patiently
        self.let_go = asyncio.Event()  # lets what is done patiently end

    async def work(self, batch: Sequence[str]) -> list[str | Exception]:
        self.batches.append(list(batch))
        await self.go.wait()
        for item in batch:
            if item in self.bad:
                raise self.bad[item]
        return [RoomHeld() if item[0] in self.held else item.upper() for item in batch]

    async def work_patiently(self, batch: Sequence[str]) -> list[str | Exception]:
        self.waits.append(list(batch))
        await self.let_go.wait()
        return [item.upper() for item in batch]

    def answer(self, batch: Sequence[str], outcomes: Sequence[str | Exception]) -> None:
        self.answers += [
            (item, type(outcome) if isinstance(outcome, Exception) else outcome)
            for item, outcome in zip(batch, outcomes, strict=True)
        ]
        self._answered.set()

    async def until_answered(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.answers) < count:
                self._answered.clear()
                await self._answered.wait()


@pytest.fixture
async def bench() -> Bench:
    return Bench()


@asynccontextmanager
async def batcher(bench: Bench, **settings: Any) -> AsyncIterator[Batcher[str, str, str]]:
    settings = {"size": 3, "waiting": 100, **settings}
    queue: Batcher[str, str, str] = Batcher(
        name="letters", work=bench.work, answer=bench.answer, **settings
    )
    yield queue
    await asyncio.wait_for(queue.stop(), 5)


def submit(queue: Batcher[str, str, str], *items: str) -> None:
    for item in items:
        queue.submit(item[0], item)


async def turns() -> None:
    """Enough turns of the loop for a batch to start, if one may."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_items_of_one_turn_of_the_loop_go_together(bench: Bench) -> None:
    async with batcher(bench) as queue:
        submit(queue, "a1", "b1")
        await turns()
        submit(queue, "a2")
    assert bench.batches == [["a1", "b1"], ["a2"]]
    assert bench.answers == [("a1", "A1"), ("b1", "B1"), ("a2", "A2")]


async def test_the_next_batch_gathers_while_one_is_under_way(bench: Bench) -> None:
    bench.go.clear()
    async with batcher(bench) as queue:
        submit(queue, "a1")
        await turns()
        submit(queue, "a2", "b1")
        await turns()
        submit(queue, "b2", "c1")
        bench.go.set()
    # Keys take turns: a room whose posts were under way comes after those that waited meanwhile.
    assert bench.batches == [["a1"], ["b1", "b2", "c1"], ["a2"]]


async def test_a_key_is_in_one_batch_at_a_time_and_keeps_its_order(bench: Bench) -> None:
    bench.go.clear()
    async with batcher(bench, at_once=3) as queue:
        submit(queue, "a1", "a2", "a3", "a4")
        await turns()
        submit(queue, "b1", "a5")
        await turns()
        assert bench.batches == [["a1", "a2", "a3"], ["b1"]]
        bench.go.set()
    assert bench.batches[2:] == [["a4", "a5"]]


async def test_a_few_batches_are_under_way_at_once_if_that_is_worth_it(bench: Bench) -> None:
    bench.go.clear()
    async with batcher(bench, at_once=2, worth=2) as queue:
        submit(queue, "a1")
        await turns()
        submit(queue, "b1")
        await turns()
        assert bench.batches == [["a1"]], "one item would not be done any sooner"
        submit(queue, "c1")
        await turns()
        submit(queue, "d1", "e1")
        await turns()
        assert bench.batches == [["a1"], ["b1", "c1"]]
        bench.go.set()
    assert bench.batches[2:] == [["d1", "e1"]]


async def test_a_batch_gathers_for_a_tick(bench: Bench) -> None:
    async with batcher(bench, tick=60) as queue:
        submit(queue, "a1")
        await turns()
        submit(queue, "b1")
        await turns()
        assert bench.batches == []
    assert bench.batches == [["a1", "b1"]], "and the end does not wait for it"


async def test_a_batch_starts_when_its_tick_is_over(bench: Bench) -> None:
    async with batcher(bench, tick=0.001) as queue:
        submit(queue, "a1")
        await bench.until_answered(1)


async def test_after_a_batch_of_several_keys_the_next_items_gather(bench: Bench) -> None:
    async with batcher(bench, spacing=60, worth=3) as queue:
        submit(queue, "a1", "b1")
        await bench.until_answered(2)
        submit(queue, "c1")
        submit(queue, "d1")
        await turns()
        assert bench.batches == [["a1", "b1"]]
        submit(queue, "e1")  # with it there are enough
        await bench.until_answered(5)
        submit(queue, "f1")
        await turns()
        assert bench.batches == [["a1", "b1"], ["c1", "d1", "e1"]]
    assert bench.batches[2:] == [["f1"]], "nothing is left behind at the end"


async def test_items_gather_for_no_longer_than_the_spacing(bench: Bench) -> None:
    async with batcher(bench, spacing=0.02, worth=3) as queue:
        submit(queue, "a1", "b1")
        began = monotonic()
        await bench.until_answered(2)
        submit(queue, "c1")
        await bench.until_answered(3)
        assert monotonic() - began > 0.015


async def test_a_key_alone_waits_for_nobody(bench: Bench) -> None:
    async with batcher(bench, spacing=60, worth=3) as queue:
        for number in range(3):
            submit(queue, f"a{number}")
            await bench.until_answered(number + 1)


async def test_more_than_may_wait_are_refused(bench: Bench) -> None:
    bench.go.clear()
    async with batcher(bench, waiting=2) as queue:
        submit(queue, "a1")
        await turns()
        submit(queue, "a2")
        with pytest.raises(Unavailable) as refused:
            submit(queue, "a3")
        assert refused.value.retry_after == batching.RETRY_AFTER
        bench.go.set()
        await bench.until_answered(2)
        submit(queue, "a4")
    assert [item for item, _ in bench.answers] == ["a1", "a2", "a4"]


async def test_only_the_bad_item_of_a_batch_fails(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.bad["a2"] = ValueError("odd")
    with caplog.at_level(logging.WARNING, logger=batching.__name__):
        async with batcher(bench) as queue:
            submit(queue, "a1", "a2", "a3")
            await turns()
            submit(queue, "a4")
    assert bench.batches == [["a1", "a2", "a3"], ["a1"], ["a2"], ["a3"], ["a4"]]
    assert bench.answers == [("a1", "A1"), ("a2", ValueError), ("a3", "A3"), ("a4", "A4")]
    assert [record.getMessage() for record in caplog.records] == [
        "3 letters failed: ValueError('odd')",
        "1 letters failed: ValueError('odd')",
    ]


@pytest.mark.parametrize("error", [OperationalError("away"), Forbidden()])
async def test_a_batch_that_fails_for_all_is_not_tried_again(
    bench: Bench, error: Exception
) -> None:
    bench.bad["a2"] = error
    async with batcher(bench) as queue:
        submit(queue, "a1", "a2")
    assert bench.batches == [["a1", "a2"]]
    assert bench.answers == [("a1", type(error)), ("a2", type(error))]


async def test_when_the_database_goes_away_the_rest_are_not_tried(bench: Bench) -> None:
    bench.bad |= {"a1": ValueError(), "a2": OperationalError("away")}
    async with batcher(bench, size=4) as queue:
        submit(queue, "a1", "a2", "a3", "a4")
    assert bench.batches == [["a1", "a2", "a3", "a4"], ["a1"], ["a2"]]
    assert [kind for _, kind in bench.answers] == [
        ValueError,
        OperationalError,
        ValueError,
        ValueError,
    ]


async def test_a_key_that_somebody_holds_is_waited_for_apart(bench: Bench) -> None:
    bench.held = {"a"}
    async with batcher(bench, patiently=bench.work_patiently) as queue:
        submit(queue, "a1", "b1", "a2")
        await turns()
        submit(queue, "b2", "a3")
        await turns()
        assert bench.answers == [("b1", "B1"), ("b2", "B2")]
        assert bench.waits == [["a1", "a2"]], "its next items wait behind"
        bench.let_go.set()
        await turns()
        # It was free in the end, and is tried with the others again.
        assert bench.batches == [["a1", "a2", "b1"], ["b2"], ["a3"]]
        bench.held.clear()
        submit(queue, "a4", "b3")
    assert [item for item, _ in bench.answers if item[0] == "a"] == ["a1", "a2", "a3", "a4"]


async def test_a_key_that_stays_held_is_not_tried_with_others_again(bench: Bench) -> None:
    bench.held = {"a"}

    async def in_vain(batch: Sequence[str]) -> list[str | Exception]:
        bench.waits.append(list(batch))
        raise RoomHeld

    async with batcher(bench, patiently=in_vain) as queue:
        submit(queue, "a1")
        await turns()
        submit(queue, "a2")
        await turns()
    assert bench.batches == [["a1"]]
    assert bench.waits == [["a1"], ["a2"]]
    assert bench.answers == [("a1", RoomHeld), ("a2", RoomHeld)]


async def test_items_tried_again_do_not_overtake_held_ones(bench: Bench) -> None:
    """The bad item comes last, and the key is held by the time the others are tried one by one."""
    bench.bad["b1"] = ValueError()
    bench.let_go.set()
    async with batcher(bench, patiently=bench.work_patiently) as queue:
        bench.held = {"a"}
        submit(queue, "a1", "a2", "b1")
    assert bench.batches == [["a1", "a2", "b1"], ["a1"], ["b1"]]
    assert bench.waits == [["a1", "a2"]]
    assert bench.answers == [("b1", ValueError), ("a1", "A1"), ("a2", "A2")]


async def test_items_that_take_long_are_a_batch_of_their_own(bench: Bench) -> None:
    slow: list[list[str]] = []
    done = asyncio.Event()

    async def work_alone(batch: Sequence[str]) -> list[str | Exception]:
        slow.append(list(batch))
        await done.wait()
        return [item.upper() for item in batch]

    async with batcher(bench, alone=lambda items: "a!" in items, work_alone=work_alone) as queue:
        submit(queue, "a1", "b1", "a!", "c1")
        await turns()
        submit(queue, "a2", "b2")
        await turns()
        assert slow == [["a1", "a!"]]
        assert bench.batches == [["b1", "c1"], ["b2"]], "nobody waits for them but their key"
        done.set()
    assert bench.batches[2:] == [["a2"]]


async def test_items_that_take_long_are_waited_for_if_their_key_is_held(bench: Bench) -> None:
    bench.held, bench.let_go = {"a"}, bench.go
    async with batcher(bench, alone=lambda items: True, patiently=bench.work_patiently) as queue:
        submit(queue, "a1")
    assert bench.batches == bench.waits == [["a1"]]
    assert bench.answers == [("a1", "A1")]


async def test_a_failed_answer_ends_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(batch: Sequence[str], outcomes: Sequence[str | Exception]) -> None:
        monkeypatch.undo()
        raise ValueError("cannot be shown")

    monkeypatch.setattr(bench, "answer", fail)
    async with batcher(bench) as queue:
        submit(queue, "a1")
        await turns()
        queue._answer = bench.answer
        submit(queue, "a2")
    assert bench.answers == [("a2", "A2")]


class Pausing(Bench):
    """Pauses each key after its batch."""

    queue: Batcher[str, str, str]
    go_on: Any = None

    def answer(self, batch: Sequence[str], outcomes: Sequence[str | Exception]) -> None:
        super().answer(batch, outcomes)
        self.go_on = self.queue.pause(batch[0][0], 60)


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches seem to take a minute."""
    monkeypatch.setattr(batching, "monotonic", itertools.count(0, 60).__next__)


@pytest.mark.usefixtures("for_ever")
async def test_after_a_batch_a_key_can_be_paused() -> None:
    bench = Pausing()
    async with batcher(bench) as bench.queue:
        submit(bench.queue, "a1")
        await turns()
        submit(bench.queue, "a2", "b1")
        await turns()
        assert bench.batches == [["a1"], ["b1"]]
        submit(bench.queue, "a3")
        bench.queue._paused["a"]()
        await turns()
        assert bench.batches[2:] == [["a2", "a3"]]
        submit(bench.queue, "a4", "b2")  # done at the end
    assert bench.batches[3:] == [["b2", "a4"]]


@pytest.mark.usefixtures("for_ever")
async def test_a_whole_batch_is_not_paused_for() -> None:
    bench = Pausing()
    bench.go.clear()
    async with batcher(bench) as bench.queue:
        submit(bench.queue, "a1")
        await turns()
        submit(bench.queue, "a2", "a3", "a4")
        bench.go.set()
        await turns()
        assert bench.batches == [["a1"], ["a2", "a3", "a4"]]


@pytest.mark.usefixtures("for_ever")
async def test_a_key_of_which_a_part_waits_apart_is_not_paused() -> None:
    bench = Pausing()

    async def work(batch: Sequence[str]) -> list[str | Exception]:
        return [RoomHeld() if item == "a2" else item.upper() for item in batch]

    bench.work = work  # type: ignore[method-assign]
    async with batcher(bench, patiently=bench.work_patiently) as bench.queue:
        submit(bench.queue, "a1", "a2")
        await turns()
        assert bench.go_on is None
        submit(bench.queue, "a3")
        await turns()
        assert bench.answers == [("a1", "A1")]
        bench.let_go.set()
        await bench.until_answered(2)
        assert bench.answers[1:] == [("a2", "A2")]
        bench.go_on()
    assert [item for item, _ in bench.answers] == ["a1", "a2", "a3"]


async def test_a_pause_is_no_longer_than_the_batch_took() -> None:
    bench = Pausing()
    async with batcher(bench) as bench.queue:
        submit(bench.queue, "a1")
        await turns()
        ended = bench.go_on
        submit(bench.queue, "a2")
        await bench.until_answered(2)
        ended()  # long over: does nothing to the pause of now
        assert bench.queue._paused["a"] is not ended


async def test_a_question_is_answered_or_given_up() -> None:
    questions: list[Question[str, int]] = [Question(about) for about in ("one", "two", "three")]
    questions[2].answer.cancel()
    outcomes: list[int | Exception] = [1, Forbidden(), 3]
    reply_to_each(questions, outcomes)
    assert await questions[0].answer == 1
    with pytest.raises(ChatError):
        await questions[1].answer
    assert questions[2].answer.cancelled()
