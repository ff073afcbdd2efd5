"""Token buckets: how much of something one person, address or room may do."""

from dataclasses import dataclass
from time import monotonic

from django.conf import settings

from rooms.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and `per_second` more as time goes by."""

    burst: float
    per_second: float


# Ten messages a second for ten seconds is a program or a paste; a person is never in the way.
POST = Rate(burst=100, per_second=5)
PAGE = Rate(burst=60, per_second=5)
# One address may be a school; ten thousand rooms from it are not lessons.
ENTER = Rate(burst=120, per_second=1)
# Codes that were not those of an open room: what a person mistypes, and what a program tries.
GUESS = Rate(burst=20, per_second=1 / 6)


class Bucket:
    """Tokens of one who is limited."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._at = monotonic()

    def take(self, tokens: float = 1) -> float:
        """0 if they were there and are taken; else the seconds until they will be.

        0 tokens only ask whether there is one.
        """
        now = monotonic()
        rate = self._rate
        self._tokens = min(rate.burst, self._tokens + (now - self._at) * rate.per_second)
        self._at = now
        needed = tokens or 1
        if self._tokens < needed:
            return (needed - self._tokens) / rate.per_second
        self._tokens -= tokens
        return 0.0

    @property
    def is_full(self) -> bool:
        now = monotonic()
        return self._tokens + (now - self._at) * self._rate.per_second >= self._rate.burst


class Limiter:
    """Buckets by key. Full ones are as good as none and are forgotten."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: dict[str, Bucket] = {}
        self._sweep_at = 1024

    def require(self, key: str, tokens: float = 1) -> None:
        """Take tokens, or raise RateLimited with the seconds to wait. 0 tokens only ask."""
        if not settings.CHAT_RATE_LIMITS:
            return
        if len(self._buckets) >= self._sweep_at:
            self._buckets = {k: b for k, b in self._buckets.items() if not b.is_full}
            self._sweep_at = max(1024, 2 * len(self._buckets))
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate)
        if wait := bucket.take(tokens):
            raise RateLimited(retry_after=round(wait, 1) or 0.1)


posting = Limiter(POST)
paging = Limiter(PAGE)
entering = Limiter(ENTER)
guessing = Limiter(GUESS)
