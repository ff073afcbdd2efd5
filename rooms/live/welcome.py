"""The first frame: everything a client lacks, from memory where memory reaches."""

from collections.abc import Sequence

from django.conf import settings

from history.log import read
from history.wire import WireMessage
from rooms import names, protocol
from rooms.commands import FILES_MAX, MAX_CLIENT_FRAME, NEWEST_PAGE
from rooms.errors import Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.crowds import in_short
from rooms.live.hub import Hub
from rooms.live.room import LiveRoom, visible
from rooms.live.threads import DatabaseThreads
from rooms.protocol import MAX_SERVER_FRAME, PINNED_MAX, VERSION, WirePerson

# Bytes of a welcome that are sent without waiting for the reader.
PART = MAX_SERVER_FRAME


async def enter(
    *, hub: Hub, threads: DatabaseThreads, room: LiveRoom, client: Client, after: int | None
) -> None:
    """Welcome a client, and attach it in the step of the event loop that sends the end of the welcome.

    `after` is the number up to which the client has this very room; None for a first visit. Raises
    what the database raises, where memory does not reach.
    """
    if after is not None and after > room.cursor:
        # The client was told more by another worker than this one knows, or made the number up.
        await hub.catch_up(room)
    while True:
        if client.epoch < room.epoch:  # its user may have lost access while it was on its way in
            await hub.eviction.recheck_client(room, client)
            continue
        missed = None if after is None or after > room.cursor else _since(room, client, after)
        if after is not None and missed is not None:
            metrics.resumes.inc()
            await _resume(room, client, after, missed)
            break
        messages, older = await _newest(hub, threads, room, client)
        if client.epoch >= room.epoch:
            metrics.resets.inc()
            await _reset(room, client, messages, older)
            break
    hub.attach(room, client)


async def _newest(
    hub: Hub, threads: DatabaseThreads, room: LiveRoom, client: Client
) -> tuple[list[WireMessage], bool]:
    """Return the newest page as of the room's cursor, and whether there are older messages."""
    hidden, short = client.hidden_through, client.takes_crowds
    while (page := room.recent.newest(NEWEST_PAGE, hidden_through=hidden, short=short)) is None:
        cursor = room.cursor
        found = await threads.read(
            read.page, room.stream_id, limit=NEWEST_PAGE, hidden_through=hidden
        )
        if any(message["changed"] > room.cursor for message in found.messages):
            await hub.catch_up(room)
        elif cursor == room.cursor:
            return found.messages, found.older
    return page


def _since(room: LiveRoom, client: Client, after: int) -> Sequence[WireMessage] | None:
    missed = room.recent.since(after, hidden_through=client.hidden_through)
    return in_short(missed) if missed is not None and client.takes_crowds else missed


async def _resume(
    room: LiveRoom, client: Client, after: int, missed: Sequence[WireMessage]
) -> None:
    """Bring a client up to the cursor from what it has."""
    runs = protocol.split(missed, after=after, through=room.cursor, beside=_beside(room, client))
    start, end, messages = next(runs)
    frames = _welcome(room, client, "resume", start, end, messages, older=after > 0)
    await _bring(room, client, frames, end)


async def _reset(room: LiveRoom, client: Client, messages: list[WireMessage], older: bool) -> None:
    """Bring a client up to the cursor with the newest page."""
    fitting = protocol.newest_that_fit(messages, beside=_beside(room, client))
    older = older or len(fitting) < len(messages)
    end = room.cursor
    frames = _welcome(room, client, "reset", 0, end, fitting, older=older)
    await _bring(room, client, frames, end)


async def _bring(room: LiveRoom, client: Client, frames: list[bytes], end: int) -> None:
    """Send a welcome that leads to `end`, and what has happened since.

    Returns in the step of the loop in which the client is at the cursor. A long answer goes out in
    parts, each when the one before it is on its way: the names of many thousands would otherwise be
    more than may wait for a reader. Raises Unavailable if the room meanwhile went on farther than memory
    reaches back, or its epoch was raised.
    """
    people: dict[str, WirePerson] | None = None  # those who were told, once there was any waiting
    while True:
        *first, last = _parts(frames)
        for part in first:
            client.sender.send(part)
            people = dict(room.roster) if people is None else people
            await client.sender.drain()
        client.sender.send(last)
        if end == room.cursor:
            break
        people = dict(room.roster) if people is None else people
        await client.sender.drain()
        rest = _since(room, client, end)
        if rest is None or client.epoch < room.epoch:
            raise Unavailable
        run = next(protocol.split(rest, after=end, through=room.cursor))
        end, frames = run[1], protocol.events_of([run])
    if people is not None and (presence := room.members_since(people)):
        client.sender.send(presence)
    if client.epoch < room.epoch:
        raise Unavailable


def _parts(frames: Sequence[bytes]) -> list[list[bytes]]:
    """Return frames in parts of about PART bytes, at least one."""
    parts: list[list[bytes]] = [[]]
    size = 0
    for frame in frames:
        if size and size + len(frame) > PART:
            parts.append([])
            size = 0
        parts[-1].append(frame)
        size += len(frame)
    return parts


def _pinned(room: LiveRoom, client: Client) -> list[WireMessage]:
    """Return the pinned messages that fit beside the rest, the latest pins first of all."""
    pinned = visible(room.recent.pinned(), client.hidden_through)
    return protocol.newest_that_fit(pinned, within=PINNED_MAX)


def _beside(room: LiveRoom, client: Client) -> int:
    return protocol.beside(people=len(room.roster), pinned=_pinned(room, client))


def _welcome(
    room: LiveRoom,
    client: Client,
    mode: str,
    after: int,
    through: int,
    messages: list[WireMessage],
    *,
    older: bool,
) -> list[bytes]:
    """Return the `welcome` frame, and `members` frames with the people who do not fit into it."""
    people, rest = room.listed()
    welcome = protocol.encode(
        "welcome",
        protocol=VERSION,
        history=room.history,
        room=room.info,
        you=client.told(),
        mode=mode,
        after=after,
        through=through,
        messages=messages,
        older=older,
        pinned=_pinned(room, client),
        read=client.read_through,
        reads=protocol.positions(room.readers()),
        members=people,
        limits={
            "body": settings.CHAT_BODY_MAX,
            "frame": MAX_CLIENT_FRAME,
            "name": names.MAX_LENGTH,
            "file": settings.CHAT_FILE_MAX * 2**20,
            "files": FILES_MAX,
        },
    )
    return [welcome, *rest, *room.requests(client)]
