"""All sockets of a worker, a few at a time."""

import math
from collections.abc import Iterable

from rooms.live.client import Client
from rooms.live.room import LiveRoom

# Portions in a round; one is taken each second.
PORTIONS = 30


class Round:
    """Goes through all sockets in PORTIONS equal portions, over and over."""

    def __init__(self) -> None:
        self._left: list[tuple[LiveRoom, Client]] = []
        self._size = 0

    def portion(self, rooms: Iterable[LiveRoom]) -> list[tuple[LiveRoom, Client]]:
        """Return the next sockets, from the first ones on when all have had their turn."""
        if not self._left:
            self._left = [(room, client) for room in rooms for client in room.clients.values()]
            self._size = max(1, math.ceil(len(self._left) / PORTIONS))
        some, self._left = self._left[: self._size], self._left[self._size :]
        return some
