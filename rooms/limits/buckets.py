"""Token buckets in this process's memory: they decide at once and ask nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import NamedTuple

from django.conf import settings

from rooms.errors import RateLimited
from rooms.limits.count import refused

# Keys whose spending waits to be settled with the shared store: beyond it is forgotten.
UNSETTLED = 20_000
_SWEEP = 1024

# Pages run on many threads, sockets on another.
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and `per_second` more as time goes by."""

    burst: float
    per_second: float


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
        now, rate = monotonic(), self._rate
        there = self._tokens + (now - self._at) * rate.per_second
        self._tokens = there if there < rate.burst else rate.burst
        self._at = now
        needed = tokens or 1
        if self._tokens < needed:
            return (needed - self._tokens) / rate.per_second
        self._tokens -= tokens
        return 0.0

    def charge(self, tokens: float = 1) -> float:
        """Take tokens that may not be there yet; the seconds until all that is owed will be."""
        self._refill()
        self._tokens -= tokens
        return max(0.0, -self._tokens / self._rate.per_second)

    def give(self, tokens: float) -> None:
        """Put back what was taken."""
        self._refill()
        self._tokens = min(self._rate.burst, self._tokens + tokens)

    def lower(self, tokens: float) -> None:
        """Have no more than so many: the rest was spent elsewhere."""
        self._refill()
        self._tokens = min(self._tokens, tokens)

    @property
    def is_full(self) -> bool:
        self._refill()
        return self._tokens >= self._rate.burst

    def _refill(self) -> None:
        now = monotonic()
        rate = self._rate
        self._tokens = min(rate.burst, self._tokens + (now - self._at) * rate.per_second)
        self._at = now


class Limiter:
    """Buckets by key. Full ones are as good as none and are forgotten.

    With a `name` it is one of those that workers share, and the name is its own in the store.
    """

    def __init__(self, rate: Rate, name: str = "") -> None:
        self.rate = rate
        self.name = name
        # What was taken here, by key, since the store was told last.
        self.unsettled: dict[str, float] = {}
        self._buckets: dict[str, Bucket] = {}
        self._sweep_at = _SWEEP

    def require(self, key: str, tokens: float = 1) -> None:
        """Take tokens, or raise RateLimited with the seconds to wait. 0 tokens only ask.

        Decided here and at once. Other workers hear of it within a second.
        """
        take_here([Claim(self, key, tokens)], settle=True)

    def bucket(self, key: str) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._sweep_at:
                self._buckets = {k: b for k, b in self._buckets.items() if not b.is_full}
                self._sweep_at = max(_SWEEP, 2 * len(self._buckets))
            bucket = self._buckets[key] = Bucket(self.rate)
        return bucket

    def forget(self) -> None:
        """Make all buckets full again, here."""
        self._buckets.clear()

    def note(self, key: str, tokens: float) -> None:
        """Remember to settle what was taken, or given back if it is negative."""
        unsettled = self.unsettled
        if key in unsettled:
            unsettled[key] += tokens
        elif self.name and len(unsettled) < UNSETTLED:
            unsettled[key] = tokens


class Claim(NamedTuple):
    """Tokens somebody wants of a limiter. 0 only ask whether there is one."""

    limiter: Limiter
    key: str
    tokens: float = 1


def take_here(claims: Sequence[Claim], *, settle: bool) -> None:
    """Take all that is claimed, or nothing and raise RateLimited.

    `settle`: the shared store is to be told.
    """
    if not settings.CHAT_RATE_LIMITS:
        return
    if blocked := try_here(claims):
        raise refusal(*blocked)
    if settle and settings.REDIS_URL:
        with _lock:
            for limiter, key, tokens in claims:
                limiter.note(key, tokens)


def try_here(claims: Sequence[Claim]) -> tuple[Limiter, float] | None:
    """Take all that is claimed in this process, or nothing; what is in the way then, and for how long."""
    with _lock:
        for number, (limiter, key, tokens) in enumerate(claims):
            if wait := limiter.bucket(key).take(tokens):
                _put_back(claims[:number])
                return limiter, wait
    return None


def charge_here(claims: Sequence[Claim]) -> None:
    """Take all that is claimed in this process, also what is not there: it is owed."""
    if settings.CHAT_RATE_LIMITS:
        with _lock:
            for limiter, key, tokens in claims:
                limiter.bucket(key).charge(tokens)


def put_back_here(claims: Sequence[Claim]) -> None:
    """Undo `take_here`, as far as this process goes."""
    with _lock:
        _put_back(claims)


def _put_back(claims: Sequence[Claim]) -> None:
    for limiter, key, tokens in claims:
        limiter.bucket(key).give(tokens)


def lower_here(limiter: Limiter, key: str, left: float) -> None:
    """Take over what the shared store has left, less what it has not been told yet."""
    with _lock:
        limiter.bucket(key).lower(left - limiter.unsettled.get(key, 0))


def pop_unsettled(limiter: Limiter) -> dict[str, float]:
    with _lock:
        unsettled, limiter.unsettled = limiter.unsettled, {}
        return unsettled


def refusal(limiter: Limiter, wait: float) -> RateLimited:
    refused.labels(limiter.name or "other").inc()
    return RateLimited(retry_after=round(wait, 1) or 0.1)
