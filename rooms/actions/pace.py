"""Slow mode: how often one person may speak in a room, over all workers and sockets."""

import math
from datetime import datetime

from history import log
from rooms import access
from rooms.errors import RateLimited
from rooms.models import Membership


class Pace:
    """When people spoke last, for the length of one transaction that holds their streams' locks."""

    def __init__(self) -> None:
        self._last: dict[int, datetime] = {}  # by membership

    def require(self, member: Membership, *, now: datetime) -> None:
        """Let somebody speak at `now`, the database's time.

        Raises RateLimited with the seconds to wait. Those in charge of a room are not held up.
        """
        every = member.room.slow_mode
        if not every or access.is_in_charge(member):
            return
        last = self._last.get(member.pk) or log.last_post(member.room.stream_id, member.user_id)
        if last is not None and (wait := every - (now - last).total_seconds()) > 0:
            raise RateLimited(
                f"Slow mode: one message every {every} seconds.", retry_after=math.ceil(wait)
            )
        self._last[member.pk] = now
