"""Child processes of tests: started until they say they are ready, stopped by their own pid."""

import atexit
import os
import random
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_started: dict["Process", None] = {}


class ProcessFailed(Exception):
    """A process ended or stayed silent instead of getting ready; the text holds its last output."""


class Process:
    """One command, its output appended to a file, restartable.

    `ready` is a regular expression; the first line of output it matches means that the process
    serves.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        ready: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
    ) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        self.env = env
        self.cwd = cwd
        self.user = user
        self._ready = re.compile(ready.encode())
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: threading.Thread | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, timeout: float = 60) -> None:
        """Returns when the ready line was read; raises ProcessFailed when it does not come."""
        assert not self.alive, "already running"
        _end_in_order_on_sigterm()
        settled = threading.Event()
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.cwd,
            user=self.user,
            extra_groups=[] if self.user else None,
            # Ctrl-C reaches the tests only, which then stop what they started, in their order.
            process_group=0,
        )
        _started[self] = None
        matched: list[bytes] = []
        self._pump = threading.Thread(
            target=self._read, args=(self._process, matched, settled), daemon=True
        )
        self._pump.start()
        if not settled.wait(timeout):
            self.kill()
            raise ProcessFailed(f"Not ready after {timeout} s: {self}\n{self.tail()}")
        if not matched:
            raise ProcessFailed(f"Ended with {self.wait()}: {self}\n{self.tail()}")

    def stop(self, number: int = signal.SIGTERM, *, timeout: float = 30) -> int:
        """Asks it to end and returns its exit code; ProcessFailed when it goes on regardless."""
        if self.alive:
            os.kill(self.pid, number)
        try:
            return self.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProcessFailed(f"Did not stop in {timeout} s: {self}\n{self.tail()}") from None

    def kill(self) -> None:
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def wait(self, *, timeout: float | None = None) -> int:
        """The exit code, once it ended and its output is in the log."""
        assert self._process is not None, "not started"
        code = self._process.wait(timeout)
        if self._pump:
            self._pump.join(timeout=5)
        return code

    def tail(self, *, characters: int = 4000) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text[-characters:]

    def __str__(self) -> str:
        return " ".join(self.command)

    def _read(
        self, process: subprocess.Popen[bytes], matched: list[bytes], settled: threading.Event
    ) -> None:
        assert process.stdout is not None
        try:
            with self.log.open("ab", buffering=0) as log, process.stdout as output:
                for line in output:
                    log.write(line)
                    if not matched and self._ready.search(line):
                        matched.append(line)
                        settled.set()
        finally:
            settled.set()


def started() -> list[Process]:
    """What was started in this process so far, stopped or not, whose log is still there."""
    return [process for process in _started if process.log.exists()]


def free_port() -> int:
    """A TCP port of 127.0.0.1 nobody listens on.

    Below the range from which the system takes the ports of outgoing connections: a server that
    restarts would else find its port taken by some client.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _end_in_order_on_sigterm() -> None:
    """Else a test run that is told to end, by `timeout` say, would leave its servers behind."""

    def interrupt(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, interrupt)


@atexit.register
def _stop_what_is_left() -> None:
    for process in _started:
        process.kill()
