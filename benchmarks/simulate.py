"""Find the part that gives out first, and at how many people: rooms dealt out to workers, with unit costs.

    python -m benchmarks.simulate                    # 10 thousand, 1 million, 100 million people
    python -m benchmarks.simulate --people 250000 --affinity

Rooms are drawn one by one (sizes are heavy-tailed, as those of chats are), their members dealt to
workers at random or, with --affinity, a room to one worker; what a room then costs each worker,
Redis and PostgreSQL is counted, not estimated. Up to a sample of rooms is drawn and scaled up.
Some unit costs are rounded from measurements and some are estimates: docs/SCALING.md says which. All
can be given.
"""

import argparse
import random
from dataclasses import dataclass, field

SAMPLE = 40_000


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds of CPU, and KiB."""

    post: float = 100.0  # receive, commit, encode, ack: without the deliveries
    delivery: float = 6.0  # one frame to one socket, little batching
    doorbell: float = 30.0  # a change heard from another worker
    redis_publish: float = 3.0
    redis_copy: float = 1.5  # for each worker that hears it
    insert: float = 60.0  # PostgreSQL, a message in a batch, its indexes and its log
    socket_kib: float = 30.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How people chat. `active` is the share of those connected who are in a conversation."""

    mean_size: float = 6.0
    active: float = 0.05
    posts_each: float = 1 / 30  # a second, while active


@dataclass(slots=True)
class Load:
    """Seconds of CPU used each second, that is cores."""

    workers: list[float]
    redis: float = 0.0
    postgres: float = 0.0
    posts: float = 0.0
    deliveries: float = 0.0
    hearers: list[int] = field(default_factory=list)


def size(dice: random.Random, mean: float) -> int:
    """Members of a room: log-normal, so that most are small and a few are crowds."""
    return max(2, round(dice.lognormvariate(0.0, 1.0) * mean / 1.6487))  # e^(1/2), its mean


def simulate(
    *, people: int, workers: int, affinity: bool, costs: Costs, habits: Habits, seed: int = 1
) -> Load:
    """Load by `people` connected people over `workers` workers."""
    dice = random.Random(seed)
    load = Load(workers=[0.0] * workers)
    seated, rooms = 0, 0
    while seated < people and rooms < SAMPLE:
        members = min(size(dice, habits.mean_size), people - seated) or 1
        seated, rooms = seated + members, rooms + 1
        posts = members * habits.active * habits.posts_each
        if affinity:
            here = {dice.randrange(workers): members}
        else:
            here = {}
            for _ in range(members):
                worker = dice.randrange(workers)
                here[worker] = here.get(worker, 0) + 1
        load.posts += posts
        load.deliveries += posts * members
        load.postgres += posts * costs.insert / 1e6
        load.redis += posts * (costs.redis_publish + len(here) * costs.redis_copy) / 1e6
        load.hearers.append(len(here))
        for worker, sockets in here.items():
            own = posts * sockets / members
            load.workers[worker] += (
                own * costs.post + posts * sockets * costs.delivery + (posts - own) * costs.doorbell
            ) / 1e6
    factor = people / seated
    load.workers = [used * factor for used in load.workers]
    load.redis, load.postgres = load.redis * factor, load.postgres * factor
    load.posts, load.deliveries = load.posts * factor, load.deliveries * factor
    return load


def workers_needed(*, people: int, affinity: bool, costs: Costs, habits: Habits) -> int:
    """So many that one is half busy on average and holds at most 20,000 sockets.

    The average, since a sample of rooms spread over thousands of workers says little of any one.
    """
    count = max(1, -(-people // 20_000))
    while True:
        load = simulate(people=people, workers=count, affinity=affinity, costs=costs, habits=habits)
        used = sum(load.workers) / count
        if used <= 0.5:
            return count
        count = max(count + 1, round(count * used / 0.5))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="*", default=[10_000, 1_000_000, 100_000_000])
    parser.add_argument("--affinity", action="store_true", help="all of a room on one worker")
    parser.add_argument("--active", type=float, default=Habits().active)
    for name in Costs.__slots__:
        flag = "--" + name.replace("_", "-")
        parser.add_argument(flag, type=float, default=getattr(Costs(), name))
    args = parser.parse_args()
    costs = Costs(**{name: getattr(args, name) for name in Costs.__slots__})
    habits = Habits(active=args.active)
    print("| people | workers | posts/s | deliveries/s | workers a room | a worker, cores "
          "| Redis, cores | PostgreSQL, cores | sockets' memory |")  # fmt: skip
    print("|---:" * 9 + "|")
    for people in args.people:
        count = workers_needed(people=people, affinity=args.affinity, costs=costs, habits=habits)
        load = simulate(
            people=people, workers=count, affinity=args.affinity, costs=costs, habits=habits
        )
        spread = sum(load.hearers) / len(load.hearers)
        memory = people * costs.socket_kib / 1024 / 1024
        print(
            f"| {people:,} | {count:,} | {load.posts:,.0f} | {load.deliveries:,.0f} | {spread:.1f} "
            f"| {sum(load.workers) / count:.2f} | {load.redis:.2f} | {load.postgres:.2f} | {memory:,.1f} GiB |"
        )


if __name__ == "__main__":
    main()
