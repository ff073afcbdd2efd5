"""JSON that anybody may have written, read field by field: each is what it must be, or is named. Pure."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.utils.dateparse import parse_datetime
from msgspec import ValidationError, convert

from history.errors import ChatError

_NUMBER_MAX = 2**53 - 1
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks differ; a message from farther off would stand in a future that is not there yet.
_AHEAD = timedelta(days=1)

T = TypeVar("T")


class BadArchive(ValueError):
    """The message says what is wrong, and where: for a person."""


class Object:
    """A JSON object whose fields are asked for with what they must be."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise BadArchive(f"{place or 'the file'} must be an object")
        self.value: dict[str, Any] = value
        self.place = place

    def inner(self, name: str) -> "Object":
        return Object(self.value.get(name), self._at(name))

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

    def id(self, kind: str, *, longest: int = 18) -> str:
        found = self.get("id", str, "text")
        if not re.fullmatch(f"{kind}[0-9a-z]{{1,{longest}}}", found, re.ASCII):
            raise BadArchive(f"{self._at('id')} must be like {kind}90c4b1de3a8f4c66")
        return found

    def number(self, name: str, *, least: int, most: int = _NUMBER_MAX) -> int:
        found = self.get(name, int, "a whole number")
        if not least <= found <= most:
            raise BadArchive(f"{self._at(name)} must be from {least} to {most}")
        return found

    def flag(self, name: str) -> bool:
        return self.get(name, bool, "true or false")

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
