"""How people are spread over rooms, how rooms are spread over workers, and when people write."""

import bisect
import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean

from benchmarks.simulation.clock import Clock
from benchmarks.simulation.rooms import Room

# Rooms that are drawn at most. Of more, the sample has all the posts.
SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Habits:
    """How people chat. `active` is the share of those connected who are in a conversation."""

    mean_size: float = 6.0
    active: float = 0.05
    posts_each: float = 1 / 30  # a second, while active


def size(dice: random.Random, mean_size: float) -> int:
    """Return the members of a room: log-normal, so that most are small and a few are crowds."""
    return max(2, round(dice.lognormvariate(0.0, 1.0) * mean_size / math.exp(0.5)))


def dealt(members: int, workers: int, dice: random.Random) -> dict[int, int]:
    """Return how many of a room's sockets are on each worker, by a balancer that knows no rooms."""
    here: dict[int, int] = {}
    for _ in range(members):
        worker = dice.randrange(workers)
        here[worker] = here.get(worker, 0) + 1
    return here


class Population:
    """Rooms of so many people, drawn once and seated when somebody first speaks there."""

    def __init__(self, people: int, habits: Habits, dice: random.Random) -> None:
        self.people, self.habits, self._dice = people, habits, dice
        self.sizes: list[int] = []
        seated = 0
        while seated < people and len(self.sizes) < SAMPLE:
            members = min(size(dice, habits.mean_size), people - seated) or 1
            self.sizes.append(members)
            seated += members
        self._ends = list(itertools.accumulate(self.sizes))
        self.rate = people * habits.active * habits.posts_each
        self.rooms: dict[int, Room] = {}

    def served(self, workers: int, *, by_room: bool) -> float:
        """Return how many rooms a worker serves, on average."""
        rooms = self.people / mean(self.sizes)
        if by_room:
            return rooms / workers
        some = self.sizes[:2000]
        return rooms * mean(1 - (1 - 1 / workers) ** members for members in some)

    def speaking(self, seat: Callable[[Room], None]) -> Room:
        """Return the room in which the next message is said: larger ones have more of them."""
        position = self._dice.randrange(self._ends[-1])
        number = bisect.bisect_right(self._ends, position)
        room = self.rooms.get(number)
        if room is None:
            room = self.rooms[number] = Room(number, self.sizes[number])
            seat(room)
        return room


def poisson(
    clock: Clock, dice: random.Random, *, rate: float, until: float, say: Callable[[], None]
) -> None:
    """Have something said `rate` times a second at independent times, from now until a time."""

    def next_one() -> None:
        if clock.now < until:
            say()
            clock.after(dice.expovariate(rate), next_one)

    clock.after(dice.expovariate(rate), next_one)
