"""Prepare messages before they are posted: render the text and find the people it mentions.

Most are plain, and `is_plain` says so at next to no cost; the others are prepared on a thread,
before the transaction that commits them.
"""

import logging
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from history import folding, markup
from history.log import read
from history.log.entry import Mentioned
from rooms import names
from rooms.errors import ChatError, MessageNotFound
from rooms.models import Membership

logger = logging.getLogger(__name__)

# People one message may speak to: so many places in it are looked at.
MENTIONS_MAX = 20
# Code points beyond ASCII that count for another post: a millisecond and a half of a core.
_DEAR = 500
# Letters that a name can have when it is compared. There are characters of eighteen.
_LETTERS = 4 * names.MAX_LENGTH


@dataclass(frozen=True, slots=True)
class Raw:
    """A text as it was typed, and the message that it answers."""

    room_id: int
    stream_id: int
    author_id: int
    body: str
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A body as it will be shown ("" where that would say the same) and whom it speaks to.

    `refused`: why it cannot be posted.
    """

    html: str = ""
    mentions: tuple[Mentioned, ...] = ()
    refused: ChatError | None = None
    # What search compares; None where that is found out as cheaply with the batch.
    words: str | None = None


# What a plain text becomes.
PLAIN = Prepared()


def is_plain(body: str) -> bool:
    """Return True if a body is shown as it is, without a link, speaks to nobody, and is soon made words."""
    return cost(body) == 1 and "@" not in body and not markup.needs_rendering(body)


def cost(body: str) -> int:
    """Return how many posts a body counts for: letters beyond ASCII take a while to compare, one by one."""
    return 1 if len(body) < _DEAR or body.isascii() else 1 + len(body) // _DEAR


def prepare(raws: Sequence[Raw]) -> list[Prepared]:
    """Raises what the database raises, which is asked a few times at the most for all of them.

    `@Name` speaks to the person of the room who is called so, or whose name looks the same, the
    longest name first, whatever its case; not to the author, and not in the middle of a word, in
    code or in a link.
    """
    spoken = [_candidates(raw.body) for raw in raws]
    wanted = [name for places in spoken for place in places for name in place]
    people = _people({raw.room_id for raw in raws}, wanted) if wanted else {}
    lost = _unanswerable(raws)
    prepared: list[Prepared] = []
    for raw, places in zip(raws, spoken, strict=True):
        called = _called(places, raw.room_id, people)
        html = _render(raw.body, called)
        mentions = dict.fromkeys(
            who for who in called.values() if who[0] != raw.author_id and _is_spoken_to(who, html)
        )
        refused = MessageNotFound() if raw in lost else None
        known = folding.of(raw.body, html or "")
        prepared.append(Prepared(html or "", tuple(mentions), refused, known))
    return prepared


def _render(body: str, called: Mapping[str, Mentioned]) -> str | None:
    """The HTML, "" where it would say no more than the text; None if there should be some."""
    if not called and not markup.needs_rendering(body):
        return ""
    try:
        names_said = [markup.Mentioned(who, said[1:]) for said, (_, who) in called.items()]
        return markup.render(body, mentions=names_said)
    except Exception:  # whatever it was, the text itself can be read
        logger.exception("a text of %d characters could not be rendered", len(body))
        return None


def _is_spoken_to(who: Mentioned, html: str | None) -> bool:
    """Return True if the name stands anywhere but in code and links; also where rendering failed."""
    return html is None or f' data-user="{who[1]}"' in html


def _unanswerable(raws: Sequence[Raw]) -> set[Raw]:
    """Those that answer what is not there, was deleted, or is not their author's to see."""
    replies = [(raw, raw.reply_to) for raw in raws if raw.reply_to is not None]
    if not replies:
        return set()
    there = read.find_said((raw.stream_id, seq) for raw, seq in replies)
    hidden = {
        (room, user): seq
        for room, user, seq in Membership.objects.filter(
            room__in={raw.room_id for raw, _ in replies},
            user__in={raw.author_id for raw, _ in replies},
            hidden_through__gt=0,
        ).values_list("room_id", "user_id", "hidden_through")
    }
    return {
        raw
        for raw, seq in replies
        if (raw.stream_id, seq) not in there or seq <= hidden.get((raw.room_id, raw.author_id), 0)
    }


class _Name(NamedTuple):
    """A text that may be a name: as written, with its `@`, and the key that names are compared by."""

    said: str
    key: str
    skeleton: str


def _candidates(body: str) -> list[list[_Name]]:
    """For each `@` the names that may follow it, longest first."""
    places: list[list[_Name]] = []
    start = body.find("@")
    while start >= 0 and len(places) < MENTIONS_MAX:
        if start == 0 or not markup.is_of_word(body[start - 1]):
            begin = start + 1
            looks = names.beginnings(body[begin : begin + names.MAX_LENGTH])
            places.append(
                [
                    _Name(body[start:end], names.key(body[begin:end]), looks[end - begin])
                    for end in _ends(body, begin)
                ]
            )
        start = body.find("@", start + 1)
    return places


def _ends(body: str, start: int) -> Iterator[int]:
    """Where a name that begins at `start` may end, the farthest first."""
    stop, letters = start, 0
    while stop < min(len(body), start + names.MAX_LENGTH) and letters <= _LETTERS:
        letters += _letters(body[stop])
        stop += 1
    for end in range(stop, start, -1):
        if body[end - 1].isspace():
            continue
        if end == len(body) or not _joins(body[end - 1], body[end]):
            yield end


@lru_cache(maxsize=4096)
def _letters(character: str) -> int:
    """Return how many letters a character is when it is compared."""
    return len(unicodedata.normalize("NFKD", character))


def _joins(before: str, after: str) -> bool:
    """Return True if two characters are of one word. Scripts that put no spaces have none here."""
    return markup.is_of_word(before) and markup.is_of_word(after)


# By room, and by a name's key ("key") or skeleton ("look").
_People = Mapping[tuple[int, str, str], Mentioned]

# In words of SQL: the ORM takes longer to put it into words than the database to answer, and each message
# with an @ asks.
_NAMED = """
SELECT ms.room_id, u.name_key, u.name_skeleton, u.id, u.public_id
FROM rooms_membership ms JOIN rooms_user u ON u.id = ms.user_id
WHERE ms.room_id IN ({rooms}) AND ms.left_at IS NULL AND ms.banned_at IS NULL AND ({named})
ORDER BY ms.present, ms.id
"""


def _people(room_ids: set[int], wanted: Sequence[_Name]) -> _People:
    """The people of some rooms who have one of these names, or one that looks like it.

    Of two with the same name it is the one who is there.
    """
    keys = {name.key for name in wanted}
    looks = {name.skeleton for name in wanted} - {""}
    named = f"u.name_key IN ({_places(keys)})"
    if looks:
        named += f" OR u.name_skeleton IN ({_places(looks)})"
    people: dict[tuple[int, str, str], Mentioned] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMED.format(rooms=_places(room_ids), named=named), [*room_ids, *keys, *looks]
        )
        for room, key, look, user_id, public_id in cursor.fetchall():
            people[room, "key", key] = people[room, "look", look] = (user_id, public_id)
    return people


def _places(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _called(
    places: Sequence[Sequence[_Name]], room_id: int, people: _People
) -> dict[str, Mentioned]:
    """Return the people that are mentioned, by the words that mention them, with the `@`."""
    called: dict[str, Mentioned] = {}
    for place in places:
        for name in place:
            exact = people.get((room_id, "key", name.key))
            if found := exact or people.get((room_id, "look", name.skeleton)):
                called[name.said] = found
                break
    return called
