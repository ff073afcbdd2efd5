"""manage.py replay: channel logs played into a running site as real visitors."""

import asyncio
import time
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rooms.replay import irc
from rooms.replay.play import Performance
from rooms.replay.visitor import VisitorError


class Command(BaseCommand):
    help = (
        "Plays IRC channel logs into a running site over HTTP and WebSocket: each nick a visitor, "
        "each file a room, all files at once. Serve with CHAT_RATE_LIMITS=off to have it fast."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--base-url",
            action="append",
            help="where the site is; given several times, visitors are spread over them "
            "(default: http://127.0.0.1:8000)",
        )
        parser.add_argument(
            "--speed",
            type=float,
            default=0.0,
            help="minutes of the log in one minute; 0, the default: as fast as it goes",
        )
        parser.add_argument(
            "--verify",
            action=BooleanOptionalAction,
            default=True,
            help="afterwards read each room's transcript and compare it with its log",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["speed"] < 0:
            raise CommandError("--speed cannot be negative.")
        logs = [(path, self._read(path)) for path in options["files"]]
        base_urls = options["base_url"] or ["http://127.0.0.1:8000"]
        failed = asyncio.run(
            self._play_all(
                logs,
                base_urls=base_urls,
                speed=options["speed"],
                verify=options["verify"],
                quiet=options["verbosity"] == 0,
            )
        )
        if failed:
            raise CommandError(f"{failed} of {len(logs)} logs did not go as written.")

    def _read(self, path: Path) -> list[irc.Line]:
        try:
            # newline="": a lone carriage return is part of what somebody typed.
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                return irc.parse(file.read())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except irc.NotALog as error:
            raise CommandError(f"{path}: {error}") from error

    async def _play_all(
        self,
        logs: list[tuple[Path, list[irc.Line]]],
        *,
        base_urls: list[str],
        speed: float,
        verify: bool,
        quiet: bool,
    ) -> int:
        performances = [
            Performance(lines=lines, base_urls=base_urls, speed=speed) for _, lines in logs
        ]
        began = time.monotonic()
        total = sum(len(performance.script.steps) for performance in performances)
        # disable=None: no bar where there is no terminal to draw it on.
        with tqdm(total=total, unit=" steps", disable=True if quiet else None) as bar:

            def step_done() -> None:
                bar.update()

            for performance in performances:
                performance.step_done = step_done
            outcomes = await asyncio.gather(
                *(self._play(performance, verify=verify) for performance in performances)
            )
        for (path, _), performance, problems in zip(logs, performances, outcomes, strict=True):
            self._report(path, performance, problems, verify=verify, quiet=quiet)
        await asyncio.gather(*(performance.close() for performance in performances))
        if not quiet:
            took = time.monotonic() - began
            self.stdout.write(f"{total} steps in {took:.1f} s, {total / took:.0f} a second")
        return sum(1 for problems in outcomes if problems)

    async def _play(self, performance: Performance, *, verify: bool) -> list[str]:
        try:
            await performance.play()
            return await performance.compare() if verify else []
        except VisitorError as error:
            return [str(error)]

    def _report(
        self,
        path: Path,
        performance: Performance,
        problems: list[str],
        *,
        verify: bool,
        quiet: bool,
    ) -> None:
        if problems:
            self.stderr.write(f"{path.name}, room {performance.code}:")
            for problem in problems:
                self.stderr.write(f"  {problem}")
        if quiet:
            return
        played = "as in the log" if verify and not problems else "played"
        self.stdout.write(
            f"{path.name}: {len(performance.lines)} lines, {len(performance.visitors)} visitors, "
            f"room {performance.code}" + ("" if problems else f", {played}")
        )
        for nick, name in performance.renamed().items():
            self.stdout.write(f"  {nick} is called {name}: the site did not take the nick")
        if performance.script.unplayable:
            numbers = ", ".join(str(number + 1) for number in performance.script.unplayable)
            self.stdout.write(f"  nothing is said in line {numbers}: not sent")
