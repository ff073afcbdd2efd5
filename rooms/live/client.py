"""One open socket, as the hub and the writer know it."""

import asyncio
import math
from datetime import datetime
from typing import Any, NotRequired, cast

from history import wire
from history.wire import WireAuthor, timestamp
from rooms.errors import Ended, muted
from rooms.live.sockets import Sender
from rooms.models import Membership


class You(WireAuthor):
    """A socket's knowledge of its own user."""

    role: str
    muted_until: str | None
    muted_for: str
    hidden: NotRequired[list[str]]  # only if there are any


class WireYou(You):
    """The same, as the client is told it at this moment."""

    muted_left: int  # seconds; 0 for members who may write


class Client:
    """A socket of a member in a room. `epoch` is the room's when the member was checked last."""

    __slots__ = (
        "author", "elsewhere", "epoch", "has_ended", "hidden_through", "is_connected", "leaving", "muted_till", "preparing",
        "read_through", "role", "sender", "session_key", "socket_id", "takes_crowds", "typed_at",
        "user_id", "you",
    )  # fmt: skip

    def __init__(self, *, socket_id: str, sender: Sender) -> None:
        self.socket_id = socket_id
        self.sender = sender
        self.session_key = ""
        self.user_id = 0
        self.author: WireAuthor = {"id": "", "name": ""}
        self.role = ""
        self.you: You | None = None
        self.epoch = 0
        self.hidden_through = 0  # messages up to here are hidden from this member
        # It has a socket, which is somebody's presence. One of the API listens and is nobody's.
        self.is_connected = True
        self.has_ended = False  # the room: nobody may write
        self.muted_till = 0.0  # on the loop's clock; 0 for members who may write
        self.read_through = 0  # as of the last check
        self.takes_crowds = False  # in short: asked for when it connected
        self.preparing = 0  # commands that wait for a text to be prepared
        self.leaving = 0  # leaves that were not answered yet
        self.elsewhere = b""  # the frame about the person's other rooms, as it was sent last
        self.typed_at = float("-inf")  # the loop's clock

    def stand(self, member: Membership, *, epoch: int, now: datetime) -> bool:
        """Update identity and permissions as of `epoch`. Return True if anything the client shows has
        changed.

        `now` is the database's: this worker's clock has no say in how long a mute still lasts.
        """
        self.user_id = member.user_id
        self.author = wire.author(member.user)
        self.role = member.role
        self.hidden_through = member.hidden_through
        self.read_through = max(self.read_through, member.read_through)
        self.epoch = max(self.epoch, epoch)
        self.has_ended = member.room.ended_at is not None
        until, _ = member.mute
        left = (until - now).total_seconds() if until else 0.0
        self.muted_till = asyncio.get_running_loop().time() + left if left > 0 else 0.0
        before, self.you = self.you, you(member, now=now)
        return self.you != before

    def told(self) -> WireYou:
        """Return what the client is told of its own user, who must have been let in."""
        assert self.you is not None
        told = dict(self.you) | {"muted_left": math.ceil(self._muted_left())}
        return cast("WireYou", told)

    def require_voice(self) -> None:
        """Raises Ended or Muted."""
        if self.has_ended:
            raise Ended
        if (left := self._muted_left()) and self.you is not None:
            raise muted(self.you["muted_for"], seconds=left)

    def _muted_left(self) -> float:
        """Return the seconds for which this member may not write yet."""
        if not self.muted_till:
            return 0.0
        return max(self.muted_till - asyncio.get_running_loop().time(), 0.0)


def you(member: Membership, *, now: datetime) -> You:
    until, reason = member.mute
    muted_until = timestamp(until) if until is not None and until > now else None
    found: dict[str, Any] = {
        **wire.author(member.user),
        "role": member.role,
        "muted_until": muted_until,
        "muted_for": reason if muted_until else "",
    }
    if member.hides:
        found["hidden"] = list(member.hides)
    return cast("You", found)
