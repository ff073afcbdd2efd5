"""A batch of what members ask, committed: what the writer's threads do. Knows no sockets."""

import logging
from collections.abc import Sequence
from typing import cast

from django.db import DatabaseError, Error, IntegrityError, transaction

from history import database
from history.log import write
from history.log.entry import Change
from history.log.post import Stale
from rooms.actions import messages, performing
from rooms.actions.changes import Changed
from rooms.actions.messages import ASK, Draft, Posted
from rooms.actions.performing import Order
from rooms.errors import RoomHeld, Unavailable
from rooms.live.outage import outage

logger = logging.getLogger(__name__)

# What became of each order. An error of the database is that of all that were committed together, of
# which one may be at fault: the writer tries each by itself.
Outcomes = Sequence[Posted | Changed | Exception]


def commit(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
    """Commit a batch, on a database thread. Raises nothing that the database raises: it is an outcome.

    The streams with an order that is to be looked up go apart, so that it does not make a whole
    batch be looked up, and whole, so that they keep their order. Orders of a stream that somebody
    else holds have the outcome RoomHeld: those of the others are committed without waiting for it.
    """
    with database.impatience():
        return _commit_free(orders)


def commit_patiently(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
    """The same for the orders of one stream: wait for it as long as the connection waits for a lock."""
    return _commit_each_way(orders)


def _commit_free(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
    outcomes, changes = _commit_each_way(orders)
    outcomes = list(outcomes)
    held = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, RoomHeld)]
    streams = {orders[n].stream_id for n in held}
    if len(streams) > 1:  # waited for together: which of them it was is not known
        free = _free(streams)
        again = [n for n in held if orders[n].stream_id in free]
        if again:
            found, made = _commit_each_way([orders[n] for n in again])
            changes += made
            for n, outcome in zip(again, found, strict=True):
                outcomes[n] = outcome
    return outcomes, changes


def _free(streams: set[int]) -> set[int]:
    """Return those of these streams that nobody holds just now."""
    try:
        with transaction.atomic():
            return set(write.lock(streams, only_free=True))
    except Error as error:
        if database.is_away(error):
            outage.noticed(error)
        return set()


def _commit_each_way(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
    asking = {order.stream_id for order in orders if order.epoch == ASK}
    if not asking:
        return _commit(orders)
    outcomes: list[Posted | Changed | Exception] = [Unavailable() for _ in orders]
    changes: list[Change] = []
    for way, ask in ((_commit, False), (_look_up, True)):
        where = [n for n, order in enumerate(orders) if (order.stream_id in asking) is ask]
        if where:
            found, made = way([orders[n] for n in where])
            changes += made
            for n, outcome in zip(where, found, strict=True):
                outcomes[n] = outcome
    return outcomes, changes


def _commit(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
    """Try the single-statement insert; if that does not fit, look each post up."""
    try:
        return messages.post(cast(Sequence[Draft], orders))  # nothing else need not be looked up
    except RoomHeld as held:
        return [held for _ in orders], []
    except (Stale, IntegrityError):
        pass
    except DatabaseError as error:
        # If the connection is lost, it may have been committed all the same: looking up finds out.
        _failed(orders, error)
    return _look_up(orders)


def _look_up(orders: Sequence[Order]) -> tuple[Outcomes, list[Change]]:
    """Commit what is to be looked up, in as many transactions as it takes: usually in one."""
    outcomes: list[Posted | Changed | Exception] = [Unavailable() for _ in orders]
    changes: list[Change] = []
    left = list(range(len(orders)))
    while left:
        try:
            found, made = performing.perform([orders[n] for n in left])
        except (RoomHeld, Error) as error:
            if isinstance(error, Error):
                _failed(orders, error)
            for n in left:
                outcomes[n] = error
            break
        changes += made
        done = {n: outcome for n, outcome in zip(left, found, strict=True) if outcome is not None}
        for n, outcome in done.items():
            outcomes[n] = outcome
        left = [n for n in left if n not in done]
    return outcomes, changes


def _failed(orders: Sequence[Order], error: Error) -> None:
    """Say that orders could not be committed, and whether that is the database's fault alone."""
    if database.is_away(error):
        outage.noticed(error)
    else:
        logger.error("%d orders of members failed", len(orders), exc_info=error)
