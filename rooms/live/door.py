"""The door: sockets that come and go, many at a time.

After a restart of a worker all its sockets come to the others at once. Each of them needs a
session, a membership and a row of its own; asked for together, that is a few queries a batch.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import Error, IntegrityError

from rooms.actions import entering, leaving
from rooms.actions.entering import Arrival, Entrance, Outcome
from rooms.errors import ChatError, RoomHeld, TooManySockets, Unavailable
from rooms.live.batching import Batcher
from rooms.live.questions import Question
from rooms.live.threads import DatabaseThreads, impatiently

logger = logging.getLogger(__name__)

# Sockets let in or forgotten in one go.
BATCH = 200
# Sockets that may wait at the door.
WAITING = 50_000
# Sockets of one person on this worker. The newest is refused, with a code that brings it back a while
# later: of the others some may have died with a network, which shows within a minute. An older one
# that was closed in its place would come back as well, and push out the next.
SOCKETS = 64
# Seconds until sockets that could not be forgotten are tried to be once more.
RETRY = 1.0
# Seconds that the end waits for those that are still to be noted.
STOP = 5.0


@dataclass(frozen=True, slots=True)
class _Gone:
    """A socket that has entered the room of a code, or has tried to, and is gone."""

    socket_id: str
    code: str


_Arriving = Question[Arrival, Entrance]
_Item = _Arriving | _Gone
_Outcome = Entrance | Exception | None  # None: forgotten
_Arrive = Callable[[Sequence[Arrival]], Awaitable[Sequence[Outcome]]]


class Door:
    """Lets sockets in and notes that they are gone, in batches and in order.

    A socket that came and went has come before it went: both wait in the queue of their room's code.
    Sockets of a room that somebody holds wait for it apart, on threads of `patient`.
    """

    def __init__(self, *, patient: DatabaseThreads) -> None:
        self._threads = DatabaseThreads(name="door")
        self._patient = patient
        self._queue: Batcher[str, _Item, Entrance | None] = Batcher(
            name="sockets",
            work=self._work,
            patiently=self._work_patiently,
            answer=self._answer,
            size=BATCH,
            waiting=WAITING,
        )
        # The sockets that have asked to enter and are not gone, with the code they came by.
        self._codes: dict[str, str] = {}
        # The sockets that are noted, as (room, user).
        self._inside: dict[str, tuple[int, int]] = {}
        self._sockets_of: Counter[int] = Counter()  # of each user, in `_inside`
        self._order = asyncio.Lock()
        # The lease under which sockets are noted. Without one (no database) nobody gets in.
        self.worker_id: int | None = None

    async def enter(self, arrival: Arrival) -> Entrance:
        """Raises SignedOut, NotMember, Removed, RoomClosed, NameTaken, TooManySockets or Unavailable."""
        question: _Arriving = Question(arrival)
        self._queue.submit(arrival.code, question)
        self._codes[arrival.socket_id] = arrival.code
        return await question.answer

    def vanished(self, socket_id: str) -> None:
        """Note that a socket is gone, whether it has entered, has tried to or has not."""
        code = self._codes.pop(socket_id, None)
        if code is None:
            return
        if socket_id in self._inside:
            _, user = self._inside.pop(socket_id)
            self._sockets_of[user] -= 1
            if not self._sockets_of[user]:
                del self._sockets_of[user]
        self._forget(_Gone(socket_id, code))

    async def move(self, worker_id: int) -> set[str]:
        """Note all sockets under a new lease. Returns those of people for whom there is no place now.

        Raises what the database raises.
        """
        async with self._order:
            sockets = [(socket, room, user) for socket, (room, user) in self._inside.items()]
            lost = await self._threads.run(
                impatiently, entering.reattach, worker_id=worker_id, sockets=sockets
            )
            self.worker_id = worker_id
            return lost

    async def stop(self) -> None:
        """Note what is still to be noted, unless the database is away: the lease runs out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP):
                await self._queue.stop()
        await self._threads.close()

    # Batches --------------------------------------------------------------------------------------

    async def _work(self, batch: Sequence[_Item]) -> Sequence[_Outcome]:
        async with self._order:
            return await self._note(batch, self._arrive)

    async def _work_patiently(self, batch: Sequence[_Item]) -> Sequence[_Outcome]:
        return await self._note(batch, self._arrive_patiently)

    async def _note(self, batch: Sequence[_Item], arrive: _Arrive) -> Sequence[_Outcome]:
        """Note arrivals, then the sockets that are gone: a reload never looks like a leave."""
        arrivals = [item.about for item in batch if isinstance(item, Question)]
        entered = await arrive(arrivals) if arrivals else ()
        held = {
            arrival.code
            for arrival, outcome in zip(arrivals, entered, strict=True)
            if isinstance(outcome, RoomHeld)
        }
        # Sockets that have come to a room that is held are forgotten after they were let in.
        gone = {item.socket_id for item in batch if isinstance(item, _Gone)}
        late = {item.socket_id for item in batch if isinstance(item, _Gone) and item.code in held}
        left = await self._vanish(gone - late) if gone - late else set()
        outcomes: list[_Outcome] = []
        answers = iter(entered)
        for item in batch:
            if isinstance(item, Question):
                outcomes.append(next(answers))
            elif item.socket_id in late:
                outcomes.append(RoomHeld())
            else:
                outcomes.append(Unavailable() if item.socket_id in left else None)
        return outcomes

    def _answer(self, batch: Sequence[_Item], outcomes: Sequence[_Outcome]) -> None:
        for item, outcome in zip(batch, outcomes, strict=True):
            if isinstance(item, Question):
                item.reply(self._place(item.about, outcome))
            elif isinstance(outcome, Exception):
                # Forgotten rows would be ghosts for as long as this worker lives: try again.
                asyncio.get_running_loop().call_later(RETRY, self._forget, item)

    def _place(self, arrival: Arrival, outcome: _Outcome) -> Entrance | ChatError:
        """Note a socket that was let in as inside, unless its person has too many."""
        if not isinstance(outcome, Entrance):
            return outcome if isinstance(outcome, ChatError) else Unavailable()
        member = outcome.membership
        if self._sockets_of[member.user_id] >= SOCKETS:
            return TooManySockets()
        if arrival.socket_id in self._codes:
            self._inside[arrival.socket_id] = member.room_id, member.user_id
            self._sockets_of[member.user_id] += 1
        return outcome

    def _forget(self, gone: _Gone) -> None:
        try:
            self._queue.submit(gone.code, gone)
        except Unavailable:
            asyncio.get_running_loop().call_later(RETRY, self._forget, gone)

    # On threads -----------------------------------------------------------------------------------

    async def _arrive(self, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        """Let sockets in. The outcome is RoomHeld where the room is to be waited for."""
        try:
            return await self._threads.read(impatiently, self._arrival(arrivals))
        except RoomHeld:
            return await self._threads.read(self._arrival(arrivals), only_free=True)

    async def _arrive_patiently(self, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        """Let sockets in, waiting for their room. Raises RoomHeld if that was in vain."""
        return await self._patient.read(self._arrival(arrivals))

    def _arrival(self, arrivals: Sequence[Arrival]) -> Callable[..., Sequence[Outcome]]:
        """Return what lets sockets in, on a thread, under the lease of this moment."""
        return partial(_arrive, self.worker_id, arrivals)

    async def _vanish(self, socket_ids: Collection[str]) -> Collection[str]:
        """Forget sockets. Returns those that are still noted: somebody holds their room, or it failed."""
        try:
            return await self._threads.run(impatiently, leaving.vanish, socket_ids=socket_ids)
        except Exception as error:  # what has arrived with them has arrived
            bug = None if isinstance(error, Error) else error
            logger.warning(
                "%d sockets could not be forgotten: %s", len(socket_ids), error, exc_info=bug
            )
            return socket_ids


def _arrive(
    worker_id: int | None, arrivals: Sequence[Arrival], *, only_free: bool = False
) -> Sequence[Outcome]:
    if worker_id is None:
        return [Unavailable() for _ in arrivals]
    try:
        return entering.arrive(worker_id=worker_id, arrivals=arrivals, only_free=only_free)
    except IntegrityError as error:
        # The lease under which they were to be noted has been taken away.
        logger.warning("%d sockets could not be let in: %s", len(arrivals), error)
        return [Unavailable() for _ in arrivals]
