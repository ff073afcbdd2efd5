"""Commands that are run beside each other, and what came of each."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
_NOTHING_SELECTED = 5  # pytest's exit code


@dataclass(frozen=True)
class Job:
    """A command. With `counts` it is pytest: it says what it prints also when all is well, takes
    `--counts FILE`, and may skip nothing: a skipped test must not read as passed. With `selects`
    it may select no test.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    without: str = ""
    """A variable of this environment that it does not get."""
    counts: bool = False
    selects: bool = False


@dataclass(frozen=True)
class Outcome:
    name: str
    ok: bool
    seconds: float
    processor: float = 0
    """Seconds of processor that it and what it waited for used."""
    output: str = ""
    counts: dict[str, int] = field(default_factory=dict)


class Lanes:
    """So many jobs at a time.

    A single lane lets its jobs write straight to the terminal; of several, what a job printed is
    shown when it has ended. Told to end, jobs get the time to stop their servers: killed, they
    would leave them behind.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._running: set[subprocess.Popen[str]] = set()
        self._ending = False

    def run(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Start them in this order; their outcomes, in the same. Exits when told to end."""
        previous = signal.signal(signal.SIGTERM, self._end)
        try:
            with ThreadPoolExecutor(max_workers=self._number) as pool:
                futures = [pool.submit(self._perform, job) for job in jobs]
                outcomes = [self._outcome(future) for future in futures]
        finally:
            signal.signal(signal.SIGTERM, previous)
        if self._ending:
            sys.exit(130)
        return outcomes

    def _outcome(self, future: Future[Outcome]) -> Outcome:
        while True:
            try:
                return future.result()
            except KeyboardInterrupt:  # Ctrl-C reaches the jobs without us
                self._ending = True

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True
        for process in list(self._running):
            process.terminate()

    def _perform(self, job: Job) -> Outcome:
        start = time.monotonic()
        if self._ending:
            return Outcome(job.name, ok=False, seconds=0)
        streams = self._number == 1
        if streams:
            print(f"\n=== {job.name} ===", flush=True)
        with tempfile.TemporaryDirectory(prefix="chat-check-") as directory:
            file = Path(directory) / "counts.json"
            process = subprocess.Popen(
                [*job.command, f"--counts={file}"] if job.counts else job.command,
                cwd=ROOT,
                env={k: v for k, v in os.environ.items() if k != job.without} | {**job.env},
                stdin=None if streams else subprocess.DEVNULL,
                stdout=None if streams else subprocess.PIPE,
                stderr=None if streams else subprocess.STDOUT,
                text=True,
            )
            self._running.add(process)
            output = process.stdout.read() if process.stdout else ""
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self._running.discard(process)
            counts = json.loads(file.read_text()) if file.exists() else {}
        code = process.returncode
        ok = code == 0 or (job.selects and code == _NOTHING_SELECTED)
        ok = ok and not counts.get("skipped")
        if output and (job.counts or not ok):
            print(f"\n=== {job.name} ===\n{output.rstrip()}", flush=True)
        processor = usage.ru_utime + usage.ru_stime
        return Outcome(job.name, ok, time.monotonic() - start, processor, output, counts)
