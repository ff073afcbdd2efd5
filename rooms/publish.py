"""Notifications: tell every worker that a room has changed. Nothing else sends to a group.

The messages are in the database. A notification that is lost costs time, never a message: each worker
compares its cursors with the log every second. So a channel layer that is away is logged here and
no more.
"""

import logging
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from history.log.entry import Change

logger = logging.getLogger(__name__)

Notification = dict[str, Any]
# What a channel layer that cannot be reached raises. redis-py's errors are not OSErrors.
LAYER_AWAY = (OSError, TimeoutError, RedisError)


class Publisher(Protocol):
    """The live worker of this process. Its methods may be called from any thread."""

    def notify(self, group: str, notification: Notification, change: Change | None) -> None: ...


_local: Publisher | None = None


def use(publisher: Publisher | None) -> None:
    """Publish through this process's worker, which knows its own sockets; None: no worker here."""
    global _local
    _local = publisher


def group(code: str, stream_id: int) -> str:
    """The channel group of a room: by its code, and by its log, since codes are used again."""
    return f"room.{code}.{stream_id}"


def notification_of(change: Change) -> Notification:
    """Return a change as it goes over the channel layer.

    A change of no message raises the epoch and does nothing else: `room.rules`.

    A worker of the release before does not know `evicts_from`. It need not be sent a `room.rules`
    besides: whatever is said at the new epoch makes it check its sockets before it shows that, and
    its poll finds the new epoch within a second. So it may close a socket a second later than others
    do, and shows it nothing more.
    """
    if change.evicts_from is not None and change.through == change.after:
        return {"type": "room.rules", "stream": change.stream_id, "epoch": change.evicts_from}
    notification = {
        "type": "room.changed",
        "stream": change.stream_id,
        "after": change.after,
        "through": change.through,
        "epoch": change.epoch,
        "messages": change.encoded,
    }
    if change.evicts_from is not None:
        notification["evicts_from"] = change.evicts_from
    return notification


def typing(stream_id: int, user_id: int, frame: bytes, origin: str) -> Notification:
    """That somebody is typing: an encoded frame for everyone else, never stored.

    `origin` is the worker that has shown it to its own sockets.
    """
    return {
        "type": "room.typing",
        "stream": stream_id,
        "user": user_id,
        "frame": frame,
        "origin": origin,
    }


def reading(stream_id: int, reads: dict[str, int]) -> Notification:
    """Return the notification of how far some people have read."""
    return {"type": "room.read", "stream": stream_id, "reads": reads}


def handoff(*, code: str, stream_id: int, user_id: int) -> None:
    """After this transaction's commit, have a person's pages in a room ask about their handoff."""
    notification = {"type": "room.handoff", "stream": stream_id, "user": user_id}
    transaction.on_commit(lambda: _send(group(code, stream_id), notification, None))


def changed(*, code: str, change: Change) -> None:
    """After this transaction's commit, tell all workers of a change of the log."""
    shown = change if change.through > change.after else None
    transaction.on_commit(
        lambda: _send(group(code, change.stream_id), notification_of(change), shown)
    )


def _send(name: str, notification: Notification, change: Change | None) -> None:
    if _local is not None:
        _local.notify(name, notification, change)
        return
    layer = get_channel_layer()
    assert layer is not None
    try:
        async_to_sync(layer.group_send)(name, notification)
    except LAYER_AWAY as error:
        logger.warning("channel layer away, workers will find it in the log: %s", error)
