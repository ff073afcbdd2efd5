"""A batch of posts, committed: what the writer's threads do. Knows no sockets."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError, Error, IntegrityError, transaction

from history import database
from history.log import write
from history.log.entry import Change
from history.log.post import Stale
from rooms.actions import messages
from rooms.actions.messages import ASK, Draft, Posted
from rooms.errors import RoomHeld, Unavailable
from rooms.live.outage import outage

logger = logging.getLogger(__name__)

# What became of each draft. An error of the database is that of all that were committed together, of
# which one may be at fault: the writer tries each by itself.
Outcomes = Sequence[Posted | Exception]


def commit(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
    """Commit a batch, on a database thread. Raises nothing that the database raises: it is an outcome.

    The streams with a draft that is to be asked about go apart, so that it does not make a whole
    batch ask, and whole, so that they keep their order. Drafts of a stream that somebody else holds
    have the outcome RoomHeld: those of the others are committed without waiting for it.
    """
    with database.impatience():
        return _commit_free(drafts)


def commit_patiently(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
    """The same for the drafts of one stream: wait for it as long as the connection waits for a lock."""
    return _commit_each_way(drafts)


def _commit_free(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
    outcomes, changes = _commit_each_way(drafts)
    outcomes = list(outcomes)
    held = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, RoomHeld)]
    streams = {drafts[n].stream_id for n in held}
    if len(streams) > 1:  # waited for together: which of them it was is not known
        free = _free(streams)
        again = [n for n in held if drafts[n].stream_id in free]
        if again:
            found, made = _commit_each_way([drafts[n] for n in again])
            changes += made
            for n, outcome in zip(again, found, strict=True):
                outcomes[n] = outcome
    return outcomes, changes


def _free(streams: set[int]) -> set[int]:
    """Those of these streams that nobody holds just now."""
    try:
        with transaction.atomic():
            return set(write.lock(streams, only_free=True))
    except Error as error:
        if database.is_away(error):
            outage.noticed(error)
        return set()


def _commit_each_way(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
    asking = {draft.stream_id for draft in drafts if draft.epoch == ASK}
    if not asking:
        return _commit(drafts)
    outcomes: list[Posted | Exception] = [Unavailable() for _ in drafts]
    changes: list[Change] = []
    for ask in (False, True):
        where = [n for n, draft in enumerate(drafts) if (draft.stream_id in asking) is ask]
        if where:
            found, made = _commit([drafts[n] for n in where], ask=ask)
            changes += made
            for n, outcome in zip(where, found, strict=True):
                outcomes[n] = outcome
    return outcomes, changes


def _commit(drafts: Sequence[Draft], *, ask: bool = False) -> tuple[Outcomes, list[Change]]:
    """Try the single-statement insert; if that does not fit, look each message up."""
    try:
        if not ask:
            return messages.post(drafts)
    except RoomHeld as held:
        return [held for _ in drafts], []
    except (Stale, IntegrityError):
        pass
    except DatabaseError as error:
        # If the connection is lost, it may have been committed all the same: the checked way finds out.
        _failed(drafts, error)
    try:
        return messages.post_checked(drafts)
    except RoomHeld as held:
        return [held for _ in drafts], []
    except Error as error:
        _failed(drafts, error)
        return [error for _ in drafts], []


def _failed(drafts: Sequence[Draft], error: Error) -> None:
    """Say that posts could not be committed, and whether that is the database's fault alone."""
    if database.is_away(error):
        outage.noticed(error)
    else:
        logger.error("%d posts failed", len(drafts), exc_info=error)
