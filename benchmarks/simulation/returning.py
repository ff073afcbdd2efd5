"""A client on its way in: it gives up when it has waited too long, and tries again after a pause."""

import random
from collections.abc import Callable
from typing import Protocol

from benchmarks.simulation import rules
from benchmarks.simulation.clock import Clock
from benchmarks.simulation.rooms import Room


class Door(Protocol):
    """A worker, as a client knows it."""

    def connect(self, client: "Client", attempt: int) -> None: ...


class Client:
    """One socket that comes in, with the cursor that it has."""

    def __init__(
        self,
        clock: Clock,
        dice: random.Random,
        room: Room,
        *,
        cursor: int,
        cost_us: float,
        balancer: Callable[[Room], Door],
        is_new: bool = False,
        is_patient: bool = False,
        on_live: Callable[["Client"], None] = lambda client: None,
    ) -> None:
        """`is_patient`: never gives up, as the load generator's."""
        self.room, self.cursor, self.cost_us, self.is_new = room, cursor, cost_us, is_new
        self._clock, self._dice, self._balancer = clock, dice, balancer
        self._patient, self._on_live = is_patient, on_live
        self.fell_at = clock.now
        self.live_at: float | None = None
        self.attempts = 0

    def connect(self) -> None:
        """Try to get in at whichever worker the balancer chooses."""
        attempt = self.attempts = self.attempts + 1
        self._give_up_after(rules.OPEN_TIMEOUT, attempt)
        self._open = False
        self._balancer(self.room).connect(self, attempt)

    def come_back(self) -> None:
        """Connect after the pause of a first attempt: the socket has just been lost."""
        self._clock.after(rules.delay(0, self._dice), self.connect)

    def opened(self, attempt: int) -> bool:
        """Take the answer to a handshake. Return True unless it was given up."""
        if self.live_at is not None or attempt != self.attempts or self._open:
            return False
        self._open = True
        self._give_up_after(rules.WELCOME_TIMEOUT, attempt, opened=True)
        return True

    def welcomed(self) -> bool:
        """Take the welcome. Return True unless it comes too late."""
        if self.live_at is not None or not self._open:
            return False
        self.live_at = self._clock.now
        self._on_live(self)
        return True

    def _give_up_after(self, seconds: float, attempt: int, *, opened: bool = False) -> None:
        def check() -> None:
            if self.live_at is None and attempt == self.attempts and self._open is opened:
                self._open = False
                self.attempts += 1  # what still comes is of an attempt that is over
                self._clock.after(rules.delay(attempt, self._dice), self.connect)

        if not self._patient:
            self._clock.after(seconds, check)
