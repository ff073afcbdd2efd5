"""Workers whose clocks are wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.experiment import FULL, Experiment
from tests.faults.results import Results, equals
from tests.faults.rig import FLAGS, Rig, wait_until_ready
from tests.support.workers import Worker

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]


async def test_clocks_off_by_five_minutes_either_way(rig: Rig, results: Results) -> None:
    """One worker is ahead, one behind, one right: the database's clock is the only one that counts."""
    with wrong_clock(rig, 1, "+5m"), wrong_clock(rig, 2, "-5m"):
        async with Experiment(rig, FULL) as run:
            began = rig.site.rows("SELECT now()")[0][0]
            await run.run(nothing)
            misdated = rig.site.rows(
                "SELECT count(*) FROM history_message"
                " WHERE client_id = ANY(%s) AND (at < %s OR at > now())",
                [[sent.client_id for sent in run.sent()], began],
            )
            left = [m for view in run.members for m in view.recording.left_at]
            results.judge(
                "clocks of two workers off by +5 and -5 minutes",
                run,
                equals("messages with a wrong time", misdated[0][0], 0),
                equals("people taken for gone", left, []),
                equals("sockets closed", run.closes().total(), 0),
            )


async def nothing() -> None:
    """The fault has been there all along."""


@contextmanager
def wrong_clock(rig: Rig, number: int, offset: str) -> Iterator[None]:
    """In place of a worker one that reads another time; what measures durations is left alone."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    assert library, "libfaketime is missing: sudo apt install libfaketime"
    right = rig.workers[number]
    right.terminate()
    wrong = Worker(
        env=rig.site.env
        | {"LD_PRELOAD": str(library), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        log=rig.site.directory / f"worker-{offset}.log",
        flags=FLAGS,
        port=right.port,
    )
    try:
        wrong.start()
        wait_until_ready(wrong)
        yield
    finally:
        wrong.kill()
        right.start()
        wait_until_ready(right)
