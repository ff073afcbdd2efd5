"""The mailbox itself: nothing is acked that is not in it, and it may be away or full."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.experiment import FULL, Experiment
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig
from tests.support.services import PostgresServer

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

AWAY = 3.0  # seconds for which a restarting PostgreSQL is gone
CRASH = 3  # SIGQUIT: "immediate", no checkpoint and no goodbye; it recovers from its log


async def test_postgresql_restarts_in_order_and_after_a_crash(rig: Rig, results: Results) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, FULL) as run:
        away: list[tuple[float, float]] = []

        async def fault() -> None:
            for number in (None, CRASH):
                gone_at = loop.time()
                if number is None:
                    await asyncio.to_thread(rig.postgres.stop)
                else:
                    await asyncio.to_thread(rig.postgres.process.stop, number)
                await asyncio.sleep(AWAY)
                await asyncio.to_thread(rig.postgres.start)
                away.append((gone_at, loop.time()))
                await asyncio.sleep(20)

        await run.run(fault)
        back = [
            t.acked_at - returned
            for gone, returned in away
            for t in run.timings
            if gone <= t.sent_at <= returned < t.acked_at
        ]
        results.judge(
            "PostgreSQL restarts in order, and after a crash",
            run,
            equals("posts that had to wait", len(back) > 0, True),
            at_most("… are acked after its return", max(back), 10),
            equals("refusals say", set(run.refusals()) or {"unavailable"}, {"unavailable"}),
        )


async def test_a_full_disk_refuses_and_goes_on_when_there_is_room(results: Results) -> None:
    loop = asyncio.get_running_loop()
    postgres = PostgresServer()
    with small_disk(postgres.directory) as disk, Rig(postgres=postgres) as rig:
        async with Experiment(rig, FULL) as run:
            filled_at = freed_at = 0.0
            server = rig.postgres.process.pid

            async def fault() -> None:
                nonlocal filled_at, freed_at
                await asyncio.to_thread(disk.fill)
                filled_at = loop.time()
                await asyncio.sleep(10)
                disk.free()
                freed_at = loop.time()

            await run.run(fault)
            delayed = [
                t.acked_at - freed_at
                for t in run.timings
                if filled_at <= t.sent_at <= freed_at < t.acked_at
            ]
            results.judge(
                "the disk of PostgreSQL is full",
                run,
                equals("it was refused", run.refusals().total() > 0, True),
                equals("refusals say", set(run.refusals()), {"unavailable"}),
                equals("posts that had to wait", len(delayed) > 0, True),
                at_most("… are acked after there is room", max(delayed), 10),
                equals("PostgreSQL ran through", rig.postgres.process.pid, server),
            )


class SmallDisk:
    """A file system of its own, so that filling it is nobody else's loss."""

    def __init__(self, directory: Path) -> None:
        self._ballast = directory / "ballast"

    def fill(self) -> None:
        """To the last block."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        self._ballast.unlink()


@contextmanager
def small_disk(directory: Path) -> Iterator[SmallDisk]:
    """Mount a small file system on a directory."""
    if os.geteuid() != 0:
        pytest.fail("Only root can mount the small disk this fault needs: run it as root.")
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m,mode=0755", "chat-small-disk", directory]
    subprocess.run(mount, check=True)
    try:
        yield SmallDisk(directory)
    finally:
        # The server has removed what it had in there and let go of it.
        subprocess.run(["umount", directory], check=True)
        directory.rmdir()
