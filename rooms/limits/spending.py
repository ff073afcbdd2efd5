"""Tokens asked for by pages: taken in this worker's memory and in the store, or not at all."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from rooms.limits.buckets import Claim, Limiter, lower_here, put_back_here, refusal, try_here
from rooms.limits.shared import store


class _Refused(NamedTuple):
    limiter: Limiter
    wait: float


def require(claims: Sequence[Claim]) -> None:
    """Take all that is claimed, here and in the store, or nothing and raise RateLimited.

    At most one round trip; without an answer from the store this worker's memory decides.
    """
    require_one([claims])


def require_one(ways: Sequence[Sequence[Claim]]) -> Sequence[Claim]:
    """Take all that is claimed in the first of these ways that has it; return that way's claims.

    A round trip for each way that is tried. Raises RateLimited with the shortest wait of them.
    """
    if not settings.CHAT_RATE_LIMITS:
        return ()
    refused = []
    for claims in ways:
        answer = _take(claims) if claims else None
        if answer is None:
            return claims
        refused.append(answer)
    nearest = min(refused, key=lambda answer: answer.wait)
    raise refusal(nearest.limiter, nearest.wait)


def _take(claims: Sequence[Claim]) -> _Refused | None:
    """Take all of it, or nothing and say what is in the way."""
    if blocked := try_here(claims):
        return _Refused(*blocked)
    if not settings.REDIS_URL:
        return None
    answer = store(settings.REDIS_URL).run(claims, mode="take")
    if answer is None:
        for limiter, key, tokens in claims:
            limiter.note(key, tokens)
        return None
    if not answer.taken:
        put_back_here(claims)
    for claim, left in zip(claims, answer.left, strict=True):
        lower_here(claim.limiter, claim.key, left)
    if answer.taken:
        return None
    waits = [
        _Refused(claim.limiter, ((claim.tokens or 1) - left) / claim.limiter.rate.per_second)
        for claim, left in zip(claims, answer.left, strict=True)
    ]
    return max(waits, key=lambda refused: refused.wait)


def give_back(claims: Sequence[Claim]) -> None:
    """Undo `require`."""
    if not settings.CHAT_RATE_LIMITS or not claims:
        return
    put_back_here(claims)
    if settings.REDIS_URL:
        returned = [claim._replace(tokens=-claim.tokens) for claim in claims]
        if store(settings.REDIS_URL).run(returned, mode="note") is None:
            for limiter, key, tokens in returned:
                limiter.note(key, tokens)
