"""Search everything a person may see: the rooms they may read, and what they said themselves anywhere.

What matches is the same on every database: each term's needle stands in the message's `words`
(history/folding.py). history/search/candidates.py finds messages that may match quickly.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from history.models import UNSHOWN, Message
from history.person import Person
from history.prepared import Prepared
from history.readers import Reading
from history.search import index, scopes
from history.search.candidates import Finder
from history.search.query import Query, Term

# The newest hits, among which the best ones are chosen.
RANKED = 1000


@dataclass(frozen=True, slots=True)
class Hits:
    """Messages, each with its author, and the terms to be marked in them.

    `older` is the cursor of the next page, and `skip` goes with it. `inside`: no message has such words,
    but these have them inside of words. `goes_on`: the number of messages looked at in one go was
    reached, and there are older ones.
    """

    messages: Sequence[Message] = ()
    terms: Sequence[Term] = ()
    older: int | None = None
    skip: int = 0
    inside: bool = False
    goes_on: bool = False


def find(
    person: Person,
    query: Query,
    *,
    only: Reading | None = None,
    best: bool = False,
    inside: bool = False,
    before: int | None = None,
    skip: int = 0,
    limit: int,
) -> Hits:
    """Return a page of hits, newest first, or the best first. Adds to the query's notes.

    `only` limits the search to that room. `before`, `skip` and `inside` come from the page before: hits
    are older than `before`.
    """
    if query.is_empty or query.hopeless:
        return Hits()
    scope = scopes.of(person, query, only=only)
    if scope is None:
        return Hits()
    if index.catch_up() == index.CHUNK:
        query.notes.append(_("Older messages are still being made ready for search."))
    inner = query.inside()
    if inside:
        return _page(Finder(scope, inner or query), best, before, skip, limit, inside=True)
    hits = _page(Finder(scope, query), best, before, skip, limit)
    if inner and before is None and not hits.messages:
        within = _page(Finder(scope, inner), best, before, skip, limit, inside=True)
        return within if within.messages or within.older else hits
    return hits


def _page(
    finder: Finder, best: bool, before: int | None, skip: int, limit: int, *, inside: bool = False
) -> Hits:
    if best and finder.query.terms:
        top = finder.top if before is None else before
        ids = finder.ids(before=top, limit=RANKED).ids
        ranked = _ranked(ids, finder.query)[skip : skip + limit + 1]
        more = len(ranked) > limit
        older = top if more else None
        return Hits(_read(ranked[:limit]), finder.query.terms, older, skip + limit, inside)
    found = finder.ids(before=before, limit=limit + 1)
    kept = found.ids[:limit]
    older = kept[-1] if len(found.ids) > limit else found.goes_on
    goes_on = found.goes_on is not None and len(found.ids) <= limit
    return Hits(_read(kept), finder.query.terms, older, 0, inside, goes_on)


_these = Prepared(
    lambda ids: Message.objects.filter(pk__in=ids).select_related("author").defer(*UNSHOWN),
    ids=[int],
)


def _read(ids: Sequence[int]) -> list[Message]:
    by_id = {message.pk: message for message in _these.all(ids=ids)}
    return [by_id[pk] for pk in ids if pk in by_id]


def _ranked(ids: Sequence[int], query: Query) -> list[int]:
    """Return the ids with the best first, of equals the newest."""
    texts = Message.objects.filter(pk__in=ids).values_list("pk", "words")
    scores = {pk: _score(text or "", query.terms) for pk, text in texts}
    return sorted(scores, key=lambda pk: (-scores[pk], -pk))


def _score(text: str, terms: Iterable[Term]) -> float:
    """Return a score: whole words count more than beginnings, those more than parts; short texts win."""
    score = 0
    for term in terms:
        needle = term.needle
        whole = text.count(f" {needle.strip()} ")
        begun = text.count(f" {needle.strip()}") - whole
        score += 4 * min(whole, 3) + 2 * min(begun, 3) + min(text.count(needle), 3)
    return score / math.sqrt(8 + text.count(" "))
