"""All that a person left in the log: given to another, given up, erased. No permissions here.

It may be tens of thousands of messages, so rows are changed by statements, not one by one. Readers
learn of it as of every change: `reissue` gives each message that looks different now a new number.
"""

from collections.abc import Collection, Sequence
from secrets import token_hex
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now, Replace

from history import notices
from history.log import files
from history.log.entry import ERASED
from history.models import Mention, Message, Reaction, Revision
from history.notices import Facts

_CHUNK = 500
_RENUMBER = """
UPDATE history_message SET changed_seq = %s + fresh.place
FROM (
    SELECT id AS which, row_number() OVER (ORDER BY seq) AS place
    FROM history_message WHERE id IN ({ids})
) AS fresh
WHERE history_message.id = fresh.which
"""


def traces(stream_id: int, user_id: int) -> list[int]:
    """The messages of a stream, by key, in which others see a person: by seq ascending.

    They said it, or reacted to it, or are spoken to in it.
    """
    shown = (
        Q(author=user_id)
        | Exists(Reaction.objects.filter(message=OuterRef("pk"), user=user_id))
        | Exists(Mention.objects.filter(message=OuterRef("pk"), user=user_id))
    )
    rows = Message.objects.filter(shown, stream=stream_id).order_by("seq")
    return list(rows.values_list("pk", flat=True))


def streams(user_id: int) -> set[int]:
    """The streams in which a person has said something, in whatever way."""
    rows = Message.objects.filter(author=user_id).order_by().values_list("stream_id", flat=True)
    return set(rows.distinct())


def reissue(first: int, keys: Sequence[int]) -> None:
    """Give messages of a locked stream the numbers from `first` on, as if each had changed.

    The keys are in the order of the messages.
    """
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(_RENUMBER.format(ids=marks), [first - 1 + start, *some])


def hand_over(
    stream_ids: Collection[int], *, giver: int, taker: int, names: tuple[str, str]
) -> None:
    """Make everything one person said and did another's. Their streams must be locked.

    `stream_ids` are those in which others told something of the giver; `names` are the public ids
    of the two.
    """
    said = Message.objects.filter(author=giver)
    # What one called a message, the other may have called one of theirs in the same room.
    namesakes = Message.objects.filter(
        author=taker, stream=OuterRef("stream"), client_id=OuterRef("client_id")
    )
    for pk in list(said.filter(Exists(namesakes)).values_list("pk", flat=True)):
        Message.objects.filter(pk=pk).update(client_id=token_hex(16))
    said.update(author=taker)
    files.hand_over(giver, taker)
    Message.objects.filter(deleted_by=giver).update(deleted_by=taker)
    spoken_to = Message.objects.filter(mentions__user=giver, html__contains=names[0])
    Message.objects.filter(pk__in=list(spoken_to.values_list("pk", flat=True))).update(
        html=Replace(F("html"), Value(names[0]), Value(names[1]))
    )
    for pk, facts in _told_of(stream_ids, names[0]):
        Message.objects.filter(pk=pk).update(facts=notices.handed_over(facts, *names))
    theirs = Reaction.objects.filter(
        user=taker, message=OuterRef("message"), emoji=OuterRef("emoji")
    )
    _move(Reaction.objects.filter(user=giver), theirs, taker)
    also = Mention.objects.filter(user=taker, message=OuterRef("message"))
    _move(Mention.objects.filter(user=giver), also, taker)


def _move(
    rows: QuerySet[Reaction] | QuerySet[Mention],
    there: QuerySet[Reaction] | QuerySet[Mention],
    taker: int,
) -> None:
    """Make rows another person's; those the other has too are dropped."""
    rows.filter(Exists(there)).delete()
    rows.update(user=taker)


def erase_texts(stream_id: int, user_id: int) -> None:
    """Empty for good what a person said in a locked stream, with all that it was before.

    What moderators had deleted loses the text they could have restored.
    """
    said = Message.objects.filter(stream=stream_id, author=user_id, kind=Message.Kind.CHAT)
    for belonging in (Revision, Reaction, Mention):
        belonging.objects.filter(message__in=said).delete()
    files.discard_of(said)
    said.filter(deleted_at__isnull=True).update(
        **ERASED, pinned_at=None, deleted_at=Now(), deleted_by=None
    )


def withdraw(user_id: int) -> None:
    """Take a person's reactions back, forget where they were spoken to, and what they sent for no message."""
    Reaction.objects.filter(user=user_id).delete()
    Mention.objects.filter(user=user_id).delete()
    files.discard_unposted(user_id)


def unname(stream_ids: Collection[int], person_id: str, *, name: str, by: str) -> set[int]:
    """Put `by` for all names of a person into the notices about them; the keys of those changed.

    The streams must be locked. `person_id` is the public id and `name` the name until now; earlier
    ones are in the notices. Other people's notices stay as they are, whatever they read like.
    """
    told = _told_of(stream_ids, person_id)
    names = {name for _, facts in told for name in notices.names_in(facts, person_id)}
    names = (names | {name}) - {"", by}
    for pk, facts in told:
        fresh = notices.unnamed(facts, person_id, names=names, by=by)
        Message.objects.filter(pk=pk).update(facts=fresh, body=notices.site_text(fresh))
    return {pk for pk, _ in told}


def _told_of(stream_ids: Collection[int], person_id: str) -> list[tuple[int, Facts]]:
    """The notices of streams that name a person, by key: their facts."""
    named = Q(facts__by__id=person_id) | Q(facts__about__id=person_id)
    rows: Any = Message.objects.filter(named, stream__in=stream_ids, kind=Message.Kind.NOTICE)
    return list(rows.values_list("pk", "facts"))
