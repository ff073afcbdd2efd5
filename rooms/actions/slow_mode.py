"""Slow mode: how often one person may speak in a room, over all workers and sockets.

To edit is to speak: else one message would be as good as any number.
"""

import math
from datetime import datetime

from history.log import read
from rooms import access
from rooms.models import Membership
from rooms.refusals.messages import SlowMode


class SlowModeClock:
    """When people spoke last, for the length of one transaction that holds their streams' locks."""

    def __init__(self) -> None:
        self._last: dict[int, datetime] = {}  # by membership

    def require(self, member: Membership, *, now: datetime) -> None:
        """Let somebody speak, or edit what they said, at `now`, the database's time.

        Raises RateLimited with the seconds to wait. Those in charge of a room are not held up.
        """
        every = member.room.slow_mode
        if not every or access.is_in_charge(member):
            return
        last = self._last.get(member.pk) or self._last_word(member)
        if last is not None and (wait := every - (now - last).total_seconds()) > 0:
            raise SlowMode(every=every, retry_after=math.ceil(wait))
        self._last[member.pk] = now

    def require_edit(self, member: Membership, *, now: datetime) -> None:
        """Let somebody edit at `now`, and remember it for the time after this transaction.

        Raises what `require` does.
        """
        self.require(member, now=now)
        if self._last.get(member.pk) == now:
            Membership.objects.filter(pk=member.pk).update(last_edit_at=now)

    def _last_word(self, member: Membership) -> datetime | None:
        posted = read.last_post(member.room.stream_id, member.user_id)
        return max((at for at in (posted, member.last_edit_at) if at is not None), default=None)
