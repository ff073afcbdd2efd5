"""The socket's frames: what may come in, what goes out, and how a socket is closed.

docs/PROTOCOL.md is the same in words, and tests hold the two and static/js/protocol.js together.
No ORM and no Channels here.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypedDict

import orjson

from history.log import Change
from history.wire import WireMessage
from rooms.errors import BadFrame, ChatError, Empty, TooLong

VERSION = 1
# Both in bytes. A client that sends more is answered; the server's own frames are split instead.
MAX_CLIENT_FRAME = 64 * 1024
MAX_SERVER_FRAME = 256 * 1024
CLIENT_ID_MAX = 64
REF_MAX = 64
PAGE_MAX = 100
NEWEST_PAGE = 50
# People in a `members` frame, or in a welcome beside its messages; each takes 240 bytes at most.
PEOPLE_MAX = 500
_PERSON = 240
_ROOM_FOR_MESSAGES = MAX_SERVER_FRAME - 16 * 1024
_MAX_SAFE_INTEGER = 2**53 - 1
# Characters that draw nothing, of the categories str.strip() does not know.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f\u1160\u2800"


class WirePerson(TypedDict):
    id: str
    name: str
    role: str


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


# In -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    client_id: str
    body: str
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    before: int
    limit: int
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    ref: str | None = None


ClientFrame = Post | Typing | PageRequest | Leave


class Refused(Exception):
    """A frame that could not be taken, with what its answer needs: `ref` and `client_id`."""

    def __init__(self, error: ChatError, *, ref: str | None, client_id: str | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.ref = ref
        self.client_id = client_id


def parse(data: bytes | str, *, body_max: int) -> ClientFrame:
    """One frame from its JSON text.

    Raises Refused with `bad_frame`, `too_long` or `empty`. JSON is taken strictly: NaN, lone
    surrogates, numbers and nesting beyond reason are refused by the parser.
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > MAX_CLIENT_FRAME:
        raise Refused(
            TooLong(f"A frame has at most {MAX_CLIENT_FRAME} bytes."), ref=None, client_id=None
        )
    try:
        frame = orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Refused(BadFrame("That is not JSON."), ref=None, client_id=None) from error
    if type(frame) is not dict:
        raise Refused(BadFrame("A frame is a JSON object."), ref=None, client_id=None)
    ref, client_id = frame.get("ref"), frame.get("client_id")
    try:
        if ref is not None and not (type(ref) is str and len(ref) <= REF_MAX):
            ref = None
            raise BadFrame(f"`ref` is text of at most {REF_MAX} characters.")
        read = _READERS.get(kind) if type(kind := frame.get("type")) is str else None
        if read is None:
            raise BadFrame("A frame's `type` is one of " + ", ".join(_READERS) + ".")
        return read(frame, ref, body_max)
    except ChatError as error:
        echo = client_id if type(client_id) is str and len(client_id) <= CLIENT_ID_MAX else None
        raise Refused(error, ref=ref, client_id=echo) from error


def _post(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Post:
    client_id, body = frame.get("client_id"), frame.get("body")
    if type(client_id) is not str or not 0 < len(client_id) <= CLIENT_ID_MAX:
        raise BadFrame(f"`client_id` is text of 1 to {CLIENT_ID_MAX} characters.")
    if type(body) is not str:
        raise BadFrame("`body` is text.")
    if len(body) > body_max:
        raise TooLong(f"A message has at most {body_max} characters.")
    if not body.strip() or not body.translate(_DRAWS_NOTHING).strip():
        raise Empty
    if "\0" in body or "\0" in client_id:
        raise BadFrame("Text cannot contain the character U+0000.")
    return Post(client_id, body, ref)


_DRAWS_NOTHING = dict.fromkeys(map(ord, _INVISIBLE))


def _typing(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Typing:
    return Typing(ref)


def _page(frame: Mapping[str, Any], ref: str | None, body_max: int) -> PageRequest:
    before, limit = frame.get("before"), frame.get("limit", NEWEST_PAGE)
    if type(before) is not int or not 1 <= before <= _MAX_SAFE_INTEGER:
        raise BadFrame("`before` is the number of a message.")
    if type(limit) is not int or not 1 <= limit <= PAGE_MAX:
        raise BadFrame(f"`limit` is from 1 to {PAGE_MAX}.")
    return PageRequest(before, limit, ref)


def _leave(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Leave:
    return Leave(ref)


_READERS: dict[str, Callable[[Mapping[str, Any], str | None, int], ClientFrame]] = {
    "post": _post,
    "typing": _typing,
    "page": _page,
    "leave": _leave,
}


# Out ----------------------------------------------------------------------------------------------


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
    """Who came and who went; no frame for nobody, several for very many.

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


def split(
    messages: Iterable[WireMessage], *, after: int, through: int, people: int = 0
) -> Iterator[tuple[int, int, list[WireMessage]]]:
    """Changes cut into runs (after, through, messages) that each fit into one frame.

    `messages` are by `changed` ascending and reach from `after` to `through`; so does the result,
    which has at least one run, the first perhaps without messages. The first leaves room for
    `people`.
    """
    run: list[WireMessage] = []
    size, start = people * _PERSON, after
    for message in messages:
        length = len(orjson.dumps(message)) + 1
        if run and size + length > _ROOM_FOR_MESSAGES:
            yield start, run[-1]["changed"], run
            start, run, size = run[-1]["changed"], [], 0
        run.append(message)
        size += length
    yield start, through, run


def newest_that_fit(messages: Sequence[WireMessage], *, people: int = 0) -> list[WireMessage]:
    """The longest tail of a page that fits into one frame, with room left for `people`."""
    size, kept = people * _PERSON, 0
    for message in reversed(messages):
        size += len(orjson.dumps(message)) + 1
        if size > _ROOM_FOR_MESSAGES:
            break
        kept += 1
    return list(messages[len(messages) - kept :])
