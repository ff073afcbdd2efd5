"""A worker's repeated jobs, for itself and for all workers: a table."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any

from django.db import Error

from history import database, identity, storage
from history.log import edits, files
from history.search import index
from rooms import counts, presence, publish
from rooms.actions import (
    admission,
    due,
    ending,
    handoffs,
    leaving,
    retention,
    roles,
    rooms,
    sign_ins,
)
from rooms.live import metrics
from rooms.live.hub import Hub
from rooms.live.outage import outage
from rooms.live.threads import DatabaseThreads
from rooms.pushing import queue

logger = logging.getLogger(__name__)

# Seconds until a job that failed is tried again.
RETRY = 1.0


class On(Enum):
    """Where a job runs. What runs on the event loop is a coroutine function."""

    LOOP = auto()
    LIVE = auto()  # the threads of the sockets' questions
    KEEPER = auto()  # a thread of its own: such a job may take long
    FILES = auto()  # another one: a store of another machine may be away


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that is done for ever, with `every` seconds between two times."""

    name: str  # what logs say is failing
    every: float
    work: Callable[[], Any]
    on: On = On.KEEPER
    # Workers without a lease are taken for dead, and what they do for all is not theirs to do.
    needs_lease: bool = True


def jobs(hub: Hub) -> list[Job]:
    """Return the jobs of a worker that are not about its lease."""
    return [
        Job(name="history's beat", every=5, work=identity.beat, on=On.LIVE),
        Job(name="check of sockets", every=1, work=hub.eviction.recheck_sessions, on=On.LOOP, needs_lease=False),
        Job(name="check of the channel layer", every=2, work=hub.subscription.check, on=On.LOOP,
            needs_lease=False),
        Job(name="count of people", every=1, work=partial(_count_people, hub), on=On.LOOP,
            needs_lease=False),
        Job(name="leaves and closings", every=1, work=_sweep_after_outages),
        Job(name="people who wait", every=5, work=admission.write_down_heard, needs_lease=False),
        Job(name="search's index", every=3, work=index.upkeep),
        Job(name="codes that are left", every=10, work=rooms.give_up_longest_empty),
        Job(name="statistics", every=15, work=counts.step),
        Job(name="people at once", every=60, work=counts.note_people),
        Job(name="messages kept no longer", every=30, work=_Retention()),
        Job(name="rooms without an owner", every=60, work=_find_heirs),
        # Any worker may do these, and it does not matter when.
        Job(name="files that are gone", every=5, work=_sweep_files, on=On.FILES, needs_lease=False),
        Job(name="earlier texts", every=600, work=edits.purge, needs_lease=False),
        Job(name="search's leavings", every=600, work=index.scrub, needs_lease=False),
        Job(name="expired sign-ins", every=600, work=sign_ins.forget_expired, needs_lease=False),
        Job(name="handoffs", every=600, work=handoffs.forget_old, needs_lease=False),
        Job(name="notifications of the day before", every=600, work=queue.purge, needs_lease=False),
    ]  # fmt: skip


def sweep() -> None:
    """Do what any worker does for all: bury the dead, announce leaves, close rooms that are
    empty or whose time has come.

    A room that somebody holds is left for the next time, here as in the other jobs.
    """
    if not due.anything():
        return
    with database.impatience():
        admission.forget_silent()
        presence.reap()
        leaving.announce_leaves()
        rooms.close_abandoned()
        ending.carry_out()


def _sweep_after_outages() -> None:
    # After an outage every worker's lease has run out, and each renews its own within seconds.
    if outage.is_long_over(presence.RENEW_SECONDS):
        sweep()


def _sweep_files() -> None:
    while swept := files.sweep():
        metrics.files_deleted.inc(swept)
    storage.delete_abandoned_folders()


def _find_heirs() -> None:
    with database.impatience():
        roles.find_heirs()


class _Retention:
    """Deletes what rooms keep no longer, some rooms each time."""

    def __init__(self) -> None:
        self._last = 0  # the key of the last room that was looked at

    def __call__(self) -> None:
        with database.impatience():
            self._last = retention.sweep(self._last)


async def _count_people(hub: Hub) -> None:
    metrics.people.set(
        sum(
            len({client.user_id for client in room.clients.values()}) for room in hub.rooms.values()
        )
    )


class Upkeep:
    """Does jobs until it is stopped."""

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        live: DatabaseThreads,
        keeper: DatabaseThreads,
        files: DatabaseThreads,
        leased: asyncio.Event,
    ) -> None:
        """`leased` is set while the worker has a lease."""
        self._jobs = jobs
        self._live, self._keeper, self._files = live, keeper, files
        self._leased = leased
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._repeat(job)) for job in self._jobs]

    async def stop(self) -> None:
        """Begin nothing more. What is under way on a thread ends by itself."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, job: Job) -> None:
        """Do a job for ever. A failure is said once and tried again every second.

        Of a database that is away it is said once for all of them: see outage.py.
        """
        said = False
        while True:
            pause = job.every
            # At once with the lease: a worker that lives for a second has its beat.
            if job.needs_lease:
                await self._leased.wait()
            try:
                await self._do(job)
            except Exception as error:
                if not (said or database.is_away(error)):
                    away = isinstance(error, (Error, *publish.LAYER_AWAY))
                    trace = None if away else error
                    logger.warning("upkeep failing (%s): %s", job.name, error, exc_info=trace)
                    said = True
                pause = min(pause, RETRY)
            else:
                if said:
                    logger.info("upkeep well again (%s)", job.name)
                said = False
            await asyncio.sleep(pause)

    async def _do(self, job: Job) -> None:
        match job.on:
            case On.LOOP:
                await job.work()
            case On.LIVE:
                await self._live.run(job.work)
            case On.KEEPER:
                await self._keeper.run(job.work)
            case On.FILES:
                await self._files.run(job.work)
