"""The socket's frames: what goes out, and how a socket is closed. commands.py has what comes in.

docs/PROTOCOL.md is the same in words, and tests hold the two and static/js/net/protocol.js together.
No ORM and no Channels here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, NotRequired, TypedDict

import orjson

from history.log.entry import Change
from history.wire import WireMessage
from rooms.errors import ChatError

VERSION = 1
MAX_SERVER_FRAME = 256 * 1024  # bytes; what is longer is split
# People in a `members` frame, or in a welcome beside its messages; each takes 260 bytes at most.
PEOPLE_MAX = 500
# People in a room up to which each is shown how far the others have read.
READERS_MAX = 20
_PERSON = 260
# Bytes of a welcome that pinned messages may take.
PINNED_MAX = 64 * 1024
_ROOM_FOR_MESSAGES = MAX_SERVER_FRAME - 16 * 1024


class WirePerson(TypedDict):
    id: str
    name: str
    role: str
    registered: NotRequired[bool]  # only when true
    bot: NotRequired[bool]  # only when true


class WireElsewhere(TypedDict):
    """Another room of a person. `silent`: the person wants to be notified of nothing there."""

    id: str
    code: str
    title: str
    unread: int
    mentions: int
    silent: bool


# The people of a room: the list in a welcome, and the `members` frames with those who do not fit into it.
Listed = tuple[orjson.Fragment, list[bytes]]


class Close(IntEnum):
    """Close codes. Below 4500: come back, with jitter, and resume. From 4500: do not."""

    RESTARTING = 4000
    TOO_SLOW = 4001
    BUSY = 4002
    NOT_MEMBER = 4500
    ROOM_CLOSED = 4501
    REMOVED = 4502
    SIGNED_OUT = 4503
    TOO_MANY_BAD_FRAMES = 4504


def encode(kind: str, /, **fields: Any) -> bytes:
    """A server frame as UTF-8 JSON. Fields that are None are left out."""
    return orjson.dumps(
        {"type": kind, **{name: value for name, value in fields.items() if value is not None}}
    )


def events(change: Change, *, after: int) -> list[bytes]:
    """A change for readers who are at `after`, in one frame, or in several where one is too big."""
    if after == change.after and len(change.encoded) < MAX_SERVER_FRAME - 256:
        return [
            b'{"type":"events","after":%d,"through":%d,"messages":%b}'
            % (after, change.through, change.encoded)
        ]
    missing = [message for message in change.messages if message["changed"] > after]
    return events_of(split(missing, after=after, through=change.through))


def events_of(runs: Iterable[tuple[int, int, Sequence[WireMessage]]]) -> list[bytes]:
    """A frame for each (after, through, messages)."""
    return [
        orjson.dumps({"type": "events", "after": after, "through": through, "messages": messages})
        for after, through, messages in runs
    ]


def members(
    *,
    joined: Sequence[WirePerson],
    left: Sequence[str],
    count: int,
    known: Collection[str] = (),
) -> list[bytes]:
    """Return `members` frames that say which people came and went; none if nobody did, several for very many.

    `count` is how many are there in the end, `known` the ids in `joined` who were there before
    under another name or role.
    """
    frames: list[bytes] = []
    told = count + len(left) - sum(person["id"] not in known for person in joined)
    for start in range(0, max(len(joined), len(left)), PEOPLE_MAX):
        come, gone = joined[start : start + PEOPLE_MAX], left[start : start + PEOPLE_MAX]
        told += sum(person["id"] not in known for person in come) - len(gone)
        ids = [{"id": who} for who in gone]
        frames.append(encode("members", count=told, joined=come, left=ids))
    return frames


def listed(people: Sequence[WirePerson]) -> Listed:
    """Everybody, encoded once for all who are welcomed while they are the ones who are there."""
    first, rest = people[:PEOPLE_MAX], people[PEOPLE_MAX:]
    return orjson.Fragment(orjson.dumps(first)), members(joined=rest, left=[], count=len(people))


def read(reads: Mapping[str, int]) -> bytes:
    """Return the `read` frame: how far people have read, by id."""
    return encode("read", reads=positions(reads))


def elsewhere(rooms: Sequence[WireElsewhere]) -> bytes:
    """Return the `elsewhere` frame: the other rooms of a person, and what is unread there."""
    return encode("elsewhere", rooms=rooms)


def positions(reads: Mapping[str, int]) -> list[dict[str, str | int]]:
    return [{"id": who, "seq": seq} for who, seq in reads.items()]


def ack(*, ref: str | None, client_id: str, seq: int) -> bytes:
    frame: dict[str, Any] = {"type": "ack", "client_id": client_id, "seq": seq}
    if ref is not None:
        frame["ref"] = ref
    return orjson.dumps(frame)


def error(refused: ChatError, *, ref: str | None = None, client_id: str | None = None) -> bytes:
    return encode(
        "error",
        ref=ref,
        client_id=client_id,
        code=refused.code,
        message=refused.message,
        retry_after=refused.retry_after,
    )


def beside(*, people: int, pinned: Sequence[WireMessage]) -> int:
    """The bytes of a welcome that are not there for its messages."""
    return min(people, PEOPLE_MAX) * _PERSON + sum(map(_length, pinned))


def split(
    messages: Iterable[WireMessage], *, after: int, through: int, beside: int = 0
) -> Iterator[tuple[int, int, list[WireMessage]]]:
    """Changes cut into runs (after, through, messages) that each fit into one frame.

    `messages` are by `changed` ascending and reach from `after` to `through`; so does the result,
    which has at least one run, the first perhaps without messages. The first leaves room for
    `beside` bytes.
    """
    run: list[WireMessage] = []
    size, start = beside, after
    for message in messages:
        length = _length(message)
        if size and size + length > _ROOM_FOR_MESSAGES:
            end = run[-1]["changed"] if run else start
            yield start, end, run
            start, run, size = end, [], 0
        run.append(message)
        size += length
    yield start, through, run


def newest_that_fit(
    messages: Sequence[WireMessage], *, beside: int = 0, within: int = _ROOM_FOR_MESSAGES
) -> list[WireMessage]:
    """The longest tail of a page that fits into one frame, with `beside` bytes left free."""
    size, kept = beside, 0
    for message in reversed(messages):
        size += _length(message)
        if size > within:
            break
        kept += 1
    return list(messages[len(messages) - kept :])


def _length(message: WireMessage) -> int:
    return len(orjson.dumps(message)) + 1
