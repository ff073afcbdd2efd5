"""The cost of rendering a text, and the dearest text that a search finds.

python -m benchmarks.markup            the storms of tests/support/hostile.py, and a minute's search
python -m benchmarks.markup 600        ten minutes'

Times are of the CPU, the best of some, in milliseconds unless said otherwise.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from history.markup import needs_rendering, render
from tests.support.hostile import LONGEST, STORMS, UNITS, storm

ORDINARY = (
    "hello, how are you doing today, all well?",
    "see https://example.org/a_b_c for :) it's fine",
    "**hi** there, read `README.md`",
    "- milk\n- eggs\n- and *bread*",
)
_KEPT = 20


@dataclass(frozen=True)
class Mixture:
    """Units repeated over a part of a message, and others over the rest of it."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    part: float

    def body(self) -> str:
        head = storm(*self.first, length=int(LONGEST * self.part))
        return head + storm(*self.last, length=LONGEST - len(head))


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    for body in ORDINARY:
        asked = cpu(partial(_ask, body))
        print(f"{asked:8.2f} µs to ask, {cpu(partial(render, body)):.3f} to render {body!r}")
    print("\nStorms:")
    for cost, body in sorted((cpu(partial(render, body)), body) for body in STORMS)[-8:]:
        print(f"{cost:8.2f}  {body[:50]!r} …")
    print("\nFound:")
    for cost, mixture in search(seconds)[:8]:
        print(f"{cost:8.2f}  {mixture}")


def search(seconds: float) -> list[tuple[float, Mixture]]:
    """The dearest mixtures, dearest first: each better one is changed a little and tried again."""
    best: list[tuple[float, Mixture]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        is_new = len(best) < _KEPT or random.random() < 0.3
        mixture = _anything() if is_new else _changed(random.choice(best)[1])
        best.append((cpu(partial(render, mixture.body()), times=3), mixture))
        best = sorted(best, key=lambda found: -found[0])[:_KEPT]
    again = [(cpu(partial(render, mixture.body())), mixture) for _, mixture in best]
    return sorted(again, key=lambda found: -found[0])


def _anything() -> Mixture:
    first, last = random.choice((1, 2, 3, 6, 10)), random.choice((1, 1, 2, 3))
    return Mixture(_units(first), _units(last), random.choice((0.1, 0.2, 0.3, 0.5, 1)))


def _changed(mixture: Mixture) -> Mixture:
    place = random.randrange(len(mixture.first))
    before, after = mixture.first[:place], mixture.first[place + 1 :]
    return random.choice(
        (
            replace(mixture, first=(*before, *_units(1), *after)),
            replace(mixture, first=(*before, *_units(2), *after)),
            replace(mixture, first=(*before, *after) or _units(1)),
            replace(mixture, last=_units(len(mixture.last))),
            replace(mixture, part=min(1.0, max(0.02, mixture.part * random.choice((0.7, 1.4))))),
        )
    )


def _units(number: int) -> tuple[str, ...]:
    return tuple(random.choice(UNITS) for _ in range(number))


def _ask(body: str) -> None:
    for _ in range(1000):
        needs_rendering(body)


def cpu(work: Callable[[], object], *, times: int = 12) -> float:
    """The best of some times, in milliseconds of this thread's CPU."""
    best = float("inf")
    for _ in range(times):
        began = time.thread_time()
        work()
        best = min(best, time.thread_time() - began)
    return best * 1000


if __name__ == "__main__":
    main()
