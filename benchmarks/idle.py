"""What workers and stores spend when nobody is there: polls, leases, timers.

    python -m benchmarks.idle

It grows with the number of workers, not with that of people: the simulation needs it apart.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

from benchmarks.contestants import SITE, Stores, site, stores
from benchmarks.costs import cpu_seconds

WORKERS = (1, 3)
SETTLE, SECONDS = 2.0, 6.0


def measure(shared: Stores, *, cores: str) -> dict[str, float]:
    """Return µs of processor time in a second: of a worker, and of the stores for each and at all."""
    servers, databases = [], []
    for count in WORKERS:
        contestant = replace(SITE, launch=site(workers=count))
        with contestant.running(shared, cores=cores) as running:
            time.sleep(SETTLE)
            before = cpu_seconds(running.pids), cpu_seconds(shared.pids)
            time.sleep(SECONDS)
            after = cpu_seconds(running.pids), cpu_seconds(shared.pids)
        servers.append((after[0] - before[0]) * 1e6 / SECONDS / count)
        databases.append((after[1] - before[1]) * 1e6 / SECONDS)
    each = max(0.0, (databases[1] - databases[0]) / (WORKERS[1] - WORKERS[0]))
    return {
        "worker_us": round(min(servers)),
        "stores_us_per_worker": round(each),
        "stores_us": round(max(0.0, databases[0] - each * WORKERS[0])),
    }


def main() -> None:
    with stores() as shared:
        print(json.dumps(measure(shared, cores="0")))


if __name__ == "__main__":
    main()
