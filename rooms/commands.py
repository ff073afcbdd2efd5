"""The commands that a client may send, decoded and checked in one step.

A command is a struct: its fields' types are what the decoder holds a frame to. A new command is a
struct here, in `Command`, and a case where commands are performed (rooms/live/session.py).

docs/PROTOCOL.md is the same in words, and tests hold the two and static/js/net/protocol.js together.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Annotated, Any, get_args

import emoji
import msgspec
from msgspec import Meta, Struct

from history.said import Said, Seq
from rooms.errors import BadFrame, ChatError, Empty
from rooms.refusals.frames import (
    BadBody,
    BadClientId,
    BadEditTime,
    BadEmoji,
    BadFiles,
    BadNumber,
    BadPageSize,
    BadRef,
    BadSwitch,
    BodyTooLong,
    FileTwice,
    FrameTooLong,
    NotAnObject,
    NotJson,
    NulCharacter,
    UnknownType,
)

# In bytes. A client that sends more is answered.
MAX_CLIENT_FRAME = 64 * 1024
CLIENT_ID_MAX = 64
REF_MAX = 64
PAGE_MAX = 100
# Files of one message, and the characters of a file's description.
FILES_MAX = 10
ALT_MAX = 1000
NEWEST_PAGE = 50
# A character that draws something. The invisible ones listed here are no whitespace to Unicode.
_DRAWN = re.compile(
    r"[^\s\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f\u1160\u2800]"
)
# Variation selectors: shown as text, or as an emoji.
_SELECTORS = dict.fromkeys((0xFE0E, 0xFE0F))
# Spellings of emoji whose canonical form is kept. The longest emoji has 10 code points.
_EMOJI_CACHE = 1024

Ref = Annotated[str, Meta(max_length=REF_MAX)] | None
ClientId = Annotated[str, Meta(min_length=1, max_length=CLIENT_ID_MAX)]


class FileOfPost(Struct, frozen=True):
    """A file that was sent before, by its id, and its description."""

    id: Annotated[str, Meta(pattern="^f_[0-9a-f]{8,32}$")]
    alt: Annotated[str, Meta(max_length=ALT_MAX)] = ""


class Post(Said, frozen=True, tag="post", kw_only=True):
    """The author's message, and the client's own id for it."""

    client_id: ClientId
    body: str
    files: Annotated[tuple[FileOfPost, ...], Meta(max_length=FILES_MAX)] = ()
    ref: Ref = None


class Edit(Struct, frozen=True, tag="edit"):
    """Another body. `edited_at` is that of the body that was edited, "" where the client does not say."""

    seq: Seq
    body: str
    ref: Ref = None
    edited_at: str | None = ""


class Delete(Struct, frozen=True, tag="delete"):
    seq: Seq
    ref: Ref = None


class React(Struct, frozen=True, tag="react"):
    seq: Seq
    emoji: str
    on: bool
    ref: Ref = None


class Pin(Struct, frozen=True, tag="pin"):
    seq: Seq
    on: bool
    ref: Ref = None


class Read(Struct, frozen=True, tag="read"):
    seq: Seq
    ref: Ref = None


class Typing(Struct, frozen=True, tag="typing"):
    ref: Ref = None


class PageRequest(Struct, frozen=True, tag="page"):
    before: Seq
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = NEWEST_PAGE
    ref: Ref = None


class Leave(Struct, frozen=True, tag="leave"):
    ref: Ref = None


# A command that changes a message of the log.
MessageCommand = Edit | Delete | React | Pin
Command = Post | MessageCommand | Read | Typing | PageRequest | Leave

_DECODER: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_BY_TYPE: dict[str, type[Struct]] = {
    str(command.__struct_config__.tag): command for command in get_args(Command)
}
_NUMBERS = (Seq, Seq | None)
# The refusal of a field that is missing or not of its type, if it has one of its own: that of a message's
# number is the same whatever it is for. The page shows the sentence to people: it names things as they
# do, and no fields.
_COMPLAINTS: dict[str, Callable[[], ChatError]] = {
    "ref": partial(BadRef, limit=REF_MAX),
    "client_id": partial(BadClientId, limit=CLIENT_ID_MAX),
    "body": BadBody,
    "files": partial(BadFiles, limit=FILES_MAX, alt=ALT_MAX),
    "edited_at": BadEditTime,
    "emoji": BadEmoji,
    "on": BadSwitch,
    "limit": partial(BadPageSize, limit=PAGE_MAX),
}


class Refused(Exception):
    """A frame that is no valid command, with what its answer repeats: `ref` and `client_id`."""

    def __init__(
        self, error: ChatError, *, ref: str | None = None, client_id: str | None = None
    ) -> None:
        super().__init__(error)
        self.error = error
        self.ref = ref
        self.client_id = client_id


def parse(data: bytes | str, *, body_max: int) -> Command:
    """Decode and check one command from its JSON text.

    Raises Refused with `bad_frame`, `too_long` or `empty`. JSON is taken strictly: NaN, lone
    surrogates, numbers and nesting beyond reason are refused by the decoder.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")  # the decoder refuses what is no UTF-8 then
    if len(data) > MAX_CLIENT_FRAME:
        raise Refused(FrameTooLong(limit=MAX_CLIENT_FRAME))
    try:
        command = _DECODER.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _explain(data) from error
    try:
        return _checked(command, body_max)
    except ChatError as error:
        client_id = command.client_id if isinstance(command, Post) else None
        raise Refused(error, ref=command.ref, client_id=client_id) from error


def _checked(command: Command, body_max: int) -> Command:
    """Return the command, canonical. Raises ChatError for what its types do not say."""
    if isinstance(command, Post):
        _check_body(command.body, body_max, may_be_empty=bool(command.files))
        if "\0" in command.client_id:
            raise NulCharacter
        if command.files:
            _check_files(command.files)
    elif isinstance(command, Edit):
        # A message with files needs no text: rooms/actions/changes.py knows whether it has some.
        _check_body(command.body, body_max, may_be_empty=True)
    elif isinstance(command, React):
        sign = _canonical_emoji(command.emoji)
        if sign is None:
            raise BadEmoji
        return command if sign == command.emoji else msgspec.structs.replace(command, emoji=sign)
    return command


def _check_body(body: str, body_max: int, *, may_be_empty: bool) -> None:
    if len(body) > body_max:
        raise BodyTooLong(limit=body_max)
    if not may_be_empty and is_empty(body):
        raise Empty
    if "\0" in body:
        raise NulCharacter


def is_empty(body: str) -> bool:
    """Return True if a text has nothing that is drawn."""
    return not _DRAWN.search(body)


def _check_files(files: Sequence[FileOfPost]) -> None:
    if len({file.id for file in files}) < len(files):
        raise FileTwice
    if any("\0" in file.alt for file in files):
        raise NulCharacter


@lru_cache(_EMOJI_CACHE)
def _canonical_emoji(text: str) -> str | None:
    """Return the one way to write an emoji: a heart has its colour selector. None for other text."""
    if not emoji.is_emoji(text):
        # Keyboards and other sites add selectors of colour that the emoji does not need.
        text = text.translate(_SELECTORS)
        if not emoji.is_emoji(text):
            return None
    return emoji.emojize(emoji.demojize(text))


def _explain(data: bytes) -> Refused:
    """Find what is wrong with a frame that the decoder has refused, and what its answer repeats."""
    try:
        frame = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return Refused(NotJson())
    if not isinstance(frame, dict):
        return Refused(NotAnObject())
    ref, client_id = frame.get("ref"), frame.get("client_id")
    return Refused(
        _complaint(frame),
        ref=ref if _fits(ref, Ref) else None,
        client_id=client_id if _fits(client_id, ClientId) else None,
    )


def _complaint(frame: dict[str, Any]) -> ChatError:
    """Return the refusal of the first field that is wrong."""
    if not _fits(frame.get("ref"), Ref):
        return _COMPLAINTS["ref"]()
    kind = frame.get("type")
    command = _BY_TYPE.get(kind) if isinstance(kind, str) else None
    if command is None:
        return UnknownType(types=", ".join(_BY_TYPE))
    for field in msgspec.structs.fields(command):
        if not _fits(frame.get(field.name, field.default), field.type):
            numbers = BadNumber if field.type in _NUMBERS else BadFrame
            return _COMPLAINTS.get(field.name, numbers)()
    return BadFrame()  # a field that is there twice, the first time wrong


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
