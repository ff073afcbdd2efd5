"""Token buckets in this process's memory: they decide at once and ask nobody."""

from collections.abc import Iterable
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
        self._refill()
        needed = tokens or 1
        if self._tokens < needed:
            return (needed - self._tokens) / self._rate.per_second
        self._tokens -= tokens
        return 0.0

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
        if self.name and settings.REDIS_URL:
            if key in self.unsettled:
                self.unsettled[key] += tokens
            elif len(self.unsettled) < UNSETTLED:
                self.unsettled[key] = tokens


class Claim(NamedTuple):
    """Tokens somebody wants of a limiter. 0 only ask whether there is one."""

    limiter: Limiter
    key: str
    tokens: float = 1


def take_here(claims: Iterable[Claim], *, settle: bool) -> None:
    """Take all that is claimed, or nothing and raise RateLimited.

    `settle`: the shared store is to be told.
    """
    if not settings.CHAT_RATE_LIMITS:
        return
    with _lock:
        taken: list[Claim] = []
        for claim in claims:
            if wait := claim.limiter.bucket(claim.key).take(claim.tokens):
                _put_back(taken)
                raise refusal(claim.limiter, wait)
            taken.append(claim)
        if settle:
            for limiter, key, tokens in taken:
                limiter.note(key, tokens)


def put_back_here(claims: Iterable[Claim], *, settle: bool) -> None:
    """Undo `take_here`."""
    with _lock:
        claims = list(claims)
        _put_back(claims)
        if settle:
            for limiter, key, tokens in claims:
                limiter.note(key, -tokens)


def _put_back(claims: Iterable[Claim]) -> None:
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
