"""The shapes of the log: what is appended to a stream, and what one transaction did to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import orjson

from history import notices, wire
from history.models import Message
from history.notices import Facts
from history.person import Person
from history.said import NOTHING_SAID, Said, shown
from history.wire import WireAuthor, WireFile, WireMessage

# What a message loses when it is erased: columns and values.
ERASED: dict[str, Any] = {**shown(NOTHING_SAID), "html": "", "files": None, "words": ""}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is to go into a message, by its public id, with a description for who cannot see it."""

    id: str
    alt: str = ""


# Somebody a message speaks to: the user's key, and the id that everybody knows.
Mentioned = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Head:
    """A locked stream: its latest number, its epoch, and the database's time."""

    stream_id: int
    seq: int
    epoch: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to append."""

    kind: str
    author_id: int | None
    author: WireAuthor | None
    said: Said = NOTHING_SAID
    client_id: str | None = None
    # The body rendered; empty where that would show nothing but the text itself.
    html: str = ""
    mentions: Sequence[Mentioned] = ()
    # What search compares, if that is known.
    words: str | None = None
    # What a notice says (history/notices.py).
    facts: Facts | None = None
    files: Sequence[WireFile] = ()

    @classmethod
    def of(
        cls,
        kind: str,
        author: Person | None,
        *,
        client_id: str | None = None,
        html: str = "",
        mentions: Sequence[Mentioned] = (),
        words: str | None = None,
        facts: Facts | None = None,
        files: Sequence[WireFile] = (),
        **said: Any,
    ) -> Self:
        """Return something to append, by a user or (a notice) by nobody. `said` are fields of Said."""
        key, who = (author.pk, wire.author(author)) if author else (None, None)
        return cls(kind, key, who, Said(**said), client_id, html, mentions, words, facts, files)

    @classmethod
    def notice(cls, author: Person | None, facts: Facts) -> Self:
        """Return a notice to append, by a user or by nobody."""
        body = notices.site_text(facts)
        return cls.of(Message.Kind.NOTICE, author, body=body, facts=facts)

    def wired(self, seq: int, now: datetime) -> WireMessage:
        """Return what this entry, just inserted, looks like from outside."""
        return wire.message(
            seq=seq,
            kind=self.kind,
            author=self.author,
            client_id=self.client_id,
            said=self.said,
            at=wire.timestamp(now),
            html=self.html,
            files=self.files,
            mentions=[who for _, who in self.mentions],
        )


@dataclass(frozen=True, slots=True)
class Change:
    """The changes that one transaction made to one stream: a reader at `after` that applies them is at `through`.

    It is shown to whoever held `epoch`. `evicts_from` is the new epoch, if the transaction raised
    it: everybody is checked again before anything later is shown. So somebody who is banned is told
    of the ban and of nothing after it. `encoded` is `messages` as JSON: encoded once for the sockets
    here and for other workers.
    """

    stream_id: int
    after: int
    through: int
    epoch: int
    messages: Sequence[WireMessage]
    encoded: bytes
    evicts_from: int | None = None

    @classmethod
    def of(
        cls,
        *,
        stream_id: int,
        after: int,
        through: int,
        epoch: int,
        messages: list[WireMessage],
        evicts_from: int | None = None,
    ) -> "Change":
        encoded = orjson.dumps(messages)
        return cls(stream_id, after, through, epoch, messages, encoded, evicts_from)

    @classmethod
    def from_json(
        cls,
        *,
        stream_id: int,
        after: int,
        through: int,
        epoch: int,
        encoded: bytes,
        evicts_from: int | None = None,
    ) -> "Change":
        messages = orjson.loads(encoded)
        return cls(stream_id, after, through, epoch, messages, encoded, evicts_from)
