"""Arrange messages for a page. Pure.

A transcript: by days, with joins and leaves folded as in the room. A person's own messages: by days and rooms.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from history.models import Message

SAME_TURN = timedelta(minutes=5)
# A fold names up to this number of people, and counts more; as static/js/log/rows.js does.
MAX_NAMED = 3
# Pictures of one of one's own messages that a page shows, of more the last with the number of the rest.
MAX_PICTURES = 4
# What somebody did who was or was not here before a run of joins and leaves, and is or is not after it.
_WAYS = {
    (False, True): "joined",
    (True, False): "left",
    (True, True): "returned",
    (False, False): "visited",
}
_ATTENDANCE = (Message.Kind.JOIN, Message.Kind.LEAVE)


# The message that one answers, and each emoji with the names of the members who gave it.
Around = tuple[Message | None, Sequence[tuple[str, Sequence[str]]]]
_NOTHING: Around = (None, ())


@dataclass(frozen=True, slots=True)
class Line:
    """A message. `continued`: the author's name stands above the message before."""

    message: Message
    continued: bool = False
    quoted: Message | None = None
    reactions: Sequence[tuple[str, Sequence[str]]] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of joins and leaves, with how many people joined and left in it.

    `way`: what the people did who are named, each by one of the messages: `joined`, `left`, `returned` or
    `visited`; "" where nobody is named.
    """

    messages: Sequence[Message]
    joined: int
    left: int
    way: str = ""
    named: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """The messages of one day in the visitor's time zone."""

    date: date
    blocks: list[Line | Fold] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One of a person's own messages, with its files.

    `more`: how many pictures the last of `pictures` stands for, itself among them; 0 where all are there.
    """

    message: Message
    pictures: Sequence[Any]
    more: int
    documents: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Run:
    """What a person said in one room on one day, before saying something elsewhere: oldest first."""

    date: date
    lines: Sequence[OwnLine]


def own_runs(
    messages: Sequence[Message], *, limit: int, older: int | None, zone: tzinfo
) -> tuple[list[Run], int | None]:
    """Return a page of a person's messages, given newest first, in runs: the newest run first.

    And the cursor of the page behind it, `older` if it is the one of these messages. A run that may go on
    there begins there, unless it is more than half of the page of `limit` messages.
    """
    together = groupby(messages, key=lambda message: (_date(message.at, zone), message.stream_id))
    runs = [Run(day, [_own(message) for message in run][::-1]) for (day, _), run in together]
    if older is not None and len(runs[-1].lines) <= limit // 2:
        runs.pop()
        older = runs[-1].lines[0].message.pk
    return runs, older


def _own(message: Message) -> OwnLine:
    files = [] if message.is_deleted else message.files or []
    pictures = [file for file in files if "thumb" in file]
    documents = [file for file in files if "thumb" not in file]
    # The others are to be seen where the message stands, if the person may see that.
    if len(pictures) <= MAX_PICTURES or not message.place.is_readable:
        return OwnLine(message, pictures, 0, documents)
    return OwnLine(message, pictures[:MAX_PICTURES], len(pictures) - MAX_PICTURES + 1, documents)


def days(
    messages: Iterable[Message],
    around: Mapping[int, Around] | None = None,
    *,
    zone: tzinfo = UTC,
) -> list[Day]:
    """Return the messages by day of a time zone. `around` has, by key, what is shown with each."""
    around = around or {}
    found: list[Day] = []
    for run in _runs(messages, zone):
        first = run[0]
        if not found or found[-1].date != _date(first.at, zone):
            found.append(Day(_date(first.at, zone)))
        blocks = found[-1].blocks
        if len(run) > 1:
            blocks.append(_fold(run))
            continue
        for message in run:
            above = blocks[-1] if blocks else None
            quoted, reactions = around.get(message.pk, _NOTHING)
            blocks.append(Line(message, _continues(message, above), quoted, reactions))
    return found


def _runs(messages: Iterable[Message], zone: tzinfo) -> Iterator[list[Message]]:
    """Yield joins and leaves of one day that follow each other together, everything else alone."""
    run: list[Message] = []
    for message in messages:
        foldable = message.kind in _ATTENDANCE
        if run and not (foldable and _date(run[0].at, zone) == _date(message.at, zone)):
            yield run
            run = []
        if foldable:
            run.append(message)
        else:
            yield [message]
    if run:
        yield run


def _fold(run: Sequence[Message]) -> Fold:
    came = {m.author_id: m for m in run if m.kind == Message.Kind.JOIN}
    went = {m.author_id: m for m in run if m.kind == Message.Kind.LEAVE}
    people = came | went
    way = ""
    if len(people) == 1:
        was_here = run[0].kind == Message.Kind.LEAVE
        is_here = run[-1].kind == Message.Kind.JOIN
        way = _WAYS[was_here, is_here]
    elif len(people) <= MAX_NAMED and not (came and went):
        way = "joined" if came else "left"
    named = tuple(people.values()) if way else ()
    return Fold(run, joined=len(came), left=len(went), way=way, named=named)


def _continues(message: Message, above: Line | Fold | None) -> bool:
    return (
        isinstance(above, Line)
        and message.kind == above.message.kind == Message.Kind.CHAT
        and message.author_id == above.message.author_id
        and message.at - above.message.at < SAME_TURN
    )


def _date(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()
