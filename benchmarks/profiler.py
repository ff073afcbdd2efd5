"""Show what a loaded worker of this project spends its time on: a flame graph and a summary.

py-spy samples the worker, native frames included, while the load generator keeps it saturated (or at
``--rate``). The summary tells where the time went that was not spent waiting: the Python function and,
where it was in one, the C function or system call.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import DEVNULL

from benchmarks import peers
from benchmarks.compare import DEFAULT_OUTPUT, SATURATING
from benchmarks.contestants import SITE, Running, Stores, stores
from benchmarks.dialects import DIALECTS
from benchmarks.load import Generator, Phase

PY_SPY = peers.VENV / "bin" / "py-spy"
SHOWN = 40
_PATH = re.compile(r"\((?:[^()]*/)(?=[^/]+/[^/]+\.py)")  # keeps the file and its directory
_LINE = re.compile(r":\d+\)$")
_WAITING = ("PyThread_acquire_lock", "pthread_cond_timedwait", "epoll_pwait", "poll (libc")
_INTERPRETER = ("_Py", "Py")  # its own functions say nothing: the Python function above them does


@dataclass(frozen=True)
class Samples:
    """How often each place was on top of a stack, and how often each function was anywhere on one."""

    on_top: Counter[str]
    within: Counter[str]


def measure(
    shared: Stores, options: argparse.Namespace, running: Running, name: str
) -> tuple[Phase, Samples]:
    """The costs without py-spy, then the same load with it, once for each of its two files."""
    generator = Generator(
        DIALECTS[SITE.dialect](),
        ports=running.ports,
        server_pids=running.pids,
        store_pids=shared.pids,
        rooms=options.rooms,
        members=options.members,
        size=80,
    )
    load = {"rate": options.rate, "in_flight": options.in_flight}
    phase = generator.run(**load, warm=1, seconds=4)
    raw = options.output / f"{name}.txt"
    for kind, path in (("raw", raw), ("flamegraph", options.output / f"{name}.svg")):
        command = [str(PY_SPY), "record", f"--pid={running.pids[0]}", "--rate=400", "--native"]
        command += ["--threads", f"--duration={options.seconds}", f"--format={kind}"]
        with subprocess.Popen(
            [*command, f"--output={path}"], stdout=DEVNULL, stderr=DEVNULL
        ) as spy:
            generator.run(**load, warm=0, seconds=options.seconds + 1)
        if spy.returncode:
            raise RuntimeError(f"py-spy ended with {spy.returncode}")
    return phase, read(raw)


def read(raw: Path) -> Samples:
    """Samples of threads that were not waiting, of py-spy's lines ``thread;frame;frame… count``."""
    samples = Samples(Counter(), Counter())
    for line in raw.read_text().splitlines():
        stack, _, text = line.rpartition(" ")
        frames, count = stack.split(";")[1:], int(text)
        if any(waits in frame for frame in frames[-4:] for waits in _WAITING):
            continue
        functions = [_LINE.sub(")", _PATH.sub("(", f)) for f in frames if ".py:" in f]
        native = next((f for f in reversed(frames) if not f.startswith("0x")), frames[-1])
        top = functions[-1] if functions else ""
        if ".py:" not in native and not native.startswith(_INTERPRETER):
            top = f"{native.split()[0]} ← {top}"
        samples.on_top[top] += count
        for function in set(functions):
            samples.within[function] += count
    return samples


def summary(name: str, phase: Phase, samples: Samples) -> str:
    figures = ", ".join(f"{key} {value}" for key, value in asdict(phase).items())
    parts = [f"## {name}", figures]
    for title, counts in (("on top", samples.on_top), ("within", samples.within)):
        rows = [
            f"| {share:6.1%} | {phase.cpu_us_per_message * share:7.1f} "
            f"| {phase.cpu_us_per_delivery * share:6.3f} | `{place}` |"
            for place, share in _shares(counts, samples.on_top.total())
        ]
        head = f"| share | µs a message | µs a delivery | {title} |\n|---:|---:|---:|---|"
        parts.append("\n".join([head, *rows]))
    return "\n\n".join(parts) + "\n"


def _shares(counts: Counter[str], total: int) -> Iterator[tuple[str, float]]:
    for place, count in counts.most_common(SHOWN):
        yield place, count / total


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/profile", description=__doc__)
    parser.add_argument("--rooms", type=int, default=1)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0, help="messages a second; 0: a closed loop")
    parser.add_argument(
        "--in-flight", type=int, default=SATURATING, help="of the closed loop, over all rooms"
    )
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--server-core", default="0")
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, metavar="DIRECTORY")
    options = parser.parse_args()
    try:
        peers.install_python()
    except peers.NotInstalled as error:
        print(error, file=sys.stderr)
        return 1
    os.sched_setaffinity(0, {options.load_core})
    options.output.mkdir(parents=True, exist_ok=True)
    name = f"profile-{options.rooms}x{options.members}-{options.rate:g}"
    with stores() as shared, SITE.running(shared, cores=options.server_core) as running:
        text = summary(name, *measure(shared, options, running, name))
    (options.output / f"{name}.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
