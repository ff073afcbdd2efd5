"""What is asked of the simulation: each scenario runs a site and returns lines of a Markdown table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.simulation import generator
from benchmarks.simulation.clock import Core
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.people import Habits, Population, poisson
from benchmarks.simulation.rooms import Room
from benchmarks.simulation.site import Plan, Site

# Sockets on a worker: the others can take in those of one that dies.
SOCKETS = 20_000
# Messages in a run, and its length in seconds.
POSTS, SHORTEST, LONGEST = 6_000, 0.25, 20.0
WARM = 0.25
# The bound on post → seen, in seconds.
BOUND = 1.0


@dataclass(frozen=True, slots=True)
class Steady:
    """A site on which people talk, and what that took."""

    site: Site
    people: int
    rate: float
    seconds: float

    @property
    def p50(self) -> float:
        return self.site.ledger.percentile(0.5, since=WARM)

    @property
    def p99(self) -> float:
        return self.site.ledger.percentile(0.99, since=WARM)

    @property
    def busiest(self) -> Core:
        """Return the part that has most to do for what it can do."""
        return max(self.site.cores, key=lambda core: core.offered)

    @property
    def holds(self) -> bool:
        return self.p99 < BOUND and self.busiest.offered < 1


def workers_for(people: int) -> int:
    return max(1, -(-people // SOCKETS))


def steady(
    people: int,
    plan: Plan,
    costs: Costs,
    habits: Habits,
    *,
    seed: int,
    seconds: float | None = None,
) -> Steady:
    """Have so many people talk as is their habit."""
    site = Site(plan, costs, seed=seed)
    population = Population(people, habits, site.dice)
    served = population.served(plan.workers, by_room=plan.by_room)
    for worker in site.workers:
        worker.served = served
    seconds = seconds or min(LONGEST, max(SHORTEST, POSTS / population.rate))
    end = WARM + seconds
    poisson(
        site.clock,
        site.dice,
        rate=population.rate,
        until=end,
        say=lambda: _say(site, population),
    )
    site.clock.run(WARM)
    for core in site.cores:
        core.start_reading()
    site.clock.run(end)
    return Steady(site, people, population.rate, seconds)


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(titles)
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---:|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f}"


def talk(
    counts: Iterable[int], plan: Plan, costs: Costs, habits: Habits, *, seed: int
) -> Iterator[str]:
    """So many people, and as many workers as their sockets need."""

    def rows() -> Iterator[list[str]]:
        for people in counts:
            workers = plan.workers if plan.workers > 1 else workers_for(people)
            yield _steady_row(
                steady(people, replace(plan, workers=workers), costs, habits, seed=seed)
            )

    yield from table(_STEADY, rows())


_STEADY = (
    "people", "workers", "posts/s", "deliveries/s", "workers a room", "post → seen p50 ms", "p99 ms",
    "busiest worker", "PostgreSQL, cores", "connections at once", "busiest Redis", "sockets' memory", "first to give out",
)  # fmt: skip


def _steady_row(run: Steady) -> list[str]:
    site = run.site
    loops = [worker.loop for worker in site.workers]
    busiest = run.busiest
    gives = f"{busiest.name}, {busiest.offered:.0%}" + ("" if run.holds else ": too much")
    return [
        f"{run.people:,}",
        f"{len(loops):,}",
        f"{run.rate:,.0f}",
        f"{site.ledger.deliveries / site.clock.now:,.0f}",
        f"{site.redis.copies / max(1, site.redis.published):.1f}",
        ms(run.p50),
        ms(run.p99),
        f"{max(loop.utilisation for loop in loops):.0%}",
        f"{site.postgres.core.cores_used:.2f}",
        f"{site.postgres.most_used}",
        f"{max(shard.utilisation for shard in site.redis.shards):.0%}",
        f"{run.people * site.costs.socket_kib / 1024**2:,.1f} GiB",
        gives,
    ]


def growth(plan: Plan, costs: Costs, habits: Habits, *, seed: int) -> Iterator[str]:
    """Twice as many people, and workers, again and again until a part gives out."""

    def rows() -> Iterator[list[str]]:
        people = 100_000
        while True:
            here = replace(plan, workers=workers_for(people))
            run = steady(people, here, costs, habits, seed=seed)
            yield _steady_row(run)
            if not run.holds:
                return
            people *= 2

    yield from table(_STEADY, rows())


def shards(
    people: int, most: int, plan: Plan, costs: Costs, habits: Habits, *, seed: int
) -> Iterator[str]:
    """More and more Redis servers, for a site whose databases are as many as it needs."""

    def rows() -> Iterator[list[str]]:
        for count in range(1, most + 1):
            here = replace(
                plan, workers=workers_for(people), shards=count, postgres_cores=1000,
                connections=100_000,
            )  # fmt: skip
            run = steady(people, here, costs, habits, seed=seed)
            redis = run.site.redis.shards
            yield [
                f"{people:,}",
                str(count),
                f"{max(shard.offered for shard in redis):.0%}",
                f"{min(shard.offered for shard in redis):.0%}",
                ms(run.p50),
                ms(run.p99),
            ]

    titles = ("people", "Redis servers", "busiest, of what it can do", "idlest", "p50 ms", "p99 ms")
    yield from table(titles, rows())


def away(people: int, plan: Plan, costs: Costs, habits: Habits, *, seed: int) -> Iterator[str]:
    """Redis away for a minute."""
    began, ended, end = 20.0, 80.0, 100.0
    site = Site(replace(plan, workers=max(2, plan.workers)), costs, seed=seed)
    population = Population(people, habits, site.dice)
    for worker in site.workers:
        worker.served = population.served(len(site.workers), by_room=plan.by_room)
    poisson(
        site.clock,
        site.dice,
        rate=population.rate,
        until=end - 3,
        say=lambda: _say(site, population),
    )
    site.clock.at(began, lambda: site.lose_redis(until=ended))
    site.clock.run(end)
    spans = (("before", 0.0, began), ("away", began, ended), ("after", ended, end))
    rows = [
        [
            name,
            ms(site.ledger.percentile(0.5, since=since, until=until)),
            ms(site.ledger.percentile(0.99, since=since, until=until)),
            ms(site.ledger.percentile(1.0, since=since, until=until)),
        ]
        for name, since, until in spans
    ]
    yield from table(("Redis", "post → seen p50 ms", "p99 ms", "longest ms"), rows)
    yield ""
    yield (
        f"{people:,} people on {len(site.workers)} workers; {site.redis.lost:,} notifications lost; "
        f"{site.ledger.deliveries:,} of {site.ledger.expected:,} deliveries made."
    )


def storm(
    people: int, plan: Plan, costs: Costs, habits: Habits, *, everybody: bool, seed: int
) -> list[str]:
    """Let a worker die, or every socket be lost, while people talk; one row."""
    site = Site(plan, costs, seed=seed)
    population = Population(people, habits, site.dice)
    for number, members in enumerate(population.sizes):
        room = population.rooms[number] = Room(number, members)
        site.seat(room)
    end = 300.0
    poisson(
        site.clock,
        site.dice,
        rate=population.rate,
        until=20.0,
        say=lambda: _say(site, population),
    )
    fell = 3.0
    site.clock.run(fell)
    clients = site.drop_all() if everybody else site.kill(site.workers[0])
    while any(client.live_at is None for client in clients) and site.clock.now < end:
        site.clock.run(site.clock.now + 0.25)
    took = sorted((client.live_at or end) - fell for client in clients)
    site.clock.run(max(site.clock.now, 20.0) + 10)
    seen = site.ledger.percentile(0.99, since=fell, until=fell + 10)
    again = sum(client.attempts > 1 for client in clients)
    lost = site.ledger.expected - site.ledger.deliveries
    return [
        f"{people:,}",
        str(plan.workers),
        "all sockets" if everybody else "one worker",
        f"{len(clients):,}",
        f"{took[-1]:.1f}" if took[-1] < end - fell else "not within 5 min",
        f"{took[len(took) // 2]:.1f}",
        f"{took[int(len(took) * 0.99)]:.1f}",
        f"{again / len(clients):.0%}",
        f"{seen:.1f}",
        f"{lost:,}",
    ]


def _say(site: Site, population: Population) -> None:
    room = population.speaking(site.seat)
    if any(site.workers[n].alive and count for n, count in room.sockets.items()):
        site.post(room)


STORM = (
    "people", "workers", "lost", "sockets", "all back, s", "p50 s", "p99 s", "tried again",
    "post → seen p99 s, in the next 10 s", "deliveries missing",
)  # fmt: skip


def crowd(members: int, costs: Costs, *, workers: int, seed: int) -> list[str]:
    """Let so many come into one room, then one speak, then many; one row."""
    came = generator.wave(
        costs, workers=workers, rooms=1, members=members, at_a_time=50 * workers,
        cost_us=costs.arrive_us, two_cores=False, seed=seed,
    )  # fmt: skip
    row = [f"{members:,}", str(workers), f"{came.seconds:.1f}"]
    for rate in (2.0, 20.0, 200.0):
        site = Site(Plan(workers=workers), costs, seed=seed)
        room = Room(0, members)
        site.seat(room)
        poisson(site.clock, site.dice, rate=rate, until=10.0, say=partial(_post, site, room))
        site.clock.run(10.0)
        used = max(worker.loop.utilisation for worker in site.workers)
        p50, p99 = (site.ledger.percentile(share, since=1.0) for share in (0.5, 0.99))
        row.append(f"{ms(p50)} / {ms(p99)} ({used:.0%})")
    return row


CROWD = ("people in one room", "workers", "all in, s", *(
    f"{rate}/s: p50 / p99 ms (worker)" for rate in (2, 20, 200)
))  # fmt: skip


def _post(site: Site, room: Room) -> None:
    site.post(room)
