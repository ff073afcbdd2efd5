"""Arrange a transcript for a page: by days, with joins and leaves folded. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from history.models import Message

SAME_TURN = timedelta(minutes=5)
# Up to this number of joins and leaves in a row stand as lines; more are folded.
UNFOLDED = 3
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
    """A run of joins and leaves, with how many people joined and left in it."""

    messages: Sequence[Message]
    joined: int
    left: int


@dataclass(frozen=True, slots=True)
class Day:
    """The messages of one day in the visitor's time zone."""

    date: date
    blocks: list[Line | Fold] = field(default_factory=list)


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
        if len(run) > UNFOLDED:
            came = {m.author_id for m in run if m.kind == Message.Kind.JOIN}
            went = {m.author_id for m in run if m.kind == Message.Kind.LEAVE}
            blocks.append(Fold(run, joined=len(came), left=len(went)))
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


def _continues(message: Message, above: Line | Fold | None) -> bool:
    return (
        isinstance(above, Line)
        and message.kind == above.message.kind == Message.Kind.CHAT
        and message.author_id == above.message.author_id
        and message.at - above.message.at < SAME_TURN
    )


def _date(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()
