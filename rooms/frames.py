"""What a client may send: frames read from their text, strictly.

A refusal's sentence is shown to people by the page: it names things as they do, and no fields.

docs/PROTOCOL.md is the same in words, and tests hold the two and static/js/protocol.js together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import emoji
import orjson

from rooms.errors import BadFrame, ChatError, Empty, TooLong

# In bytes. A client that sends more is answered.
MAX_CLIENT_FRAME = 64 * 1024
CLIENT_ID_MAX = 64
REF_MAX = 64
PAGE_MAX = 100
NEWEST_PAGE = 50
_MAX_SAFE_INTEGER = 2**53 - 1
# Characters that draw nothing, of the categories str.strip() does not know.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f\u1160\u2800"
_DRAWS_NOTHING = dict.fromkeys(map(ord, _INVISIBLE))
# Variation selectors: shown as text, or as an emoji.
_SELECTORS = dict.fromkeys((0xFE0E, 0xFE0F))


@dataclass(frozen=True, slots=True)
class Post:
    client_id: str
    body: str
    ref: str | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text. `edited_at` is of the text that was edited, "" where that is not told."""

    seq: int
    body: str
    ref: str | None = None
    edited_at: str | None = ""


@dataclass(frozen=True, slots=True)
class Delete:
    seq: int
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class React:
    seq: int
    emoji: str
    on: bool
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    seq: int
    on: bool
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    seq: int
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


# What changes a message that is there.
Change = Edit | Delete | React | Pin
ClientFrame = Post | Change | Read | Typing | PageRequest | Leave


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
            raise BadFrame(f"A reference is text of at most {REF_MAX} characters.")
        read = _READERS.get(kind) if type(kind := frame.get("type")) is str else None
        if read is None:
            raise BadFrame("A frame's type is one of " + ", ".join(_READERS) + ".")
        return read(frame, ref, body_max)
    except ChatError as error:
        echo = client_id if type(client_id) is str and len(client_id) <= CLIENT_ID_MAX else None
        raise Refused(error, ref=ref, client_id=echo) from error


def _post(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Post:
    client_id, reply_to = frame.get("client_id"), frame.get("reply_to")
    if type(client_id) is not str or not 0 < len(client_id) <= CLIENT_ID_MAX:
        raise BadFrame(f"A client's name of a message is text of 1 to {CLIENT_ID_MAX} characters.")
    if reply_to is not None:
        reply_to = _number(frame, "reply_to")
    body = _body(frame, body_max)
    if "\0" in client_id:
        raise BadFrame("Text cannot contain the character U+0000.")
    return Post(client_id, body, ref, reply_to)


def _edit(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Edit:
    edited_at = frame.get("edited_at", "")
    if edited_at is not None and type(edited_at) is not str:
        raise BadFrame("When a text was edited is a time, or nothing.")
    return Edit(_number(frame, "seq"), _body(frame, body_max), ref, edited_at)


def _delete(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Delete:
    return Delete(_number(frame, "seq"), ref)


def _react(frame: Mapping[str, Any], ref: str | None, body_max: int) -> React:
    sign = frame.get("emoji")
    if type(sign) is str and not emoji.is_emoji(sign):
        # As keyboards and other sites write it: with selectors of its colour that it does not need.
        sign = sign.translate(_SELECTORS)
    if type(sign) is not str or not emoji.is_emoji(sign):
        raise BadFrame("A reaction is one emoji.")
    # One way to write it: a heart with or without the sign that gives it colour is the same.
    sign = emoji.emojize(emoji.demojize(sign))
    return React(_number(frame, "seq"), sign, _switch(frame), ref)


def _pin(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Pin:
    return Pin(_number(frame, "seq"), _switch(frame), ref)


def _read(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Read:
    return Read(_number(frame, "seq"), ref)


def _typing(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Typing:
    return Typing(ref)


def _page(frame: Mapping[str, Any], ref: str | None, body_max: int) -> PageRequest:
    limit = frame.get("limit", NEWEST_PAGE)
    before = _number(frame, "before")
    if type(limit) is not int or not 1 <= limit <= PAGE_MAX:
        raise BadFrame(f"A page has from 1 to {PAGE_MAX} messages.")
    return PageRequest(before, limit, ref)


def _leave(frame: Mapping[str, Any], ref: str | None, body_max: int) -> Leave:
    return Leave(ref)


def _body(frame: Mapping[str, Any], body_max: int) -> str:
    body = frame.get("body")
    if type(body) is not str:
        raise BadFrame("A message is text.")
    if len(body) > body_max:
        raise TooLong(f"A message has at most {body_max} characters.")
    if not body.strip() or not body.translate(_DRAWS_NOTHING).strip():
        raise Empty
    if "\0" in body:
        raise BadFrame("Text cannot contain the character U+0000.")
    return body


def _number(frame: Mapping[str, Any], name: str) -> int:
    number = frame.get(name)
    if type(number) is not int or not 1 <= number <= _MAX_SAFE_INTEGER:
        raise BadFrame("A message has a number, from 1 on.")
    return number


def _switch(frame: Mapping[str, Any]) -> bool:
    on = frame.get("on")
    if type(on) is not bool:
        raise BadFrame("That can be put on or taken off: true or false.")
    return on


_READERS: dict[str, Callable[[Mapping[str, Any], str | None, int], ClientFrame]] = {
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "pin": _pin,
    "read": _read,
    "typing": _typing,
    "page": _page,
    "leave": _leave,
}
