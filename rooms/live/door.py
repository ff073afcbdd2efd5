"""The door: sockets that come and go, many at a time.

After a restart of a worker all its sockets come to the others at once. Each of them needs a
session, a membership and a row of its own; asked for together, that is a few queries a batch.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial

from django.db import Error, IntegrityError

from history import database
from rooms.actions import attendance
from rooms.actions.attendance import Arrival, Entrance, Outcome
from rooms.errors import RoomHeld, TooManySockets, Unavailable
from rooms.live.threads import DatabaseThreads, impatiently

logger = logging.getLogger(__name__)

BATCH = 200
# Sockets of one person on this worker. The newest is refused, with a code that brings it back a while
# later: of the others some may have died with a network, which shows within a minute. An older one
# that was closed in its place would come back as well, and push out the next.
SOCKETS = 64
# Seconds.
RETRY = 1.0
STOP = 5.0


Waiting = tuple[Arrival, asyncio.Future[Outcome]]


class Door:
    """Lets sockets in and notes that they are gone, in batches and in order.

    Whoever comes to a room that somebody holds waits for it apart, on threads of `patient`.
    """

    def __init__(self, *, patient: DatabaseThreads) -> None:
        self._threads = DatabaseThreads(name="door")
        self._patient = patient
        self._arriving: list[Waiting] = []
        self._vanished: dict[str, None] = {}
        # Sockets on their way in apart: that they are gone is noted after that.
        self._apart: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # The sockets that are noted, as (room, user).
        self._inside: dict[str, tuple[int, int]] = {}
        self._sockets_of: Counter[int] = Counter()  # of each user, in `_inside`
        self._order = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        # The lease under which sockets are noted. Without one (no database) nobody gets in.
        self.worker_id: int | None = None

    async def enter(self, arrival: Arrival) -> Entrance:
        """Raises SignedOut, NotMember, Removed, RoomClosed, NameTaken, TooManySockets or Unavailable."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._arriving.append((arrival, answer))
        self._start()
        outcome = await asyncio.shield(answer)
        if isinstance(outcome, Entrance):
            return outcome
        raise outcome

    def vanished(self, socket_id: str) -> None:
        """Note that a socket which entered, or tried to, is gone."""
        if socket_id in self._inside:
            _, user = self._inside.pop(socket_id)
            self._sockets_of[user] -= 1
            if not self._sockets_of[user]:
                del self._sockets_of[user]
        self._vanished[socket_id] = None
        self._start()

    async def move(self, worker_id: int) -> set[str]:
        """Note everyone under a new lease; the sockets of those for whom there is no place now.

        Raises what the database raises.
        """
        async with self._order:
            sockets = [(socket, room, user) for socket, (room, user) in self._inside.items()]
            lost = await self._threads.run(
                impatiently, attendance.reattach, worker_id=worker_id, sockets=sockets
            )
            self.worker_id = worker_id
            return lost

    async def stop(self) -> None:
        """Note what is still to be noted, unless the database is away: the lease runs out."""
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP):
                    await asyncio.gather(self._task, *self._tasks)
        await self._threads.close()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._arriving or self._vanished.keys() - self._apart:
                async with self._order:
                    done = await self._work()
                if not done:
                    await asyncio.sleep(RETRY)
        finally:
            self._task = None

    async def _work(self) -> bool:
        """One batch. False if it must wait before the next: the database is away."""
        batch, self._arriving = self._arriving[:BATCH], self._arriving[BATCH:]
        # Who vanished is noted after all who came before: a socket that came and went has come
        # before it went, and a reload never looks like a leave.
        gone: dict[str, None] = {}
        if not self._arriving:
            gone = {socket: None for socket in self._vanished if socket not in self._apart}
            self._vanished = dict.fromkeys(self._vanished.keys() - gone.keys())
        if batch:
            outcomes = await self._arrive([arrival for arrival, _ in batch])
            held: dict[tuple[str, str], list[Waiting]] = {}
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, RoomHeld):
                    held.setdefault((waiting[0].room, waiting[0].code), []).append(waiting)
                else:
                    self._settle(waiting, outcome)
            for some in held.values():
                self._go_apart(some)
            if late := gone.keys() & self._apart:
                self._vanished |= dict.fromkeys(late)
                gone = {socket: None for socket in gone if socket not in late}
        if gone and not await self._vanish(gone):
            # Forgotten rows would be ghosts for as long as this worker lives: try again.
            self._vanished = gone | self._vanished
            return False
        return True

    def _place(self, arrival: Arrival, entrance: Entrance) -> Outcome:
        """Note a socket as inside, unless its person has too many."""
        member = entrance.membership
        if self._sockets_of[member.user_id] >= SOCKETS:
            return TooManySockets()
        if arrival.socket_id not in self._vanished:
            self._inside[arrival.socket_id] = member.room_id, member.user_id
            self._sockets_of[member.user_id] += 1
        return entrance

    def _settle(self, waiting: Waiting, outcome: Outcome) -> None:
        arrival, answer = waiting
        if isinstance(outcome, Entrance):
            outcome = self._place(arrival, outcome)
        answer.set_result(outcome)

    def _go_apart(self, some: Sequence[Waiting]) -> None:
        """Wait for a room that somebody holds, where nobody else has to."""
        sockets = {arrival.socket_id for arrival, _ in some}
        self._apart |= sockets

        async def arrive() -> None:
            try:
                outcomes = await self._arrive([arrival for arrival, _ in some], patiently=True)
                for waiting, outcome in zip(some, outcomes, strict=True):
                    self._settle(waiting, outcome)
            finally:
                self._apart -= sockets
                self._start()

        task = asyncio.get_running_loop().create_task(arrive())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _arrive(
        self, arrivals: Sequence[Arrival], *, patiently: bool = False
    ) -> Sequence[Outcome]:
        """The outcome of each; RoomHeld where the room is to be waited for, or was in vain."""
        if self.worker_id is None:
            return [Unavailable() for _ in arrivals]
        arrive = partial(attendance.arrive, worker_id=self.worker_id, arrivals=arrivals)
        try:
            if patiently:
                return await self._patient.read(arrive)
            try:
                return await self._threads.read(impatiently, arrive)
            except RoomHeld:
                return await self._threads.read(arrive, only_free=True)
        except RoomHeld as held:
            return [held for _ in arrivals]
        except IntegrityError as error:
            # The lease under which they were to be noted has been taken away.
            logger.warning("%d sockets could not be let in: %s", len(arrivals), error)
        except Exception as error:
            if isinstance(error, Error) and database.is_away(error):
                return [Unavailable() for _ in arrivals]
            logger.exception("%d sockets could not be let in", len(arrivals))
            if len(arrivals) > 1:  # one of them is at fault, and the others need not suffer
                return [
                    (await self._arrive([arrival], patiently=patiently))[0] for arrival in arrivals
                ]
        return [Unavailable() for _ in arrivals]

    async def _vanish(self, socket_ids: Collection[str]) -> bool:
        try:
            left = await self._threads.run(impatiently, attendance.vanish, socket_ids=socket_ids)
            if left:
                asyncio.get_running_loop().call_later(RETRY, self._vanish_again, left)
        except Exception as error:
            bug = None if isinstance(error, Error) else error
            logger.warning(
                "%d sockets could not be forgotten: %s", len(socket_ids), error, exc_info=bug
            )
            return False
        return True

    def _vanish_again(self, socket_ids: Collection[str]) -> None:
        """Forget sockets in rooms that somebody held."""
        self._vanished |= dict.fromkeys(socket_ids)
        self._start()
