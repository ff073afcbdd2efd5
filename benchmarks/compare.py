"""Measure this project beside its peers and print a Markdown table of the figures and their ratios.

One server at a time has a core to itself; load generator, Redis and PostgreSQL share another. Absolute
figures move by half from run to run, so the servers take turns, each round in the other direction, and
every ratio is of two figures of one round; what is printed is the median over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import (
    coming,
    doorbells,
    firstload,
    heads,
    idle,
    machine,
    neighbours,
    pages,
    peers,
    plot,
    report,
    tables,
)
from benchmarks.contestants import (
    CONTESTANTS,
    GROWING,
    SITE,
    TWO_ENCRYPTED,
    TWO_WORKERS,
    Contestant,
    Stores,
    stores,
)
from benchmarks.scale import FULL, QUICK, Scale
from tests.support.processes import ProcessFailed
from tests.support.programs import ROOT, ProgramMissing

DEFAULT_OUTPUT = Path(__file__).resolve().parent / "results"

# Messages a worker that a closed loop keeps under way in a room. With fewer, server, PostgreSQL and load
# generator wait for each other; more hardly brought more through any server.
SATURATING = 32


class Comparison:
    def __init__(self, shared: Stores, contestants: Sequence[Contestant], cores: str) -> None:
        self.shared = shared
        self.cores = cores
        self.contestants = contestants
        self.missing: dict[str, str] = {}

    def install(self) -> None:
        present = []
        for contestant in self.contestants:
            try:
                contestant.install()
                present.append(contestant)
            except peers.NotInstalled as error:
                self.missing[contestant.title] = str(error)
        self.contestants = present

    def round(self, number: int, scale: Scale) -> dict[str, Any]:
        """All servers, one after the other; odd rounds from first to last, even ones back."""
        return {
            contestant.key: {
                "big": self.load(contestant, scale, rooms=1, members=200, rate=50, mentions=True),
                "small": self.load(
                    contestant,
                    scale,
                    rooms=100,
                    members=5,
                    rate=500,
                    in_flight=(1, 100 * SATURATING),
                ),
            }
            for contestant in (self.contestants if number % 2 else self.contestants[::-1])
        }

    def storms(self, scale: Scale) -> dict[str, Any]:
        flags = ["--rooms", str(scale.storm_rooms), "--members", "20"]
        flags += [f"--store-pid={pid}" for pid in self.shared.pids]
        return {
            contestant.key: self.measure("storm", contestant, flags)
            for contestant in self.contestants
            if contestant not in (TWO_WORKERS, TWO_ENCRYPTED)
        }

    def first_loads(self, scale: Scale) -> list[dict[str, object]]:
        say("first loads, in Chromium")
        try:
            return firstload.measure(scale.visits, cores=self.cores)
        except (firstload.NotMeasured, peers.NotInstalled, ProgramMissing) as error:
            self.missing["first loads"] = str(error)
            return []

    def crowds(self, scale: Scale) -> dict[str, Any]:
        """Each way of a server to tell a crowd of itself, by the key of the way."""
        flags = ["--members", str(scale.crowd), "--seconds", str(scale.seconds)]
        return {
            way.key: self.measure(
                "crowd", replace(contestant, dialect=way.dialect), flags, visitors=scale.crowd
            )
            for way in tables.CROWD_WAYS
            for contestant in self.contestants
            if contestant.key == way.contestant
        }

    def growth(self, scale: Scale) -> dict[str, Any]:
        growing = [contestant for contestant in self.contestants if contestant.key in GROWING]
        return {
            "members": {
                contestant.key: [
                    # 10,000 deliveries a second, whatever the size of the room
                    self.load(contestant, scale, rooms=1, members=n, rate=10_000 / n)
                    for n in scale.members
                ]
                for contestant in growing
            },
            "rooms": {
                contestant.key: [
                    self.load(
                        contestant,
                        scale,
                        rooms=n,
                        members=5,
                        rate=200,
                        in_flight=(1, min(n, 100) * SATURATING),
                    )
                    for n in scale.rooms
                ]
                for contestant in growing
            },
        }

    def load(
        self,
        contestant: Contestant,
        scale: Scale,
        *,
        rooms: int,
        members: int,
        rate: float,
        mentions: bool = False,
        in_flight: Iterable[int] = (SATURATING,),
    ) -> dict[str, Any]:
        flags = ["--rooms", str(rooms), "--members", str(members), "--warm", str(scale.warm)]
        flags += ["--seconds", str(scale.seconds), f"--rate={rate}"]
        flags += [f"--rate-of-mentions={rate}"] if mentions else []
        flags += [f"--in-flight={count}" for count in in_flight]
        flags += [f"--store-pid={pid}" for pid in self.shared.pids]
        return self.measure("load", contestant, flags)

    def measure(
        self,
        program: str,
        contestant: Contestant,
        flags: list[str],
        *,
        visitors: int = 0,
    ) -> dict[str, Any]:
        """Run benchmarks.load, storm or crowd; {"error": …} if either side failed.

        `visitors`: how many members of a room are made beforehand, if it is this project's.
        """
        say(f"{contestant.title}: {program} {' '.join(flags[:4])}")
        command = [sys.executable, "-m", f"benchmarks.{program}", "--dialect", contestant.dialect]
        try:
            with contestant.running(self.shared, cores=self.cores) as running:
                command += [f"--port={port}" for port in running.ports]
                command += [f"--pid={pid}" for pid in running.pids]
                told = None
                if visitors and contestant.key == SITE.key:
                    command.append("--visitors")
                    told = make_visitors(visitors, running.env)
                done = subprocess.run(
                    [*command, *flags],
                    cwd=ROOT,
                    input=told,
                    capture_output=True,
                    text=True,
                    timeout=300,
                )
        except (ProcessFailed, subprocess.TimeoutExpired) as error:
            return failed(str(error))
        if done.returncode:
            return failed(done.stderr)
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures


def make_visitors(count: int, env: Mapping[str, str]) -> str:
    """Return what `benchmarks.visitors` prints, for a database that a server runs on."""
    command = [sys.executable, "-m", "benchmarks.visitors", str(count)]
    done = subprocess.run(
        command, check=True, cwd=ROOT, env=os.environ | env, capture_output=True, text=True
    )
    return done.stdout.strip()


def failed(output: str) -> dict[str, Any]:
    last = (output.strip() or "no output").splitlines()[-1]
    say(f"  failed: {last}")
    return {"error": last}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes, rougher figures")
    parser.add_argument("--rounds", type=int, help="default: 3, quick 1")
    parser.add_argument(
        "--only",
        default=",".join(contestant.key for contestant in CONTESTANTS),
        help="servers to measure, of %(default)s",
    )
    parser.add_argument(
        "--parts",
        default="newcomers,rounds,storms,crowd,growth,pages,neighbours,firstload,redis,idle,heads",
        help="what to measure, of %(default)s",
    )
    parser.add_argument("--server-core", default="0")
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, metavar="DIRECTORY")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.load_core not in os.sched_getaffinity(0):
        print(f"There is no core {options.load_core}: two are needed.", file=sys.stderr)
        return 1
    os.sched_setaffinity(0, {options.load_core})  # all that is started here inherits it
    scale = QUICK if options.quick else FULL
    chosen, parts = options.only.split(","), options.parts.split(",")
    began = time.monotonic()
    try:
        with stores() as shared:
            results = compare(
                Comparison(
                    shared, [c for c in CONTESTANTS if c.key in chosen], options.server_core
                ),
                scale,
                rounds=options.rounds or scale.rounds,
                parts=parts,
            )
    except ProgramMissing as error:
        print(error, file=sys.stderr)
        return 1
    results["machine"] = machine.describe(
        command=shlex.join(["benchmarks/run", *sys.argv[1:]]),
        minutes=(time.monotonic() - began) / 60,
    )
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.output / "growth.svg").write_text(plot.growth(results))
    text = report.markdown(results)
    (options.output / "results.md").write_text(text)
    print(text)
    return 0


def compare(
    comparison: Comparison, scale: Scale, *, rounds: int, parts: Sequence[str]
) -> dict[str, Any]:
    comparison.install()
    site = SITE in comparison.contestants
    return {
        "missing": comparison.missing,
        "newcomers": coming.measure(comparison.shared, scale.newcomers, cores=comparison.cores)
        if "newcomers" in parts and site
        else [],
        "rounds": [comparison.round(number, scale) for number in range(1, rounds + 1)]
        if "rounds" in parts
        else [],
        "storms": comparison.storms(scale) if "storms" in parts else {},
        "crowd": comparison.crowds(scale) if "crowd" in parts else {},
        "growth": comparison.growth(scale) if "growth" in parts else {},
        "pages": pages.measure(comparison.shared, scale.stored, cores=comparison.cores)
        if "pages" in parts and site
        else [],
        "neighbours": neighbours.measure(
            comparison.shared, scale.neighbours, cores=comparison.cores
        )
        if "neighbours" in parts and site
        else [],
        "redis": doorbells.measure() if "redis" in parts else {},
        "heads": heads.measure(comparison.shared) if "heads" in parts and site else {},
        "idle": idle.measure(comparison.shared, cores=comparison.cores)
        if "idle" in parts and site
        else {},
        "firstload": comparison.first_loads(scale) if "firstload" in parts and site else [],
    }


if __name__ == "__main__":
    sys.exit(main())
