"""A room's archive: its JSON file, read strictly. docs/ROOM-FILE.md is the same in words. Pure.

What people wrote is not to be believed here: everything is checked, and HTML is sanitised again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import emoji
import orjson
from msgspec import structs

from history.export.strict import BadArchive, Object
from history.markup import labels, sanitiser
from history.said import Said

# The file's own name for what it is, and the version of its format.
FORMAT, VERSION = "chat-room", 1
BODY_MAX = 10_000
_HTML_MAX = 100_000
_KINDS = {"chat", "join", "leave", "notice"}
_ROLES = {"owner", "moderator", "member"}
# Characters of a file's name and type that are looked at. They are made good, not refused.
_NAME_MAX, _TYPE_MAX = 1000, 200


@dataclass(frozen=True, slots=True)
class Rules:
    """The rooms' rules for names, titles and codes: handed in, as the log knows no rooms.

    `name` and `title` return a text as it is kept, or raise ChatError with the reason; `code`
    returns "" for what is none. Each has a longest text that it is asked about, in characters.
    """

    name: Callable[[str], str]
    name_max: int
    is_reserved: Callable[[str], bool]
    title: Callable[[str], str]
    title_max: int
    code: Callable[[str], str]
    code_max: int
    # Of a message's files. These two return what is good of a text, and refuse nothing.
    file_name: Callable[[str], str]
    media_type: Callable[[str], str]
    files_max: int
    alt_max: int


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: str
    is_bot: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message, and its place there. What the site makes of it is not taken from a file."""

    id: str
    name: str
    type: str
    size: int
    alt: str
    place: int


@dataclass(frozen=True, slots=True)
class Record:
    """A message of the file; people by their ids in it."""

    seq: int
    changed: int
    kind: str
    author: str | None
    at: datetime
    said: Said
    html: str
    edited_at: datetime | None
    deleted_at: datetime | None
    pinned_at: datetime | None
    reactions: Mapping[str, list[str]]
    mentions: list[str]
    files: list[Attached]


@dataclass(frozen=True, slots=True)
class Archive:
    """A file whose room and people are good. Messages are checked as they are gone through."""

    id: str
    code: str
    title: str
    head: int
    created_at: datetime
    closed_at: datetime | None
    people: Mapping[str, Person]
    count: int
    _rules: Rules
    _messages: list[Any]

    def messages(self) -> Iterator[Record]:
        """Raises BadArchive at the first that is not one."""
        seq, changes, files = 0, set[int](), set[str]()
        for number, value in enumerate(self._messages):
            place = f"messages[{number}]"
            said = _message(Object(value, place), self.people, self._rules)
            if said.seq <= seq:
                raise BadArchive(f"{place}.seq must be greater than the one before, {seq}")
            if said.changed in changes:
                raise BadArchive(f"{place}.changed is {said.changed}, as another message's is")
            if said.changed > self.head:
                raise BadArchive(f"{place}.changed is greater than room.head, {self.head}")
            if any(file.id in files for file in said.files):
                raise BadArchive(f"{place}.files has a file of a message before")
            seq = said.seq
            changes.add(said.changed)
            files.update(file.id for file in said.files)
            yield said


def read(data: bytes, rules: Rules) -> Archive:
    """Read a room's file, by the rules of the site it is imported into. Raises BadArchive."""
    try:
        value = orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, orjson.JSONDecodeError) else "nesting"
        raise BadArchive(f"That is not JSON: {where}: {error}") from error
    file = Object(value, "")
    if file.value.get("format") != FORMAT:
        raise BadArchive(f'That is no room: format is not "{FORMAT}"')
    if file.value.get("version") != VERSION:
        raise BadArchive(f"version must be {VERSION}: another one is not understood here")
    about = file.inner("room")
    people: dict[str, Person] = {}
    for number, value in enumerate(file.get("people", list, "an array")):
        person = Object(value, f"people[{number}]")
        who = person.id("u_")
        if who in people:
            raise BadArchive(f"people[{number}].id is that of somebody before")
        name = person.as_typed("name", rules.name, longest=rules.name_max)
        if rules.is_reserved(name):
            raise BadArchive(f"people[{number}].name is kept for those who run this site")
        is_bot = bool(person.maybe("bot", person.flag))
        people[who] = Person(who, name, person.one_of("role", _ROLES), is_bot)
    messages = file.get("messages", list, "an array")
    return Archive(
        id=about.id("r_"),
        code=_code(about, rules),
        title=about.as_typed("title", rules.title, longest=rules.title_max),
        head=about.number("head", least=0),
        created_at=about.time("created_at"),
        closed_at=about.maybe("closed_at", about.time),
        people=people,
        count=len(messages),
        _rules=rules,
        _messages=messages,
    )


def _code(room: Object, rules: Rules) -> str:
    """It goes into addresses, headers and names of files."""
    code = rules.code(room.text("code", longest=rules.code_max, least=1))
    if not code:
        raise BadArchive("room.code must be the code of a room, like K7QX")
    return code


def _message(value: Object, people: Mapping[str, Person], rules: Rules) -> Record:
    def person(who: Any, place: str) -> str:
        if not isinstance(who, str) or who not in people:
            raise BadArchive(f"{place} must be the id of one of people")
        return who

    kind = value.one_of("kind", _KINDS)
    author = value.value.get("author")
    if author is not None or kind != "notice":
        person(author, f"{value.place}.author")
    seq = value.number("seq", least=1)
    deleted_at = value.maybe("deleted_at", value.time)
    said = _said(value, seq)
    html = value.text("html", longest=_HTML_MAX)
    if deleted_at and (said.body or html):
        raise BadArchive(f"{value.place}.body must be empty: the message is deleted")
    reactions = value.get("reactions", dict, "an object")
    for sign, given in reactions.items():
        place = f"{value.place}.reactions[{sign!r}]"
        if not emoji.is_emoji(sign) or len(sign) > 64:
            raise BadArchive(f"{place}: that is no emoji")
        if not isinstance(given, list) or len({person(who, place) for who in given}) < len(given):
            raise BadArchive(f"{place} must be an array of different ids")
    mentions = value.get("mentions", list, "an array")
    if len({person(who, f"{value.place}.mentions") for who in mentions}) < len(mentions):
        raise BadArchive(f"{value.place}.mentions must be different ids")
    return Record(
        seq=seq,
        changed=value.number("changed", least=seq),
        kind=kind,
        author=author,
        at=value.time("at"),
        said=said,
        html=labels.honest(sanitiser.clean(html)) if html else "",
        edited_at=value.maybe("edited_at", value.time),
        deleted_at=deleted_at,
        pinned_at=value.maybe("pinned_at", value.time),
        reactions=reactions,
        mentions=mentions,
        files=_files(value, kind, rules, is_deleted=deleted_at is not None),
    )


def _files(value: Object, kind: str, rules: Rules, *, is_deleted: bool) -> list[Attached]:
    if value.value.get("files") is None:
        return []
    listed, place = value.get("files", list, "an array"), f"{value.place}.files"
    if listed and (kind != "chat" or is_deleted):
        raise BadArchive(f"{place} can only be of messages, and of none that is deleted")
    if len(listed) > rules.files_max:
        raise BadArchive(f"{place} must have 0 to {rules.files_max} files")
    found: list[Attached] = []
    for number, each in enumerate(listed):
        file = Object(each, f"{place}[{number}]")
        attached = Attached(
            id=file.id("f_", longest=32),
            name=rules.file_name(file.text("name", longest=_NAME_MAX)),
            type=rules.media_type(file.text("type", longest=_TYPE_MAX)),
            size=file.number("size", least=1),
            alt=file.text("alt", longest=rules.alt_max) if "alt" in file.value else "",
            place=number,
        )
        if any(attached.id == other.id for other in found):
            raise BadArchive(f"{place}[{number}].id is that of a file before")
        found.append(attached)
    return found


def _said(value: Object, seq: int) -> Said:
    """Return what the message says, held to the types of a post's fields. A field may be missing."""
    found: dict[str, Any] = {
        field.name: value.of_type(field.name, field.type)
        for field in structs.fields(Said)
        if field.name in value.value
    }
    found["body"] = value.text("body", longest=BODY_MAX)
    if (found.get("reply_to") or 0) >= seq:
        raise BadArchive(f"{value.place}.reply_to must be from 1 to {seq - 1}")
    return Said(**found)
