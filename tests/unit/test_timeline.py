"""How a transcript is laid out."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from history.models import Message
from history.readers import Place
from history.timeline import Day, Fold, Line, days, own_runs

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def log(*kinds_and_authors: str, step: timedelta = timedelta(minutes=1)) -> list[Message]:
    """ "chat 1" is said by author 1; each message is a step after the one before."""
    messages = []
    for number, text in enumerate(kinds_and_authors):
        kind, _, author = text.partition(" ")
        at = NOON + number * step
        messages.append(Message(seq=number + 1, kind=kind, author_id=int(author or 0), at=at))
    return messages


def continued(found: list[Day]) -> list[bool]:
    return [block.continued for day in found for block in day.blocks if isinstance(block, Line)]


def test_nothing_has_no_days() -> None:
    assert days([]) == []


def test_a_turn_names_its_author_once() -> None:
    assert continued(days(log("chat 1", "chat 1", "chat 2", "chat 1"))) == [
        False,
        True,
        False,
        False,
    ]


def test_a_turn_ends_after_five_minutes() -> None:
    assert continued(days(log("chat 1", "chat 1", step=timedelta(minutes=5)))) == [False, False]


def test_a_turn_ends_with_the_day() -> None:
    found = days(log("chat 1", "chat 1", step=timedelta(hours=12)))
    assert [day.date.day for day in found] == [22, 23]
    assert continued(found) == [False, False]


def test_a_notice_interrupts_a_turn() -> None:
    assert continued(days(log("chat 1", "notice", "chat 1"))) == [False, False, False]


def test_a_join_by_itself_is_a_line() -> None:
    (day,) = days(log("chat 9", "join 1", "chat 9"))
    assert all(isinstance(block, Line) for block in day.blocks)


@pytest.mark.parametrize(
    ("run", "way", "named"),
    [
        ("join 1, join 2", "joined", [1, 2]),
        ("leave 1, leave 2, leave 3", "left", [1, 2, 3]),
        ("join 1, join 2, join 3, join 4", "", []),
        ("join 1, leave 2", "", []),
        ("join 1, leave 1", "visited", [1]),
        ("leave 1, join 1", "returned", [1]),
        ("join 1, leave 1, join 1", "joined", [1]),
    ],
)
def test_a_fold_names_few_people_as_the_room_does(run: str, way: str, named: list[int]) -> None:
    ((fold,),) = [day.blocks for day in days(log(*run.split(", ")))]
    assert isinstance(fold, Fold)
    assert fold.way == way
    assert [message.author_id for message in fold.named] == named


def test_joins_and_leaves_are_folded_and_counted_as_people() -> None:
    (day,) = days(log("chat 9", "join 1", "leave 1", "join 1", "join 2", "chat 9"))
    first, fold, last = day.blocks
    assert isinstance(first, Line)
    assert isinstance(last, Line)
    assert isinstance(fold, Fold)
    assert (fold.joined, fold.left) == (2, 1)
    assert [message.seq for message in fold.messages] == [2, 3, 4, 5]


def test_a_fold_does_not_reach_over_midnight() -> None:
    found = days(log("join 1", "join 2", "join 3", "join 4", step=timedelta(hours=6)))
    assert [len(day.blocks) for day in found] == [1, 1]


def test_every_message_is_there_once_and_in_order() -> None:
    messages = log("join 1", "chat 1", "join 2", "join 3", "leave 2", "leave 3", "notice", "chat 1")
    shown = [
        seq
        for day in days(messages)
        for block in day.blocks
        for seq in (
            [block.message.seq] if isinstance(block, Line) else [m.seq for m in block.messages]
        )
    ]
    assert shown == [message.seq for message in messages]


def own(*streams: int, step: timedelta = timedelta(minutes=1)) -> list[Message]:
    """Messages in these streams, the newest first."""
    found = []
    for number, stream in enumerate(streams):
        found.append(Message(pk=number + 1, stream_id=stream, at=NOON + number * step))
        found[-1].place = Place("r_1", is_readable=True)
    return found[::-1]


def keys(messages: list[Message], **page: Any) -> tuple[list[list[int]], int | None]:
    runs, older = own_runs(messages, **{"limit": 50, "older": None, "zone": UTC, **page})
    return [[line.message.pk for line in run.lines] for run in runs], older


def test_what_was_said_in_one_room_is_read_downwards_and_the_latest_room_comes_first() -> None:
    assert keys(own(1, 1, 2, 1, 1)) == ([[4, 5], [3], [1, 2]], None)


def test_a_run_ends_with_the_readers_day() -> None:
    messages = own(1, 1, step=timedelta(hours=12))
    assert keys(messages) == ([[2], [1]], None)
    assert keys(messages, zone=timezone(timedelta(hours=-1))) == ([[1, 2]], None)


def test_a_run_that_goes_on_behind_the_page_begins_on_the_next_unless_it_is_most_of_the_page() -> (
    None
):
    messages = own(2, 2, 1, 1)
    assert keys(messages, limit=4, older=1) == ([[3, 4]], 3)
    messages = own(2, 2, 2, 1)
    assert keys(messages, limit=4, older=1) == ([[4], [1, 2, 3]], 1)


def test_of_many_pictures_the_last_that_is_shown_stands_for_the_others() -> None:
    (message,) = own(1)
    message.files = [{"thumb": {}, "id": n} for n in range(5)] + [{"id": 5}]
    (line,) = own_runs([message], limit=50, older=None, zone=UTC)[0][0].lines
    assert [file["id"] for file in line.pictures] == [0, 1, 2, 3]
    assert (line.more, [file["id"] for file in line.documents]) == (2, [5])
    message.place = Place("r_1")
    (line,) = own_runs([message], limit=50, older=None, zone=UTC)[0][0].lines
    assert (len(line.pictures), line.more) == (5, 0)
