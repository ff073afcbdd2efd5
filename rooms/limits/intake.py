"""How many frames a socket may send, whatever is in them.

Decided in this worker's memory, on its event loop only. A frame is never refused here: it is charged, and
a socket that owes something is not read until that is paid off (chatsite/server/pacing.py). Sockets that share
a bucket so take turns at it.
"""

from django.conf import settings

from rooms.limits.buckets import Bucket, Limiter, Rate
from rooms.limits.count import refused

# A person's page sends a frame or two a second, and some hundred when it comes back with a full outbox.
FRAMES = Rate(burst=300, per_second=50)
# All sockets of one person, and of one address, on this worker. A thousand frames that are refused
# cost a tenth of a core.
frames_of = Limiter(Rate(burst=1000, per_second=200))
frames_from = Limiter(Rate(burst=5000, per_second=1000))

_slowed = refused.labels("frames")


class Intake:
    """The limits that the frames of one socket are charged to. `person` is "" until the member is known."""

    __slots__ = ("_address", "_own", "person")

    def __init__(self, *, address: str) -> None:
        self._own = Bucket(FRAMES)
        self._address = address
        self.person = ""

    def __call__(self) -> float:
        """Charge a frame. Return the seconds for which the socket is not to be read after it."""
        if not settings.CHAT_RATE_LIMITS:
            return 0.0
        wait = max(self._own.charge(), frames_from.bucket(self._address).charge())
        if self.person:
            wait = max(wait, frames_of.bucket(self.person).charge())
        if wait:
            _slowed.inc()
        return wait
