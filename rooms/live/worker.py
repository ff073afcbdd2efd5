"""The live worker: everything of this process that is not a request.

Started by ASGI's lifespan, or by the first socket on a server that has none.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import secrets
import socket
from weakref import WeakKeyDictionary

from django.db import Error

from history import identity, storage
from history.identity import Identity
from history.log.entry import Change
from rooms import limits, presence, publish
from rooms.live import metrics, upkeep
from rooms.live.deliverer import Deliverer
from rooms.live.door import Door
from rooms.live.elsewhere import LOOK_EVERY, Elsewhere
from rooms.live.hub import Hub
from rooms.live.outage import outage
from rooms.live.pusher import Pusher
from rooms.live.read_receipts import ReadReceipts
from rooms.live.receiver import Receiver
from rooms.live.repair import POLL
from rooms.live.threads import DatabaseThreads, impatiently
from rooms.live.upkeep import Job, On, Upkeep
from rooms.live.writer import Writer
from rooms.publish import Notification

logger = logging.getLogger(__name__)

# Seconds between two settlings of what sockets spend with what they spend elsewhere.
SETTLE_LIMITS = 1.0
# Seconds between two looks for people to notify, and for hooks with news.
PUSH = 1.0
HOOKS = 1.0
# Rooms that are waited for at once. Each takes a thread and a connection.
PATIENT = 2
# Seconds a starting server waits for its lease. Without it sockets are sent away.
SETTLE = 3.0

_workers: WeakKeyDictionary[asyncio.AbstractEventLoop, "LiveWorker"] = WeakKeyDictionary()


def current() -> "LiveWorker":
    """Return the worker of the running event loop, which is started if it was not."""
    loop = asyncio.get_running_loop()
    worker = _workers.get(loop)
    if worker is None:
        worker = _workers[loop] = LiveWorker(loop)
        worker.start()
    return worker


def of_this_process() -> "LiveWorker | None":
    """Return the worker of this process, if there is one, for reading its state from any thread."""
    return next(iter(_workers.values()), None)


async def stop() -> None:
    """Stop the worker of the running event loop, if there is one."""
    worker = _workers.pop(asyncio.get_running_loop(), None)
    if worker is not None:
        await worker.stop()


class LiveWorker:
    """One event loop's hub, writer and door, and the lease they live under."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.boot_id = secrets.token_hex(8)
        self._sockets = itertools.count(1)
        self.threads = DatabaseThreads(name="live", size=4)
        # They do nothing but wait for rooms that somebody holds: as many rooms at once as threads.
        self._patient = DatabaseThreads(name="patient", size=PATIENT)
        # The lease waits for nothing else: without it other workers would take this one for dead.
        self._lessee = DatabaseThreads(name="lease")
        self._keeper = DatabaseThreads(name="keeper")
        self._files = DatabaseThreads(name="files")
        self.hub = Hub(name=self.boot_id, threads=self.threads)
        self._receiver = Receiver(self.hub)
        self.writer = Writer(hub=self.hub, threads=self.threads, patient=self._patient)
        self.read_receipts = ReadReceipts(hub=self.hub, threads=self.threads)
        self.door = Door(patient=self._patient)
        self._elsewhere = Elsewhere(rooms=self.hub.rooms, threads=self.threads)
        self.settler = limits.settler()
        self._pusher = Pusher()
        self._deliverer = Deliverer()
        self.identity: Identity | None = None  # until the database could be asked
        self._leased = asyncio.Event()
        self._upkeep = Upkeep(
            [
                Job(name="lease", every=presence.RENEW_SECONDS, work=self._renew, on=On.LOOP,
                    needs_lease=False),
                Job(name="poll of the log", every=POLL, work=self._poll, on=On.LOOP,
                    needs_lease=False),
                Job(name="limits", every=SETTLE_LIMITS, work=self.settler.settle, on=On.LOOP,
                    needs_lease=False),
                Job(name="web push", every=PUSH, work=self._push, on=On.LOOP),
                Job(name="hooks", every=HOOKS, work=self._deliver, on=On.LOOP),
                Job(name="unread elsewhere", every=LOOK_EVERY, work=self._elsewhere.look, on=On.LOOP,
                    needs_lease=False),
                *upkeep.jobs(self.hub),
            ],
            live=self.threads,
            keeper=self._keeper,
            files=self._files,
            leased=self._leased,
        )  # fmt: skip

    def start(self) -> None:
        publish.use(self)
        self.hub.subscription.start(received=self._receiver.received, hinted=self._receiver.hinted)
        self._upkeep.start()

    def new_socket_id(self) -> str:
        """Return an id that no other socket has, on any worker. It is no secret."""
        return f"{self.boot_id}-{next(self._sockets):x}"

    async def settle(self) -> None:
        """Wait until sockets can be let in, or for SETTLE seconds: the database may be away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE):
                await self._leased.wait()

    async def stop(self) -> None:
        """Commit what was posted, give the lease back, close the connections."""
        await self._upkeep.stop()
        await self._pusher.stop()
        await self._deliverer.stop()
        await self.read_receipts.stop()
        await self.settler.close()
        await self.writer.stop()
        await self.door.stop()
        if self.door.worker_id is not None:
            try:
                await self._keeper.run(impatiently, presence.retire, worker_id=self.door.worker_id)
            except Error as error:
                logger.warning("the lease could not be given back: %s", error)
        publish.use(None)
        await self.hub.subscription.stop()
        await asyncio.gather(
            self.threads.close(),
            self._patient.close(),
            self._lessee.close(),
            self._keeper.close(),
            self._files.close(),
        )

    # Publishing, from any thread --------------------------------------------------------------------

    def notify(self, group: str, notification: Notification, change: Change | None) -> None:
        """Show a change to the sockets here and notify the other workers."""
        self.loop.call_soon_threadsafe(self._notify, group, notification, change)

    def _notify(self, group: str, notification: Notification, change: Change | None) -> None:
        self.hub.subscription.publish(group, notification)
        if change is not None:
            self.hub.deliver(change)
        else:
            self._receiver.received(notification)

    # The lease, and the history -------------------------------------------------------------------

    async def _renew(self) -> None:
        try:
            await self._hold_lease()
        except Error:
            metrics.database_up.set(0)
            raise
        metrics.database_up.set(1)
        outage.over()

    async def _hold_lease(self) -> None:
        if self.identity is None:  # before anybody is let in
            self._adopt(await self.threads.read(_first_look))
        worker_id = self.door.worker_id
        if worker_id is None or not await self._lessee.run(presence.renew, worker_id=worker_id):
            registered = await self._lessee.run(
                presence.register,
                boot_id=self.boot_id,
                host=socket.gethostname(),
                pid=os.getpid(),
            )
            await self._note_host()
            if worker_id is not None:
                logger.warning("this worker had been given up for dead: noting its sockets anew")
            self.hub.turn_away(await self.door.move(registered))
            self._leased.set()

    async def _note_host(self) -> None:
        """Leave word where files are that this machine has them there, for rooms/file_checks.py."""
        try:
            await self._files.run(storage.note_host, socket.gethostname())
        except OSError as error:  # talk goes on; who sends a file is told
            logger.error("files cannot be kept: %s", error)

    async def _push(self) -> None:
        await self._pusher.step(self.door.worker_id)

    async def _deliver(self) -> None:
        await self._deliverer.step(self.door.worker_id)

    async def _poll(self) -> None:
        """Check which history the database has, and compare the cursors with it."""
        before = self.identity
        if before is None:
            return
        found = await self.threads.read(identity.look, before)
        if found.history == before.history and await self.hub.repair.poll():
            # A log does not reach as far as it was shown here: it was set back without a word.
            found = await self.threads.run(identity.rename, before)
        self._adopt(found)
        if self.door.worker_id is None:
            await self._hold_lease()

    def _adopt(self, found: Identity) -> None:
        """Go by a history from now on. Sockets that were shown another one come back and begin afresh."""
        before, self.identity = self.identity, found
        self.hub.follow_history(found)
        limits.use_site(found.site)
        if before is not None and found.history != before.history:
            logger.warning("another history, %s: all sockets begin anew", found.history)
            self.hub.start_over()
            # A lease of the same name may be in the backup, with sockets that are long gone: that
            # one is to run out.
            self.boot_id, self.door.worker_id = secrets.token_hex(8), None
            self._leased.clear()


def _first_look() -> Identity:
    return identity.look(identity.remembered())
