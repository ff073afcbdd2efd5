"""A batch of posts, committed: what the writer's threads do. Knows no sockets."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection

from history.batch import Stale
from history.log import Change
from rooms.actions import messages
from rooms.actions.messages import ASK, Draft, Posted
from rooms.errors import ChatError, Unavailable

logger = logging.getLogger(__name__)

Outcomes = Sequence[Posted | ChatError]


def commit(drafts: Sequence[Draft]) -> tuple[Outcomes, list[Change]]:
    """Commit a batch, on a database thread. Never raises: each draft gets an outcome of its own.

    The streams with a draft that is to be asked about go apart, so that it does not make a whole
    batch ask, and whole, so that they keep their order.
    """
    asking = {draft.stream_id for draft in drafts if draft.epoch == ASK}
    if not asking:
        return _commit(drafts)
    outcomes: list[Posted | ChatError] = [Unavailable() for _ in drafts]
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
    """First the fast way; if that does not fit, the one that looks each message up; if one of them
    makes even that fail, each by itself, so that a bad one fails alone.
    """
    try:
        if not ask:
            return messages.post(drafts)
    except (Stale, IntegrityError):
        pass
    except (OperationalError, InterfaceError):
        # It may have been committed all the same; the checked way finds out.
        connection.close()
    except DatabaseError:
        logger.exception("a batch of %d posts failed", len(drafts))
    try:
        return messages.post_checked(drafts)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        logger.warning("posts could not be committed: %s", error)
        return [Unavailable() for _ in drafts], []
    except DatabaseError:
        if len(drafts) == 1:
            logger.exception("a post failed")
            return [Unavailable()], []
    outcomes: list[Posted | ChatError] = []
    changes: list[Change] = []
    for draft in drafts:
        outcome, change = _commit([draft], ask=ask)
        outcomes += outcome
        changes += change
    return outcomes, changes
