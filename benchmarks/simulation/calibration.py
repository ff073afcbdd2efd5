"""Unit costs from the figures that benchmarks/run writes.

What a message costs is the sum of what each post, each transaction, each frame and each write costs. How
many of those there are for a message depends on how many posts gather, and that on the costs: so the
simulation runs the phases that were measured, tells how many posts gathered, the costs are fitted to what
was measured with those, and again until both agree. Latency is fitted in the same rounds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from statistics import geometric_mean, median
from typing import Any

from benchmarks.simulation import generator
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.generator import Load, Seen

ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of benchmarks/load.py as it was measured: medians over the rounds."""

    load: Load
    figures: dict[str, float]

    @property
    def clients_us(self) -> float:
        return self.figures["load_cores"] * 1e6 / self.figures["sent_per_s"]


class Incomplete(Exception):
    """The results do not have what the costs are fitted to."""


def fitted(results: dict[str, Any]) -> tuple[Costs, set[str]]:
    """Return the costs, and the names of those that the results say nothing of.

    Raises Incomplete if this project's `rounds` are not there.
    """
    costs = Costs()
    one = phases(results, "site")
    if len(one) < 4:
        raise Incomplete("the results have no rounds of this project: run with --parts rounds")
    known: set[str] = set()
    if redis := results.get("redis"):
        costs = replace(costs, publish_us=redis["publish_us"], copy_us=redis["copy_us"])
        known |= {"publish_us", "copy_us"}
    if idle := results.get("idle"):
        costs = replace(
            costs, idle_us=idle["worker_us"], postgres_worker_us=idle["stores_us_per_worker"]
        )
        known |= {"idle_us", "postgres_worker_us"}
    if heads := results.get("heads"):
        costs = replace(costs, **heads)
        known |= set(heads)
    for _ in range(ROUNDS):
        costs = _fit_one_worker(costs, one)
    known |= {"post_us", "batch_us", "room_us", "write_us", "transaction_us", "row_us",
              "commit_ms", "commit_spread", "client_post_us", "client_read_us"}  # fmt: skip
    if two := phases(results, "site-2"):
        costs = _fit_hearing(costs, [phase for phase in two if phase.load.rooms > 1])
        known.add("hear_us")
    if "came_back" in (storm := results.get("storms", {}).get("site", {})):
        costs = _fit_storm(costs, storm)
        known |= {"return_us", "socket_kib", "enter_wait_us"}
        if "stores_us_per_socket" in storm["came_back"]:
            known.add("enter_us")
    if "came" in (crowd := results.get("crowd", {}).get("site", {})):
        costs = _fit_crowd(costs, crowd["came"])
        known.add("arrive_us")
    return costs, {field.name for field in fields(Costs)} - known


def phases(results: dict[str, Any], key: str) -> list[Phase]:
    """Return the phases without mentions that a server was measured in."""
    rounds = [
        r[key] for r in results.get("rounds", []) if "phases" in r.get(key, {}).get("big", {})
    ]
    found = []
    for case in ("big", "small"):
        cases = [figures[case] for figures in rounds if "phases" in figures[case]]
        for same in zip(*(case["phases"] for case in cases), strict=False):
            if same[0].get("mentions"):
                continue
            figures = {
                name: median(float(phase[name]) for phase in same)
                for name, value in same[0].items()
                if isinstance(value, int | float)
            }
            load = Load(
                cases[0]["rooms"],
                cases[0]["members"],
                rate=figures["rate"],
                in_flight=round(figures["in_flight"]),
            )
            found.append(Phase(load, figures))
    return found


def _fit_one_worker(costs: Costs, measured: Sequence[Phase]) -> Costs:
    seen = [generator.run(phase.load, costs, workers=1, seconds=1.5) for phase in measured]
    post, batch, room, write = least_squares(
        [
            [1, 1 / s.per_batch, 1 / s.per_frame, phase.load.members / s.per_frame]
            for phase, s in zip(measured, seen, strict=True)
        ],
        [_above(phase, "cpu_us_per_message", costs.idle_us) for phase in measured],
    )
    redis = costs.publish_us + costs.copy_us
    row, transaction = least_squares(
        [[1, 1 / s.per_batch] for s in seen],
        [
            _above(phase, "stores_us_per_message", costs.postgres_worker_us) - redis / s.per_frame
            for phase, s in zip(measured, seen, strict=True)
        ],
    )
    client_post, client_read = least_squares(
        [[1, phase.load.members / s.per_frame] for phase, s in zip(measured, seen, strict=True)],
        [phase.clients_us for phase in measured],
    )
    quiet = [(p, s) for p, s in zip(measured, seen, strict=True) if p.load.rate]
    return replace(
        costs,
        post_us=post,
        batch_us=batch,
        room_us=room,
        write_us=write,
        row_us=row,
        transaction_us=transaction,
        client_post_us=client_post,
        client_read_us=client_read,
        commit_ms=_nearer(costs.commit_ms, quiet),
        commit_spread=_spread(costs.commit_spread, quiet),
    )


def _above(phase: Phase, name: str, idle_us: float) -> float:
    """Return what a message costs above what is spent each second whatever happens."""
    return phase.figures[name] - idle_us / phase.figures["sent_per_s"]


def _nearer(commit_ms: float, quiet: Sequence[tuple[Phase, Seen]]) -> float:
    """Return the commit's wait with which the medians come nearer to those that were measured."""
    missing = median(phase.figures["p50_ms"] - seen.p50_ms for phase, seen in quiet)
    return max(0.2, commit_ms + 0.7 * missing)


def _spread(spread: float, quiet: Sequence[tuple[Phase, Seen]]) -> float:
    ratio = geometric_mean(
        math.log(phase.figures["p99_ms"] / phase.figures["p50_ms"])
        / math.log(seen.p99_ms / seen.p50_ms)
        for phase, seen in quiet
    )
    return min(1.0, max(0.05, spread * min(2.0, max(0.5, ratio))))


def _fit_hearing(costs: Costs, measured: Sequence[Phase]) -> Costs:
    """Fit what a notification costs the worker that receives it: what two workers spend beyond one."""
    for _ in range(3):
        seen = [generator.run(phase.load, costs, workers=2, seconds=1.5) for phase in measured]
        beyond = [
            phase.figures["cpu_us_per_message"] - s.worker_us + s.heard * costs.hear_us
            for phase, s in zip(measured, seen, strict=True)
        ]
        weights = [1 / phase.figures["cpu_us_per_message"] for phase in measured]
        above = sum(w * w * s.heard * b for w, s, b in zip(weights, seen, beyond, strict=True))
        below = sum(w * w * s.heard**2 for w, s in zip(weights, seen, strict=True))
        costs = replace(costs, hear_us=max(1.0, above / below))
    return costs


def _fit_storm(costs: Costs, storm: dict[str, Any]) -> Costs:
    """Fit what a socket costs that comes back, and how long it waits beside that."""
    back = storm["came_back"]
    costs = replace(
        costs,
        return_us=back["cpu_us_per_socket"],
        enter_us=back.get("stores_us_per_socket", costs.enter_us),
        socket_kib=storm["kib_per_socket"],
    )
    for _ in range(4):
        wave = generator.wave(costs, workers=1, rooms=back["sockets"] // 20, members=20)
        more = (back["seconds"] - wave.seconds) * 1e6 / back["sockets"]
        costs = replace(costs, enter_wait_us=max(0.0, costs.enter_wait_us + more))
    return costs


def _fit_crowd(costs: Costs, came: dict[str, float]) -> Costs:
    """Fit what a socket costs that comes into a crowd, apart from what the others are told of it."""
    for _ in range(3):
        wave = generator.wave(
            costs,
            workers=1,
            rooms=1,
            members=round(came["sockets"]),
            at_a_time=50,
            cost_us=costs.arrive_us,
        )
        more = came["cpu_us_per_socket"] - wave.worker_us
        costs = replace(costs, arrive_us=max(100.0, costs.arrive_us + more))
    return costs


def least_squares(rows: Sequence[Sequence[float]], measured: Sequence[float]) -> list[float]:
    """Return coefficients, none negative, with the smallest sum of squared relative errors."""
    rows = [[x / y for x in row] for row, y in zip(rows, measured, strict=True)]
    found = [0.0] * len(rows[0])
    scale = [sum(row[i] ** 2 for row in rows) for i in range(len(found))]
    for _ in range(2_000):  # one coefficient after the other
        for i in range(len(found)):
            left = (
                row[i] * (1 - sum(x * c for x, c in zip(row, found, strict=True))) for row in rows
            )
            found[i] = max(0.0, found[i] + sum(left) / scale[i])
    return found
