"""A room as one worker serves it: how far it was shown, and what came before its turn."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.simulation.rooms import Change, Room


@dataclass(eq=False, slots=True)
class LiveRoom:
    """As rooms/live/room.py: a cursor that only moves forward."""

    room: Room
    sockets: int
    cursor: int
    early: dict[int, Change] = field(default_factory=dict)
    is_repaired: bool = False  # the log is about to be read
    on_gathered: Callable[[], None] | None = None
    told_at: float = float("-inf")  # joins, to all sockets
    is_telling: bool = False
    _others: int = 0
    _own: int = 0

    def at_turn(self, change: Change) -> list[Change]:
        """Return the changes that can be shown once `change` has come, and move the cursor past them."""
        if change.through <= self.cursor:
            return []
        if change.after > self.cursor:
            kept = self.early.get(change.after)
            if kept is None or kept.through < change.through:
                self.early[change.after] = change
            return []
        shown = [self._cut(change)]
        while self.early and (start := min(self.early)) <= self.cursor:
            following = self.early.pop(start)
            if following.through > self.cursor:
                shown.append(self._cut(following))
        return shown

    def _cut(self, change: Change) -> Change:
        """Return what is new of a change: a repair may have read a part of it already."""
        after, self.cursor = self.cursor, change.through
        return Change(change.room, after, change.through, change.origin)

    def committed(self, change: Change, *, was_ahead: bool) -> bool:
        """Note a commit of this worker. Return True if posts should gather for another's turn.

        `was_ahead`: a change of another worker was to be shown before it.
        """
        took_turns = self._others > self._own or was_ahead
        self._own = change.through
        return took_turns and self._others <= change.after

    def heard(self, through: int) -> None:
        """Note another worker's change."""
        self._others = max(self._others, through)
        if through > self._own and self.on_gathered is not None:
            go_on, self.on_gathered = self.on_gathered, None
            go_on()
