"""Joins and leaves in a large room, gathered: told a few times a second, not each by itself.

When two thousand people come in within half a minute, each of them would otherwise be told of each
other one in a write of its own: four million writes. The room's state is ahead of what its sockets were
shown by what is gathered here. Whatever else is shown takes it along, in the same write, so that
nothing is shown out of order and no message waits.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from history.log.entry import Change
from history.wire import WireMessage
from rooms import protocol
from rooms.live.client import Client
from rooms.live.crowds import Told, in_short, is_coming
from rooms.live.roster import Before
from rooms.protocol import WirePerson

# Sockets of a room on this worker from which its joins and leaves are gathered.
CROWD = 50
# Seconds for which they are gathered. In a room where nothing was shown for longer, one is shown at once.
WINDOW = 0.5

_NOTHING = Told((), ())


@dataclass(frozen=True, slots=True)
class _Gathered:
    after: int
    through: int
    messages: Sequence[WireMessage]
    before: Before


class Gathering:
    """The joins and leaves that a room's sockets were not shown yet.

    Sockets that come in meanwhile are welcomed with all of them that have happened by then: they are
    shown only the ones after.
    """

    def __init__(
        self, *, members: Callable[[Before], list[bytes]], show: Callable[[], None]
    ) -> None:
        """`members` returns the frames that tell what became of people; `show` has all of it shown."""
        self._members = members
        self._show = show
        self._changes: list[_Gathered] = []
        self._latecomers: dict[Client, int] = {}  # how many of the changes each has already
        # Frames that are to be shown next: everybody's, and those of latecomers.
        self._told = _NOTHING
        self._own: dict[Client, Told] = {}
        self._shown_at = float("-inf")  # on the loop's clock
        self._timer: asyncio.TimerHandle | None = None

    def takes(self, change: Change, *, sockets: int) -> bool:
        """Return True if a change is to be gathered: joins and leaves soon after something was shown.

        One that raises the epoch is shown before the sockets are checked again.
        """
        return (
            sockets >= CROWD
            and change.evicts_from is None
            and bool(change.messages)
            and all(map(is_coming, change.messages))
            and (bool(self._changes) or asyncio.get_running_loop().time() < self._shown_at + WINDOW)
        )

    def add(
        self, *, after: int, through: int, messages: Sequence[WireMessage], before: Before
    ) -> None:
        """Take joins and leaves that are in the room's state. They are shown at the window's end."""
        self._changes.append(_Gathered(after, through, messages, before))
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._shown_at + WINDOW, self._end)

    def came(self, client: Client) -> None:
        """Note a socket that has all that was gathered so far."""
        if self._changes:
            self._latecomers[client] = len(self._changes)

    def went(self, client: Client) -> None:
        self._latecomers.pop(client, None)
        self._own.pop(client, None)

    def settle(self) -> None:
        """Make frames of what is gathered, before the room's state goes on. `take` is called next."""
        if not self._changes:
            return
        changes, self._changes = self._changes, []
        late, self._latecomers = self._latecomers, {}
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        made = {had: self._made(changes[had:]) for had in {0, *late.values()}}
        self._told = made[0]
        self._own = {client: made[had] for client, had in late.items()}

    def take(self) -> tuple[Told, dict[Client, Told]]:
        """Return the frames that are to be shown first, and those of sockets that have some already."""
        self.settle()
        self._shown_at = asyncio.get_running_loop().time()
        told, self._told = self._told, _NOTHING
        own, self._own = self._own, {}
        return told, own

    def _made(self, changes: Sequence[_Gathered]) -> Told:
        if not changes:
            return _NOTHING
        messages = [message for change in changes for message in change.messages]
        before: dict[str, WirePerson | None] = {}
        for change in changes:
            for who, was in change.before.items():
                before.setdefault(who, was)
        after, through = changes[0].after, changes[-1].through
        members = self._members(before)
        return Told(
            *(
                [*protocol.events_of(protocol.split(some, after=after, through=through)), *members]
                for some in (messages, in_short(messages))
            )
        )

    def _end(self) -> None:
        self._timer = None
        self._show()
