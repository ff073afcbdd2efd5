"""Requests of a socket that change nothing in the room's log: to come in, to be typing, and pages."""

import asyncio
import logging
import re

from django.db import Error

from history.log import read
from history.log.read import Page
from rooms import access, protocol, publish
from rooms.actions.entering import Arrival, Entrance
from rooms.commands import PAGE_MAX, PageRequest
from rooms.errors import ChatError, Unavailable
from rooms.live.client import Client
from rooms.live.crowds import in_short
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.models import Membership

logger = logging.getLogger(__name__)

# The id of a room, as a client gives it.
_ROOM = re.compile(r"r_[0-9a-z]{1,18}", re.ASCII)
# Messages that are read for one page at the most, where runs of joins and leaves are told in short.
ROWS = 500
# Seconds between two typing frames of one socket that are passed on.
TYPING_EVERY = 3.0


def arrival(client: Client, session_key: str, code: str, room: str) -> Arrival:
    client.session_key = session_key
    return Arrival(client.socket_id, session_key, code, room if _ROOM.fullmatch(room) else "")


def introduce(client: Client, entrance: Entrance) -> None:
    """Tell a client which member it belongs to."""
    client.stand(entrance.membership, epoch=entrance.epoch, now=entrance.now)


def typing(hub: Hub, room: LiveRoom, client: Client) -> None:
    """Show the others that a member is typing, here and on other workers."""
    now = asyncio.get_running_loop().time()
    if now - client.typed_at < TYPING_EVERY:
        return
    client.typed_at = now
    frame = protocol.encode("typing", user=client.author)
    room.show_typing(frame, except_user=client.user_id)
    hub.subscription.publish(
        publish.group(room.code, room.stream_id),
        publish.typing(room.stream_id, client.user_id, frame, hub.name),
    )


async def page(
    threads: DatabaseThreads, room: LiveRoom, client: Client, request: PageRequest
) -> bytes:
    """Return the `page` frame, or an `error`."""
    try:
        read = await threads.read(_page, room, client, request)
    except ChatError as error:
        return protocol.error(error, ref=request.ref)
    except Exception as error:  # noqa: BLE001 - whatever it was, there is an answer
        _log("a page could not be read", error)
        return protocol.error(Unavailable(), ref=request.ref)
    fitting = protocol.newest_that_fit(read.messages)
    return protocol.encode(
        "page",
        ref=request.ref,
        messages=fitting,
        older=read.older or len(fitting) < len(read.messages),
    )


def _page(room: LiveRoom, client: Client, request: PageRequest) -> Page:
    """Read a page. Access is checked after the read: nobody gets what was said after losing it."""
    page = _read(room, client, before=request.before, limit=request.limit)
    if client.takes_crowds:
        page = _in_short(room, client, page, limit=request.limit)
    member = Membership.objects.filter(room=room.room_id, user=client.user_id)
    access.check(member.select_related("room", "user").first())
    return page


def _read(room: LiveRoom, client: Client, *, before: int, limit: int) -> Page:
    hidden = client.hidden_through
    return read.page(room.stream_id, before=before, limit=limit, hidden_through=hidden)


def _in_short(room: LiveRoom, client: Client, page: Page, *, limit: int) -> Page:
    """Return a page in which a long run of joins and leaves is one message.

    It is read on beyond such a run, since a page of nothing else would be one line.
    """
    messages, older = page.messages, page.older
    told = in_short(messages)
    while older and len(told) < min(limit, len(messages)) and len(messages) < ROWS:
        page = _read(room, client, before=messages[0]["seq"], limit=PAGE_MAX)
        messages, older = [*page.messages, *messages], page.older
        told = in_short(messages)
    return Page(list(told[-limit:]), older=older or len(told) > limit)


def _log(what: str, error: Exception) -> None:
    """Log an error: that of a database in a line, and a bug with its traceback."""
    logger.warning("%s: %r", what, error, exc_info=None if isinstance(error, Error) else error)
