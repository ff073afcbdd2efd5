"""A person's history: their own messages, and the transcripts that they may read.

The lookup is the authorisation: everything is found among the person's own messages and readings
(history/readers.py). A member who was removed from a room keeps their own messages, not the
transcript.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.db.models import QuerySet

from history import wire
from history.models import UNSHOWN, Message
from history.person import Person
from history.prepared import Prepared
from history.readers import Reading, readers

_MAX_ID = 2**63 - 1
# Rows are compared as wholes, so that only the index on these three columns can give their order. With
# two equalities PostgreSQL may walk the primary key instead, past everybody else's messages, until it has
# found enough of this person's: that is 100 ms for old messages among a million.
_NEWEST_OWN = """
SELECT id FROM history_message
WHERE (author_id, kind, id) < (%s, %s, %s) AND (author_id, kind, id) > (%s, %s, 0)
ORDER BY author_id DESC, kind DESC, id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A person's messages, newest first. `older` is the cursor of the next page, if there is one."""

    messages: Sequence[Message]
    older: int | None


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """Messages of one room by `seq` ascending.

    `earlier` and `later` are cursors for `before` and `after`, None where the transcript ends.
    """

    messages: Sequence[Message]
    earlier: int | None
    later: int | None


def own_messages(person: Person, *, before: int | None, limit: int) -> OwnPage:
    """Return what a person said, in every room, each message with its `place`.

    `before` is the id of the last message already read.
    """
    kind = Message.Kind.CHAT.value
    top = _MAX_ID if before is None else min(before, _MAX_ID)
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_OWN, (person.pk, kind, top, person.pk, kind, limit + 1))
        ids = [row[0] for row in cursor.fetchall()]
    older = ids[limit - 1] if len(ids) > limit else None
    found = _these.all(ids=ids[:limit])
    place(person, found)
    return OwnPage(found, older)


_these = Prepared(
    lambda ids: Message.objects.filter(pk__in=ids).defer("words").order_by("-pk"), ids=[int]
)


def place(person: Person, messages: Sequence[Message]) -> None:
    """Give each message its `place`: the room it stands in, as the person may see it."""
    places = readers().places(person, {message.stream_id for message in messages})
    for message in messages:
        message.place = places[message.stream_id]


def fold(person: Person, messages: Sequence[Message]) -> None:
    """Mark the messages of people whom the person has hidden: pages show one line for each."""
    hidden = readers().hidden_people(person) if messages else ()
    for message in messages if hidden else ():
        message.is_folded = message.author_id in hidden


def count_own(person: Person) -> int:
    """Return how many messages `own_messages` has of a person."""
    return Message.objects.filter(author=person.pk, kind=Message.Kind.CHAT).count()


def transcript(
    reading: Reading,
    *,
    at: int | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> TranscriptPage:
    """Return a page of a room's log: around `at`, before or after a `seq`, or else the newest.

    Messages hidden from the person are left out.
    """
    hidden = reading.hidden_through
    rows = Message.objects.filter(stream=reading.stream_id).select_related("author")
    # One lower bound in each query: of two, SQLite may use the one that excludes less.
    if at is not None:
        head, earlier = _before(rows.filter(seq__gt=hidden), at, limit // 2)
        tail, later = _after(rows, max(at - 1, hidden), limit - limit // 2)
        found, more_before, more_after = [*head, *tail], earlier, later
    elif after is not None:
        found, more_after = _after(rows, max(after, hidden), limit)
        more_before = rows.filter(seq__gt=hidden, seq__lte=after).exists()
    else:
        if before is None:
            newest = _newest(limit + 1).all(stream=reading.stream_id, hidden=hidden)
            found, more_before = newest[:limit][::-1], len(newest) > limit
        else:
            found, more_before = _before(rows.filter(seq__gt=hidden), before, limit)
        more_after = before is not None and rows.filter(seq__gte=max(before, hidden + 1)).exists()
    if not found:
        return TranscriptPage((), None, None)
    return TranscriptPage(
        found,
        earlier=found[0].seq if more_before else None,
        later=found[-1].seq if more_after else None,
    )


@cache
def _newest(limit: int) -> Prepared:
    def build(stream: int, hidden: int) -> QuerySet[Message]:
        rows = Message.objects.filter(stream=stream, seq__gt=hidden).select_related("author")
        return rows.defer(*UNSHOWN).order_by("-seq")[:limit]

    return Prepared(build, stream=int, hidden=int)


def around(
    messages: Sequence[Message], *, hidden_through: int
) -> dict[int, tuple[Message | None, list[tuple[str, list[str]]]]]:
    """Return what is shown with messages of one room, by their keys.

    That is the message which one answers, and each emoji with the names of the members who gave it. Of
    a message that is hidden from the person an answer shows nothing.
    """
    if not messages:
        return {}
    answers = {m.reply_to for m in messages if m.reply_to is not None and not m.is_deleted}
    quoted = {
        m.seq: m
        for m in Message.objects.filter(
            stream=messages[0].stream_id,
            seq__in={seq for seq in answers if seq > hidden_through},
            deleted_at__isnull=True,
        ).select_related("author")
    }
    attached = wire.attached(messages)
    return {
        message.pk: (
            None if message.is_deleted else quoted.get(message.reply_to or 0),
            [
                (emoji, [known.names[who] for who in given])
                for emoji, given in known.reactions.items()
            ],
        )
        for message in messages
        if (known := attached.get(message.pk, wire.NOTHING)).reactions or message.reply_to
    }


def _before(rows: QuerySet[Message], seq: int, limit: int) -> tuple[list[Message], bool]:
    found = list(rows.filter(seq__lt=seq).order_by("-seq")[: limit + 1])
    return found[:limit][::-1], len(found) > limit


def _after(rows: QuerySet[Message], seq: int, limit: int) -> tuple[list[Message], bool]:
    found = list(rows.filter(seq__gt=seq).order_by("seq")[: limit + 1])
    return found[:limit], len(found) > limit
