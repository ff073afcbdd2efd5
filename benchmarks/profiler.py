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
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import peers
from benchmarks.compare import DEFAULT_OUTPUT
from benchmarks.contestants import SITE, Running, Stores, stores
from benchmarks.dialects import DIALECTS
from benchmarks.load import Generator, Phase

PY_SPY = peers.VENV / "bin" / "py-spy"
SHOWN = 40
_PATH = re.compile(r"\((?:[^()]*/)(?=[^/]+/[^/]+\.py)")  # keeps the file and its directory
_LINE = re.compile(r":\d+\)$")
_WAITING = ("PyThread_acquire_lock", "pthread_cond_timedwait", "epoll_pwait", "poll (libc")
_INTERPRETER = ("_Py", "Py")  # its own functions say nothing: the Python function above them does


class Recording:
    """py-spy beside a running worker; ``wait`` until it has written both of its files."""

    def __init__(self, pid: int, *, name: str, directory: Path, seconds: float) -> None:
        self.raw = directory / f"{name}.txt"
        self.flame_graph = directory / f"{name}.svg"
        flags = ["--duration", str(int(seconds)), "--rate", "200", "--native", "--threads"]
        files = (("raw", self.raw), ("flamegraph", self.flame_graph))
        self._processes = [
            subprocess.Popen(
                [PY_SPY, "record", f"--pid={pid}", *flags, f"--format={kind}", f"--output={path}"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for kind, path in files
        ]

    def wait(self) -> None:
        for process in self._processes:
            if process.wait():
                raise RuntimeError(f"py-spy ended with {process.returncode}")


def record(
    shared: Stores, options: argparse.Namespace, running: Running, name: str
) -> tuple[Phase, Counter[str]]:
    generator = Generator(
        DIALECTS[SITE.dialect](),
        ports=running.ports,
        server_pids=running.pids,
        store_pids=shared.pids,
        rooms=options.rooms,
        members=options.members,
        in_flight=32,
        size=80,
    )
    recordings: list[Recording] = []

    def begin() -> None:
        recordings.append(
            Recording(running.pids[0], name=name, directory=options.output, seconds=options.seconds)
        )

    timer = threading.Timer(1, begin)
    timer.start()
    phase = generator.run(options.rate, warm=1, seconds=options.seconds + 2)
    recordings[0].wait()
    return phase, places(recordings[0].raw)


def places(raw: Path) -> Counter[str]:
    """Samples by what was on top, of py-spy's lines ``thread;frame;frame… count``."""
    counts: Counter[str] = Counter()
    for line in raw.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")[1:]
        if not any(waits in frame for frame in frames[-4:] for waits in _WAITING):
            counts[_place(frames)] += int(count)
    return counts


def _place(frames: Sequence[str]) -> str:
    python = next((frame for frame in reversed(frames) if ".py:" in frame), "")
    native = next((frame for frame in reversed(frames) if not frame.startswith("0x")), frames[-1])
    place = _LINE.sub(")", _PATH.sub("(", python))
    return (
        place
        if native == python or native.startswith(_INTERPRETER)
        else f"{native.split()[0]} ← {place}"
    )


def summary(name: str, phase: Phase, counts: Counter[str]) -> str:
    total = counts.total()
    rows = [
        f"| {count / total:6.1%} | {phase.cpu_us_per_message * count / total:7.1f} "
        f"| {phase.cpu_us_per_delivery * count / total:6.3f} | `{place}` |"
        for place, count in counts.most_common(SHOWN)
    ]
    figures = ", ".join(f"{key} {value}" for key, value in asdict(phase).items())
    head = "| share | µs a message | µs a delivery | in |\n|---:|---:|---:|---|"
    return "\n".join([f"## {name}", "", figures, "", head, *rows, ""])


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/profile", description=__doc__)
    parser.add_argument("--rooms", type=int, default=1)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0, help="messages a second; 0: saturated")
    parser.add_argument("--seconds", type=float, default=10)
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
        text = summary(name, *record(shared, options, running, name))
    (options.output / f"{name}.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
