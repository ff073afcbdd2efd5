"""Somebody who tries codes as fast as the limits allow, from many addresses: in virtual time.

    .venv/bin/python -m tests.security.guesser     prints the table of SECURITY.md

The limits are the site's own; only their clock is ours. Nobody is at home: each try is a stranger's.
"""

import heapq
import random
from dataclasses import dataclass
from unittest import mock

import django

HOURS = 12
OPEN_ROOMS = 1000
ADDRESSES = (1, 10, 1000)
SPACE = 27**4


@dataclass(frozen=True)
class Outcome:
    addresses: int
    guesses: int
    hits: int

    @property
    def per_hour(self) -> float:
        return self.hits / HOURS


def computed_guesses(addresses: int) -> float:
    """How many wrong codes the limits let through in HOURS, by arithmetic."""
    from rooms import limits

    seconds = HOURS * 3600

    def most(rate: limits.Rate) -> float:
        return rate.burst + rate.per_second * seconds

    alone = addresses * most(limits.table.guessing.rate)
    first = min(
        addresses * most(limits.table.first_tries.rate), most(limits.table.guessing_first.rate)
    )
    return min(alone, most(limits.table.guessing_at_all.rate) + first)


def computed_hits_per_hour(addresses: int) -> float:
    return computed_guesses(addresses) * OPEN_ROOMS / SPACE / HOURS


def play(addresses: int, *, seed: int) -> Outcome:
    """Guess for HOURS, each address as soon as it may, against rooms that stay open."""
    from rooms import codes, limits
    from rooms.errors import RateLimited, RoomNotFound
    from rooms.limits import buckets

    numbers = random.Random(seed)
    everything = codes.ALPHABET

    def code() -> str:
        return "".join(numbers.choices(everything, k=4))

    rooms = {code() for _ in range(OPEN_ROOMS)}
    while len(rooms) < OPEN_ROOMS:
        rooms.add(code())
    now = 0.0
    guesses = hits = 0
    for limiter in limits.table.SHARED:
        limiter.forget()
    turns = [(0.0, number) for number in range(addresses)]  # a heap: who may try next
    firsts = list(turns)  # another: whose next try is a first one
    with mock.patch.object(buckets, "monotonic", lambda: now):  # noqa: PT008 - it moves
        while (now := max(now, turns[0][0])) < HOURS * 3600:
            used_up = limits.table.guessing_at_all.bucket("strangers").take(0) > 0
            left = limits.table.guessing_first.bucket("strangers").take(0) == 0
            is_first = used_up and left and firsts[0][0] <= now
            number = firsts[0][1] if is_first else turns[0][1]
            tried = code()
            try:
                with limits.join(
                    person="", address=f"198.51.{number >> 8}.{number & 255}", code=tried,
                    at_home=False,
                ):  # fmt: skip
                    guesses += 1
                    if tried not in rooms:
                        raise RoomNotFound
                    hits += 1
            except RateLimited as refusal:
                wait = refusal.retry_after or 0
                if is_first:
                    heapq.heapreplace(firsts, (now + max(wait, 60), number))
                elif not limits.table.guessing_at_all.bucket("strangers").take(0):
                    heapq.heapreplace(turns, (now + wait, number))
                else:
                    # The whole site is at its ceiling: whoever is next has to wait for that.
                    now += wait
            except RoomNotFound:
                if is_first:
                    heapq.heapreplace(firsts, (now + 3600, number))
    for limiter in limits.table.SHARED:
        limiter.forget()
    return Outcome(addresses, guesses, hits)


def row(outcome: Outcome) -> str:
    computed = computed_hits_per_hour(outcome.addresses)
    return (
        f"| {outcome.addresses:,} | {outcome.guesses / HOURS:,.0f} "
        f"| {computed:.2f} | {outcome.per_hour:.2f} |"
    )


def main() -> None:
    print("| addresses | guesses an hour | rooms found an hour, computed | measured |")
    print("|---:|---:|---:|---:|")
    for addresses in ADDRESSES:
        print(row(play(addresses, seed=1)))


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
