"""A room's archive: its JSON file, read strictly. docs/ROOM-FILE.md is the same in words. Pure.

What people wrote is not to be believed here: everything is checked, and HTML is sanitised again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import emoji
import orjson
from django.utils.dateparse import parse_datetime
from msgspec import ValidationError, convert, structs

from history.errors import ChatError
from history.markup import labels, sanitiser
from history.said import Said

# The file's own name for what it is, and the version of its format.
FORMAT, VERSION = "chat-room", 1
BODY_MAX = 10_000
_HTML_MAX = 100_000
_NUMBER_MAX = 2**53 - 1
_KINDS = {"chat", "join", "leave", "notice"}
_ROLES = {"owner", "moderator", "member"}
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks differ; a message from farther off would stand in a future that is not there yet.
_AHEAD = timedelta(days=1)

T = TypeVar("T")


class BadArchive(ValueError):
    """The message says what is wrong, and where: for a person."""


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


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: str


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
    _messages: list[Any]

    def messages(self) -> Iterator[Record]:
        """Raises BadArchive at the first that is not one."""
        seq, changes = 0, set[int]()
        for number, value in enumerate(self._messages):
            said = _message(_Object(value, f"messages[{number}]"), self.people)
            place = f"messages[{number}]"
            if said.seq <= seq:
                raise BadArchive(f"{place}.seq must be greater than the one before, {seq}")
            if said.changed in changes:
                raise BadArchive(f"{place}.changed is {said.changed}, as another message's is")
            if said.changed > self.head:
                raise BadArchive(f"{place}.changed is greater than room.head, {self.head}")
            seq = said.seq
            changes.add(said.changed)
            yield said


def read(data: bytes, rules: Rules) -> Archive:
    """Read a room's file, by the rules of the site it is imported into. Raises BadArchive."""
    try:
        value = orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, orjson.JSONDecodeError) else "nesting"
        raise BadArchive(f"That is not JSON: {where}: {error}") from error
    file = _Object(value, "")
    if file.value.get("format") != FORMAT:
        raise BadArchive(f'That is no room: format is not "{FORMAT}"')
    if file.value.get("version") != VERSION:
        raise BadArchive(f"version must be {VERSION}: another one is not understood here")
    about = file.inner("room")
    people: dict[str, Person] = {}
    for number, value in enumerate(file.get("people", list, "an array")):
        person = _Object(value, f"people[{number}]")
        who = person.id("u_")
        if who in people:
            raise BadArchive(f"people[{number}].id is that of somebody before")
        name = person.as_typed("name", rules.name, longest=rules.name_max)
        if rules.is_reserved(name):
            raise BadArchive(f"people[{number}].name is kept for those who run this site")
        people[who] = Person(who, name, person.one_of("role", _ROLES))
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
        _messages=messages,
    )


def _code(room: "_Object", rules: Rules) -> str:
    """It goes into addresses, headers and names of files."""
    code = rules.code(room.text("code", longest=rules.code_max, least=1))
    if not code:
        raise BadArchive("room.code must be the code of a room, like K7QX")
    return code


def _message(value: "_Object", people: Mapping[str, Person]) -> Record:
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
    )


def _said(value: "_Object", seq: int) -> Said:
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


class _Object:
    """A JSON object whose fields are asked for with what they must be."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise BadArchive(f"{place or 'the file'} must be an object")
        self.value: dict[str, Any] = value
        self.place = place

    def inner(self, name: str) -> "_Object":
        return _Object(self.value.get(name), self._at(name))

    def get(self, name: str, kind: type[T], called: str) -> T:
        found = self.value.get(name)
        if type(found) is not kind:  # True is no number here
            raise BadArchive(f"{self._at(name)} must be {called}")
        return found

    def maybe(self, name: str, read: Callable[[str], T]) -> T | None:
        return None if self.value.get(name) is None else read(name)

    def of_type(self, name: str, kind: Any) -> Any:
        try:
            return convert(self.value[name], kind)
        except ValidationError as error:
            raise BadArchive(f"{self._at(name)}: {error}") from error

    def text(self, name: str, *, longest: int, least: int = 0) -> str:
        found = self.get(name, str, "text")
        if not least <= len(found) <= longest:
            raise BadArchive(f"{self._at(name)} must have {least} to {longest} characters")
        if "\0" in found:
            raise BadArchive(f"{self._at(name)} cannot contain the character U+0000")
        return found

    def as_typed(self, name: str, clean: Callable[[str], str], *, longest: int) -> str:
        """Text that is held to the rules of what people type, or none."""
        found = self.text(name, longest=longest)
        try:
            return clean(found) if found else ""
        except ChatError as refusal:
            raise BadArchive(f"{self._at(name)}: {refusal.message.rstrip('.')}") from refusal

    def id(self, kind: str) -> str:
        found = self.get("id", str, "text")
        if not re.fullmatch(kind + "[0-9a-z]{1,18}", found, re.ASCII):
            raise BadArchive(f"{self._at('id')} must be like {kind}90c4b1de3a8f4c66")
        return found

    def number(self, name: str, *, least: int, most: int = _NUMBER_MAX) -> int:
        found = self.get(name, int, "a whole number")
        if not least <= found <= most:
            raise BadArchive(f"{self._at(name)} must be from {least} to {most}")
        return found

    def one_of(self, name: str, choices: set[str]) -> str:
        found = self.value.get(name)
        if not isinstance(found, str) or found not in choices:
            raise BadArchive(f"{self._at(name)} must be one of {', '.join(sorted(choices))}")
        return found

    def time(self, name: str) -> datetime:
        try:
            moment = parse_datetime(self.get(name, str, "a time"))
        except ValueError:  # well-formed, but no such day
            moment = None
        if moment is None or moment.tzinfo is None:
            raise BadArchive(f"{self._at(name)} must be a time like 2026-11-22T15:00:00.123Z")
        if not _OLDEST <= moment <= datetime.now(UTC) + _AHEAD:
            raise BadArchive(f"{self._at(name)} must be a time from 1970 until now")
        return moment

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
