"""What the poll of the log costs: the heads of many rooms in one query, and one room read.

    python -m benchmarks.heads

Each worker asks for the heads of all rooms it serves once a second. The other cores are idle meanwhile, so
that the time that is not this program's own processor time is PostgreSQL's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.contestants import Stores, site_environment, stores
from benchmarks.costs import cpu_seconds
from tests.support.programs import ROOT

ROOMS, TIMES = 10_000, 20


def measure(shared: Stores) -> dict[str, float]:
    """Return µs of processor time for each room in a poll, and for a room that is read."""
    name = shared.postgres.new_database(template=shared.site_template)
    with tempfile.TemporaryDirectory(prefix="chat-benchmark-") as directory:
        env = site_environment(shared.postgres.url(name), shared.redis.url, Path(directory))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.heads", "--inside", str(shared.postgres.process.pid)],
            check=True, cwd=ROOT, env=os.environ | env, capture_output=True, text=True,
        )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def inside(postgres: int) -> dict[str, float]:
    """Measure on the database that `DATABASE_URL` names, of which this is the process's id."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    from history.log import read
    from history.models import Stream

    made = Stream.objects.bulk_create([Stream() for _ in range(ROOMS)])
    ids = [stream.pk for stream in made]
    own, theirs = _cost(postgres, lambda: read.heads(ids))
    _, reading = _cost(postgres, lambda: [read.changed_since(pk, 0) for pk in ids[:50]])
    return {
        "poll_us": round(own / ROOMS, 2),
        "head_us": round(theirs / ROOMS, 2),
        "read_us": round(reading / 50, 1),
    }


def _cost(postgres: int, work: Callable[[], object]) -> tuple[float, float]:
    """Return µs of this process and of PostgreSQL for doing some work once."""
    work()
    began, theirs = time.process_time(), cpu_seconds([postgres])
    for _ in range(TIMES):
        work()
    spent = time.process_time() - began, cpu_seconds([postgres]) - theirs
    return spent[0] * 1e6 / TIMES, spent[1] * 1e6 / TIMES


def main() -> None:
    if "--inside" in sys.argv:
        print(json.dumps(inside(int(sys.argv[-1]))))
        return
    with stores() as shared:
        print(json.dumps(measure(shared)))


if __name__ == "__main__":
    main()
