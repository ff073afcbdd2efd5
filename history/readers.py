"""Readers: which streams a person may read, under what names, and how much at once.

The log knows messages and their authors, and nothing of rooms and who belongs to them. The site names
the one who does in the setting HISTORY_READERS, as AUTH_USER_MODEL names the model of users: the
dotted path of a subclass of Readers.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from history.person import Person


@dataclass(frozen=True, slots=True)
class Reading:
    """That a person may read the stream of a room, and what the room is called to that person.

    Messages up to number `hidden_through` are hidden from the person. `key` identifies the reading
    among all, and orders a person's. `leads_in`: the room is open, and has the code that the person
    knows.
    """

    key: int
    stream_id: int
    hidden_through: int
    room_id: str
    code: str
    title: str
    opened_at: datetime
    closed_at: datetime | None
    leads_in: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The room a message stands in, as a person may see it.

    `code` and `title` are blank where the person has no membership any more. `is_inside`: the person
    is in the room now, and it is open.
    """

    room_id: str
    code: str = ""
    title: str = ""
    is_readable: bool = False
    is_inside: bool = False


class Searchable(NamedTuple):
    """A room that a person may search: a row, since somebody may have thousands.

    Where it is not readable only the person's own messages are to be found.
    """

    room_key: int
    code: str
    title: str
    stream_id: int
    head: int
    hidden_through: int
    is_readable: bool


# More is not counted: "99+".
MOST_UNREAD = 99


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages of others a person has not read, and how many of them mention the person."""

    messages: int = 0
    mentions: int = 0

    @property
    def count(self) -> str:
        return _counted(self.messages)

    @property
    def mention_count(self) -> str:
        return _counted(self.mentions)


def _counted(number: int) -> str:
    return f"{MOST_UNREAD}+" if number > MOST_UNREAD else str(number)


class Readers(ABC):
    """The questions of the log's pages, files and search to the app that keeps the rooms."""

    # Who may read what --------------------------------------------------------------------------

    @abstractmethod
    def reading(self, person: Person, room_id: str) -> Reading | None:
        """Return the person's reading of the room with this public id; None if there is none."""

    @abstractmethod
    def reading_of(self, person: Person, stream_id: int) -> Reading | None:
        """Return the person's reading of a stream; None if there is none."""

    def may_read(self, person: Person, stream_id: int, seq: int) -> bool:
        """Return True if a person may read the message with this number of a stream."""
        reading = self.reading_of(person, stream_id)
        return reading is not None and seq > reading.hidden_through

    @abstractmethod
    def inspects(self, person: Person) -> bool:
        """Return True if the person keeps order on the whole site, and may see what anybody sent."""

    @abstractmethod
    def readings(self, person: Person, *, before: int | None, limit: int) -> list[Reading]:
        """Return a person's readings, the newest first; those before the key `before`."""

    @abstractmethod
    def unread(self, readings: Collection[Reading]) -> Mapping[int, Unread]:
        """Return what is unread of each reading, by key."""

    @abstractmethod
    def last_said(self, readings: Collection[Reading]) -> Mapping[int, datetime]:
        """Return when something was said last for each reading, by key. Of some it is not known."""

    @abstractmethod
    def hidden_people(self, person: Person) -> Collection[int]:
        """Return the keys of the users whose messages are folded for the person, who hid them."""

    @abstractmethod
    def places(self, person: Person, stream_ids: Collection[int]) -> Mapping[int, Place]:
        """Return the room of each of these streams, readable or not, as the person may see it."""

    @abstractmethod
    def roles(self, stream_id: int) -> Mapping[int, str]:
        """Return the role of each member that the stream's room has or had, by the user's key."""

    # Search -------------------------------------------------------------------------------------

    @abstractmethod
    def searchable(self, person: Person, *, only: Reading | None = None) -> list[Searchable]:
        """Return the rooms in which a person finds something, or `only` that one.

        A code would not do to say which: it may be the next room's by now.
        """

    @abstractmethod
    def code(self, typed: str) -> str:
        """Return the room code that was typed, as codes are kept; "" if it cannot be one."""

    @abstractmethod
    def called(self, name: str, room_keys: Sequence[int]) -> list[int]:
        """Return the keys of the users with this name who are or were in one of these rooms.

        Those whose names begin so, where nobody is called exactly that.
        """

    @abstractmethod
    def searching(self, person: Person, request: HttpRequest) -> AbstractContextManager[None]:
        """Have the person search in the body, when it is their turn, charged by the time it takes.

        Raises ChatError where the person or too many others have searched too much.
        """

    # Downloads ----------------------------------------------------------------------------------

    @abstractmethod
    def charge_download(self, person: Person) -> None:
        """Count one more download of the person's. Raises ChatError to somebody with too many."""

    @abstractmethod
    def deliver(self, parts: AsyncIterator[bytes], person: Person) -> AsyncIterable[bytes]:
        """Return the parts of a file, as a download of the person's that is under way.

        Raises ChatError where too many are under way already.
        """

    @abstractmethod
    def send(self, parts: AsyncIterator[bytes], person: Person) -> AsyncIterable[bytes]:
        """Return the bytes of a file that somebody sent, as a download like those of `deliver`."""


@cache
def readers() -> Readers:
    """Return what the site has named."""
    named = import_string(settings.HISTORY_READERS)()
    assert isinstance(named, Readers)
    return named
