"""The buckets all workers share, in Redis.

Pages ask it, and wait for a tenth of a second at the most; then this worker's own buckets decide,
which are there in any case: a Redis that is away opens nothing. Sockets never wait for it: what
they spend is settled behind their back.
"""

import logging
from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import Any, NamedTuple

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from rooms.limits.buckets import Claim, Limiter, lower_here, pop_unsettled

logger = logging.getLogger(__name__)

TIMEOUT = 0.1  # seconds a page waits
PAUSE = 1.0  # seconds for which a Redis that did not answer is not asked again
SETTLE_TIMEOUT = 2.0
_PREFIX = "chat:limit:"
# The mark of the database that this process serves: a copy of it that uses the same Redis has
# buckets of its own. "" until a worker knows.
_site = ""
_CHUNK = 500  # buckets in one run of the script, which keeps everybody else waiting
_AWAY = (RedisError, OSError, TimeoutError)

# A bucket is kept as the moment it will be full, on Redis's clock: an absent one is full. Either
# all tokens are taken or none; in the mode "note" they are taken though they are not there, since
# they have been spent already, but no deeper than a burst. Answers whether they were taken, and what
# is left in each, in thousandths.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local left, taken = {}, 1
for i, key in ipairs(KEYS) do
  local burst, per_second, tokens = ARGV[3 * i - 1], ARGV[3 * i], tonumber(ARGV[3 * i + 1])
  local full_at = tonumber(redis.call('GET', key) or 0)
  left[i] = burst - math.max(0, full_at - now) * per_second
  if left[i] < (tokens == 0 and 1 or tokens) then taken = 0 end
end
local answer = {taken}
for i, key in ipairs(KEYS) do
  local burst, per_second, tokens = ARGV[3 * i - 1], ARGV[3 * i], tonumber(ARGV[3 * i + 1])
  if tokens ~= 0 and (taken == 1 or ARGV[1] == 'note') then
    left[i] = math.min(burst, math.max(left[i] - tokens, -burst))
    local wait = (burst - left[i]) / per_second
    if wait > 0 then
      redis.call('SET', key, string.format('%.6f', now + wait), 'PX', math.ceil(wait * 1000))
    else
      redis.call('DEL', key)
    end
  end
  answer[i + 1] = math.floor(left[i] * 1000)
end
return answer
"""


def use_site(mark: str) -> None:
    """Share buckets with the workers of this site only."""
    global _site
    _site = mark


class Answer(NamedTuple):
    """Whether the tokens were taken, and how many each of the buckets has left."""

    taken: bool
    left: list[float]


class Store:
    """Redis, asked by pages: from any thread."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
        self._away_until = 0.0
        self._away = False

    def run(self, claims: Sequence[Claim], *, mode: str) -> Answer | None:
        """One round trip. None if there is no answer, or was none just now."""
        if monotonic() < self._away_until:
            return None
        try:
            answer = self._redis.eval(*_arguments(claims, mode))
        except _AWAY as error:
            self._away_until = monotonic() + PAUSE
            if not self._away:
                logger.warning("limits are this worker's own, Redis does not answer: %s", error)
            self._away = True
            return None
        if self._away:
            logger.info("limits are shared again")
            self._away = False
        return _read(answer)


@cache
def store(url: str) -> Store:
    """One for the process. Of several Redis servers the first has the buckets."""
    return Store(url.split(",")[0])


class Settler:
    """Tells Redis what sockets have spent here, and hears what was spent elsewhere."""

    def __init__(self, limiters: Sequence[Limiter]) -> None:
        self._limiters = limiters
        self._redis: Any = None

    async def settle(self) -> None:
        """One pipelined call. Raises what Redis raises; then it is told the next time."""
        claims = [
            Claim(limiter, key, tokens)
            for limiter in self._limiters
            for key, tokens in pop_unsettled(limiter).items()
            if tokens
        ]
        if not claims:
            return
        chunks = [claims[start : start + _CHUNK] for start in range(0, len(claims), _CHUNK)]
        pipeline = self._client().pipeline(transaction=False)
        for chunk in chunks:
            pipeline.eval(*_arguments(chunk, "note"))
        try:
            answers = await pipeline.execute()
        except BaseException:
            for limiter, key, tokens in claims:
                limiter.note(key, tokens)
            raise
        for chunk, answer in zip(chunks, answers, strict=True):
            for claim, left in zip(chunk, _read(answer).left, strict=True):
                lower_here(claim.limiter, claim.key, left)

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    def _client(self) -> Any:
        if self._redis is None:
            self._redis = redis.asyncio.Redis.from_url(
                settings.REDIS_URL.split(",")[0],
                socket_timeout=SETTLE_TIMEOUT,
                socket_connect_timeout=SETTLE_TIMEOUT,
                retry=AsyncRetry(NoBackoff(), 0),
            )
        return self._redis


def _arguments(claims: Sequence[Claim], mode: str) -> list[Any]:
    keys = [f"{_PREFIX}{_site}:{claim.limiter.name}:{claim.key}" for claim in claims]
    numbers: list[float] = []
    for claim in claims:
        rate = claim.limiter.rate
        numbers += (rate.burst, rate.per_second, claim.tokens)
    return [SCRIPT, len(keys), *keys, mode, *map(repr, numbers)]


def _read(answer: list[int]) -> Answer:
    return Answer(bool(answer[0]), [left / 1000 for left in answer[1:]])
