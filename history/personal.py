"""What a person finds of the past: own messages, rooms, transcripts.

The lookup is the authorisation: everything is found among the person's own messages and
memberships. Who was removed from a room keeps the own messages, not the transcript.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from history import wire
from history.models import Message
from rooms.models import Membership, User

OPEN_ROOMS = 20
_MAX_ID = 2**63 - 1
# Rows are compared as wholes so that only the index on these three columns can give their order.
# With two equalities PostgreSQL may walk the primary key instead, past everybody else's messages,
# until it has found enough of this person's: 100 ms for one with old messages among a million.
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
class RoomsPage:
    """Memberships, newest first, each with its room. `older` is the cursor of the next page."""

    memberships: Sequence[Membership]
    older: int | None


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """Messages of one room by `seq` ascending.

    `earlier` and `later` are cursors for `before` and `after`, None where the transcript ends.
    """

    messages: Sequence[Message]
    earlier: int | None
    later: int | None


def open_rooms(user: User) -> list[Membership]:
    """The open rooms a person is in, latest first, each with `here`: how many are there now."""
    present = (
        Membership.objects.filter(room=OuterRef("room"), present=True)
        .order_by()
        .values("room")
        .annotate(people=Count("pk"))
        .values("people")
    )
    return list(
        Membership.objects.filter(
            user=user, left_at__isnull=True, banned_at__isnull=True, room__closed_at__isnull=True
        )
        .select_related("room")
        .annotate(here=Coalesce(Subquery(present), 0))
        .order_by("-pk")[:OPEN_ROOMS]
    )


def own_messages(user: User, *, before: int | None, limit: int) -> OwnPage:
    """What a person said, in every room. `before` is the id of the last message already read."""
    kind = Message.Kind.CHAT.value
    top = _MAX_ID if before is None else min(before, _MAX_ID)
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_OWN, (user.pk, kind, top, user.pk, kind, limit + 1))
        ids = [row[0] for row in cursor.fetchall()]
    kept = Message.objects.filter(pk__in=ids[:limit]).select_related("stream__room")
    older = ids[limit - 1] if len(ids) > limit else None
    found = list(kept.order_by("-pk"))
    name_rooms(user, found)
    return OwnPage(found, older)


def name_rooms(user: User, messages: Sequence[Message]) -> None:
    """Give each message `seen_code` and `seen_title`: what its room is called to this reader.

    Both are blank where the reader has no membership any more.
    """
    streams = {message.stream_id for message in messages}
    memberships = Membership.objects.filter(user=user, room__stream__in=streams)
    seen = {
        member.room.stream_id: (member.seen_code, member.seen_title)
        for member in memberships.select_related("room")
    }
    for message in messages:
        message.seen_code, message.seen_title = seen.get(message.stream_id, ("", ""))


def count_own(user: User) -> int:
    """How many messages `own_messages` has of a person."""
    return Message.objects.filter(author=user, kind=Message.Kind.CHAT).count()


def rooms(user: User, *, before: int | None = None, limit: int) -> RoomsPage:
    """The rooms whose transcript a person may read. `before` is the id of a membership."""
    rows = Membership.objects.filter(Membership.READS, user=user)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("room").order_by("-pk")[: limit + 1])
    kept = found[:limit]
    return RoomsPage(kept, kept[-1].pk if len(found) > limit else None)


def doors(user: User, messages: Sequence[Message]) -> tuple[set[int], set[int]]:
    """Of the streams of these messages: those that are not the person's to read, those to go into."""
    streams = {message.stream_id for message in messages}
    readable = dict(
        Membership.objects.filter(Membership.READS, user=user, room__stream__in=streams)
        .annotate(enterable=Q(left_at__isnull=True, room__closed_at__isnull=True))
        .values_list("room__stream_id", "enterable")
    )
    return streams - readable.keys(), {stream for stream, open_ in readable.items() if open_}


def readable(user: User, public_id: str) -> Membership | None:
    """The person's membership of the room with this id, with it, unless they were removed."""
    return (
        Membership.objects.filter(Membership.READS, user=user, room__public_id=public_id)
        .select_related("room")
        .first()
    )


def transcript(
    membership: Membership,
    *,
    at: int | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> TranscriptPage:
    """A page of a room's log: around `at`, before or after a `seq`, or else the newest.

    What is hidden from the person is as if it were not there.
    """
    hidden = membership.hidden_through
    rows = Message.objects.filter(stream=membership.room.stream_id).select_related("author")
    # One lower bound in each query: of two, SQLite may go by the one that says less.
    if at is not None:
        head, earlier = _before(rows.filter(seq__gt=hidden), at, limit // 2)
        tail, later = _after(rows, max(at - 1, hidden), limit - limit // 2)
        found, more_before, more_after = [*head, *tail], earlier, later
    elif after is not None:
        found, more_after = _after(rows, max(after, hidden), limit)
        more_before = rows.filter(seq__gt=hidden, seq__lte=after).exists()
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


def around(
    messages: Sequence[Message], *, hidden_through: int
) -> dict[int, tuple[Message | None, list[tuple[str, list[str]]]]]:
    """What stands around messages of one room, by their keys: the message that one answers, and
    emojis with the names of who gave them.

    An answer to what is hidden from the person shows nothing of it.
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


def _before(rows: QuerySet[Message], seq: int | None, limit: int) -> tuple[list[Message], bool]:
    if seq is not None:
        rows = rows.filter(seq__lt=seq)
    found = list(rows.order_by("-seq")[: limit + 1])
    return found[:limit][::-1], len(found) > limit


def _after(rows: QuerySet[Message], seq: int, limit: int) -> tuple[list[Message], bool]:
    found = list(rows.filter(seq__gt=seq).order_by("seq")[: limit + 1])
    return found[:limit], len(found) > limit
