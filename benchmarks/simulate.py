"""Simulate a site, event by event: how soon messages are seen, and which part gives out first.

    python -m benchmarks.simulate                            # 10 thousand, 100 thousand, 1 million people
    python -m benchmarks.simulate --grow                     # twice as many, until a part gives out
    python -m benchmarks.simulate --storm --people 10000 --workers 3
    python -m benchmarks.simulate --crowd 2000 --away --shards 4
    python -m benchmarks.simulate --check                    # beside one to three real workers

Costs are those of `benchmarks/simulation/costs.py`, or fitted to what benchmarks/run wrote: `--results FILE`.
Every one can be given. The same seed gives the same figures.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path

from benchmarks import machine
from benchmarks.simulation import calibration, scenarios
from benchmarks.simulation import costs as unit_costs
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.people import Habits
from benchmarks.simulation.site import Plan

# People of a run of which the number is not said.
COUNTS = (10_000, 100_000, 1_000_000)
# People for whom more than one Redis server is of use.
MANY = 5_000_000


def main() -> int:
    options = arguments()
    if options.check:
        return check(options)
    costs, estimates = chosen_costs(options)
    if options.costs:
        print("\n".join(unit_costs.describe(costs, estimates)))
        return 0
    habits = Habits(active=options.active)
    plan = Plan(
        workers=options.workers,
        postgres_cores=options.postgres_cores,
        connections=options.connections,
        by_room=options.by_room,
    )
    for title, lines in asked_for(options, plan, costs, habits):
        print(f"\n{title}\n")
        for line in lines:
            print(line, flush=True)
    print(
        f"\nCosts {options.results or unit_costs.SOURCE}. Estimates: {', '.join(sorted(estimates))}."
    )
    return 0


def asked_for(
    options: argparse.Namespace, plan: Plan, costs: Costs, habits: Habits
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the title of each scenario that was asked for, and its lines."""
    seed, people = options.seed, options.people
    special = options.grow or options.storm or options.crowd or options.away or options.shards
    if not special:
        yield "Steady", scenarios.talk(people or COUNTS, plan, costs, habits, seed=seed)
    if options.grow:
        yield "Twice as many people each time", scenarios.growth(plan, costs, habits, seed=seed)
    if options.storm:
        rows = (
            scenarios.storm(count, here, costs, habits, everybody=everybody, seed=seed)
            for count in people or COUNTS[:2]
            for here in (
                replace(plan, workers=max(2, plan.workers, scenarios.workers_for(count) + 1)),
            )
            for everybody in (False, True)
        )
        yield "Sockets that come back", scenarios.table(scenarios.STORM, rows)
    if options.crowd:
        rows = (
            scenarios.crowd(options.crowd, costs, workers=workers, seed=seed)
            for workers in (1, 2, 3)
        )
        yield "A crowd in one room", scenarios.table(scenarios.CROWD, rows)
    if options.away:
        count = (people or COUNTS)[0]
        yield "Redis away for a minute", scenarios.away(count, plan, costs, habits, seed=seed)
    if options.shards:
        count = (people or [MANY])[0]
        yield (
            "More Redis servers",
            scenarios.shards(count, options.shards, plan, costs, habits, seed=seed),
        )


def chosen_costs(options: argparse.Namespace) -> tuple[Costs, set[str]]:
    """Return the costs and the names of the estimates among them."""
    costs, estimates = Costs(), set(unit_costs.ESTIMATES)
    if options.results:
        costs, estimates = calibration.fitted(json.loads(options.results.read_text()))
    given = {
        f.name: value for f in fields(Costs) if (value := getattr(options, f.name)) is not None
    }
    return replace(costs, **given), estimates - set(given)


def check(options: argparse.Namespace) -> int:
    """Measure real workers, and print how far the simulation is from them."""
    # Here, since they start servers: what only simulates needs none of it.
    from benchmarks.contestants import stores
    from benchmarks.simulation import check as checking

    if 1 not in os.sched_getaffinity(0):
        print("There is no core 1: two are needed.", file=sys.stderr)
        return 1
    os.sched_setaffinity(0, {1})  # all that is started here inherits it
    with stores() as shared:
        if options.results:
            results = json.loads(options.results.read_text())
        else:
            results = checking.calibrate(shared, rounds=options.rounds)
            if options.keep:
                options.keep.write_text(json.dumps(results, indent=1) + "\n")
        costs, estimates = calibration.fitted(results)
        rows = list(checking.check(shared, costs, rounds=options.rounds))
    about = machine.describe(command="python -m benchmarks.simulate --check", minutes=0)
    print("\n".join(unit_costs.describe(costs, estimates)))
    print(
        f"\n{about['date']}, {about['cpu']}, Linux {about['kernel']}; load average "
        f"{about['load_average']:.1f}; a flush to disk takes {about['flush_ms']} ms.\n"
    )
    print("\n".join(checking.table(rows)))
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="*", help="connected; default: %(default)s")
    parser.add_argument("--workers", type=int, default=1, help="default: one for 20,000 sockets")
    parser.add_argument("--by-room", action="store_true", help="all of a room on one worker")
    parser.add_argument("--active", type=float, default=Habits().active)
    parser.add_argument("--postgres-cores", type=int, default=Plan().postgres_cores)
    parser.add_argument("--connections", type=int, default=Plan().connections)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grow", action="store_true", help="until a part gives out")
    parser.add_argument("--storm", action="store_true", help="a worker dies; all sockets are lost")
    parser.add_argument("--crowd", type=int, metavar="MEMBERS", help="come into one room")
    parser.add_argument("--away", action="store_true", help="Redis, for a minute")
    parser.add_argument("--shards", type=int, metavar="MOST", help="one Redis server, two, …")
    parser.add_argument("--results", type=Path, metavar="FILE", help="results.json to fit costs to")
    parser.add_argument("--costs", action="store_true", help="print the costs and no more")
    parser.add_argument("--check", action="store_true", help="beside real workers; ten minutes")
    parser.add_argument("--rounds", type=int, default=2, help="of a check")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="what a check fits its costs to")
    for field in fields(Costs):
        parser.add_argument("--" + field.name.replace("_", "-"), type=float)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
