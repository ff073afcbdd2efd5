"""Rooms and their logs, and the account of what every member has seen."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Post:
    """A message on its way. `left` counts the sockets that have not been written to yet."""

    room: "Room"
    at: float
    left: int


@dataclass(eq=False, slots=True)
class Room:
    """A room's log, and the number of its sockets on each worker.

    `members` counts the sockets that are there and those that are on their way back.
    """

    number: int
    members: int
    sockets: dict[int, int] = field(default_factory=dict)  # by the worker's number
    log: list[Post] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """The messages of a room's log from `after` to `through`."""

    room: Room
    after: int
    through: int
    origin: int  # the worker that has committed it


class Ledger:
    """Times from post to seen, each for a number of sockets; and that each socket sees a message once."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float, int]] = []  # when seen, how long it took, sockets
        self.posted = self.deliveries = self.expected = 0
        self.on_seen: Callable[[Post], None] = lambda post: None  # by everybody

    def post(self, room: Room, at: float) -> Post:
        post = Post(room, at, left=room.members)
        self.posted += 1
        self.expected += post.left
        return post

    def seen(self, post: Post, *, sockets: int, first: float, last: float) -> None:
        """Note that some sockets have seen a post, evenly from `first` until `last`."""
        post.left -= sockets
        self.deliveries += sockets
        assert post.left >= 0, "a message was delivered twice"
        if sockets > 2:  # first, middle and last, as the load generator watches
            third, rest = sockets // 3, sockets - 2 * (sockets // 3)
            self.times.append((first, first - post.at, third))
            self.times.append(((first + last) / 2, (first + last) / 2 - post.at, rest))
            self.times.append((last, last - post.at, third))
        else:
            self.times.append((last, last - post.at, sockets))
        if not post.left:
            self.on_seen(post)

    def percentile(self, share: float, *, since: float = 0.0, until: float = float("inf")) -> float:
        """Return the seconds within which a share of the deliveries of a span of time was seen.

        A span is of the times at which messages were posted. Infinite if nothing was seen.
        """
        taken = sorted((took, n) for seen, took, n in self.times if since <= seen - took < until)
        left = share * sum(n for _, n in taken)
        for took, n in taken:
            left -= n
            if left <= 0:
                return took
        return float("inf")
