"""The simulation beside real workers: the same loads on both, and how far they are apart.

All workers share core 0; PostgreSQL, Redis and the load generator share core 1. The simulated site has the
same two cores. The costs are fitted to other loads than those that are checked, on one worker and, for what
a notification costs, on two.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from benchmarks import doorbells, heads, idle
from benchmarks.compare import Comparison
from benchmarks.contestants import SITE, TWO_WORKERS, Contestant, Stores, site
from benchmarks.scale import QUICK
from benchmarks.simulation import generator
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.generator import Load

WORKERS = (1, 2, 3)
LOADS = (
    Load(rooms=1, members=100, rate=100),
    Load(rooms=30, members=20, rate=200),
    Load(rooms=30, members=20, in_flight=8),
)
STORM_ROOMS, STORM_MEMBERS = 50, 20
SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure, of the real site and of the simulated one."""

    workers: int
    load: str
    figure: str
    unit: str
    measured: float
    simulated: float

    @property
    def error(self) -> float:
        return self.simulated / self.measured - 1 if self.measured else float("nan")


def calibrate(shared: Stores, *, rounds: int) -> dict[str, Any]:
    """Measure what costs are fitted to, as benchmarks/run does: some of its parts, of this project alone."""
    comparison = Comparison(shared, [SITE, TWO_WORKERS], "0")
    return {
        "rounds": [comparison.round(number, QUICK) for number in range(1, rounds + 1)],
        "storms": comparison.storms(QUICK),
        "crowd": comparison.crowds(QUICK),
        "idle": idle.measure(shared, cores="0"),
        "heads": heads.measure(shared),
        "redis": doorbells.measure(),
    }


def check(shared: Stores, costs: Costs, *, rounds: int) -> Iterator[Compared]:
    """Yield each figure as it is known. Medians over the rounds."""
    comparison = Comparison(shared, [], "0")
    for workers in WORKERS:
        real = replace(SITE, launch=site(workers=workers))
        for group in _by_rooms():
            seen = [_load(comparison, real, workers, group) for _ in range(rounds)]
            for number, load in enumerate(group):
                measured = {
                    name: median(run[number][name] for run in seen)
                    for name in ("p50_ms", "p99_ms", "sent_per_s", "server_cores")
                }
                yield from _compare_load(costs, workers, load, measured)
        yield from _compare_storm(comparison, costs, real, workers, rounds)


def _by_rooms() -> list[list[Load]]:
    """Return the loads that the same sockets can be used for, together."""
    groups: dict[tuple[int, int], list[Load]] = {}
    for load in LOADS:
        groups.setdefault((load.rooms, load.members), []).append(load)
    return list(groups.values())


def _load(
    comparison: Comparison, real: Contestant, workers: int, loads: list[Load]
) -> list[dict[str, float]]:
    flags = ["--rooms", str(loads[0].rooms), "--members", str(loads[0].members)]
    flags += ["--seconds", str(SECONDS), "--warm", str(generator.WARM)]
    for load in loads:  # the load generator has rates first
        if load.rate:
            flags.append(f"--rate={load.rate}")
        else:
            flags.append(f"--in-flight={-(-load.in_flight * load.rooms // workers)}")
    flags += [f"--store-pid={pid}" for pid in comparison.shared.pids]
    found = comparison.measure("load", real, flags)
    if "error" in found:
        raise RuntimeError(found["error"])
    phases: list[dict[str, float]] = found["phases"]
    return phases


def _compare_load(
    costs: Costs, workers: int, load: Load, measured: dict[str, float]
) -> Iterator[Compared]:
    simulated = generator.run(load, costs, workers=workers, seconds=SECONDS)
    pairs = [
        ("post → seen p50", "ms", measured["p50_ms"], simulated.p50_ms),
        ("post → seen p99", "ms", measured["p99_ms"], simulated.p99_ms),
        (
            "CPU a worker",
            "cores",
            measured["server_cores"] / workers,
            simulated.worker_cores / workers,
        ),
    ]
    if not load.rate:
        pairs.append(("messages", "/s", measured["sent_per_s"], simulated.sent_per_s))
    for figure, unit, real, computed in pairs:
        yield Compared(workers, load.title, figure, unit, real, computed)


def _compare_storm(
    comparison: Comparison, costs: Costs, real: Contestant, workers: int, rounds: int
) -> Iterator[Compared]:
    flags = ["--rooms", str(STORM_ROOMS), "--members", str(STORM_MEMBERS)]
    runs = [comparison.measure("storm", real, flags) for _ in range(rounds)]
    if failed := [run["error"] for run in runs if "error" in run]:
        raise RuntimeError(failed[0])
    simulated = generator.wave(costs, workers=workers, rooms=STORM_ROOMS, members=STORM_MEMBERS)
    load = f"{STORM_ROOMS * STORM_MEMBERS:,} sockets come back at once"

    def back(name: str) -> float:
        return median(float(run["came_back"][name]) for run in runs)

    yield Compared(workers, load, "until all are in", "s", back("seconds"), simulated.seconds)
    yield Compared(workers, load, "p99", "s", back("p99_ms") / 1e3, simulated.p99_s)
    yield Compared(
        workers, load, "CPU a socket", "µs", back("cpu_us_per_socket"), simulated.worker_us
    )


def table(rows: list[Compared]) -> Iterator[str]:
    """Yield the figures as Markdown, and how far they are apart altogether."""
    yield "| workers | load | figure | measured | simulated | error |"
    yield "|---:|---|---|---:|---:|---:|"
    for row in rows:
        yield (
            f"| {row.workers} | {row.load} | {row.figure} | {_number(row.measured)} {row.unit} "
            f"| {_number(row.simulated)} {row.unit} | {row.error:+.0%} |"
        )
    yield ""
    errors = sorted(abs(row.error) for row in rows)
    within = sum(error <= 0.3 for error in errors)
    yield (
        f"{within} of {len(errors)} figures are within 30 %; the median error is "
        f"{median(errors):.0%}, the largest {errors[-1]:.0%}."
    )
    for figure in dict.fromkeys(row.figure for row in rows):
        some = [abs(row.error) for row in rows if row.figure == figure]
        yield f"* {figure}: median {median(some):.0%}, largest {max(some):.0%}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
