"""A worker: an event loop that takes posts, commits them in batches and shows changes to its sockets."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.simulation import rules
from benchmarks.simulation.batching import Batcher
from benchmarks.simulation.clock import Clock, Core, Event
from benchmarks.simulation.costs import HANDSHAKE_SHARE, Costs
from benchmarks.simulation.live import LiveRoom
from benchmarks.simulation.returning import Client
from benchmarks.simulation.rooms import Change, Ledger, Post, Room
from benchmarks.simulation.stores import Postgres, Redis

if TYPE_CHECKING:
    from benchmarks.simulation.site import Site

# Pieces in which a worker's upkeep comes, each second: timers and jobs of their own.
PIECES = 5
# sys.getswitchinterval(): how long a thread has the interpreter while others wait for it.
SWITCH_US = 5_000.0


class Worker:
    """The way of a message as in ARCHITECTURE.md, from the socket that posts to those that see it."""

    def __init__(self, site: "Site", number: int, loop: Core) -> None:
        self.number, self.loop, self.alive = number, loop, True
        self._site = site
        # Rooms whose heads it asks for once a second, also of those in which nothing happens.
        self.served = 0.0
        self._clock: Clock = site.clock
        self._costs: Costs = site.costs
        self._postgres: Postgres = site.postgres
        self._redis: Redis = site.redis
        self._ledger: Ledger = site.ledger
        self._network = site.costs.network_ms / 1e3
        self.rooms: dict[Room, LiveRoom] = {}
        self.uncommitted: dict[Post, None] = {}  # in the order of their coming
        self.writer: Batcher[Room, Post] = Batcher(
            site.clock,
            loop,
            work=self._commit,
            size=rules.BATCH,
            at_once=rules.BATCHES,
            worth=rules.WORTH_A_BATCH,
            spacing=rules.SPACING,
        )
        self.door: Batcher[Room, Client] = Batcher(
            site.clock, loop, work=self._let_in, size=rules.DOOR, at_once=1, worth=1
        )
        self.heard_notifications = 0
        site.clock.after(rules.POLL * site.dice.random(), self._poll)
        site.clock.after(rules.POLL * site.dice.random(), self._keep_up)

    def die(self) -> list[Post]:
        """End at once. Return the posts that are not in the log: their clients still have them."""
        self.alive = False
        lost, self.uncommitted = list(self.uncommitted), {}
        return lost

    def _do(self, micros: float, then: Event) -> None:
        """Do some work on the loop, and go on unless the worker has died meanwhile."""
        self.loop.run(micros / 1e6, lambda: then() if self.alive else None)

    def _on_a_thread(self, micros: float, then: Event) -> None:
        """Do some work beside the loop, which has the interpreter in turn with it."""
        piece = min(micros, SWITCH_US)
        if micros > piece:
            self._do(piece, lambda: self._on_a_thread(micros - piece, then))
        else:
            self._do(piece, then)

    def _when_alive(self, then: Event) -> Event:
        return lambda: then() if self.alive else None

    # Posting --------------------------------------------------------------------------------------

    def post(self, post: Post) -> None:
        """Take a post of one of its sockets."""
        self.uncommitted[post] = None
        self._do(self._costs.post_us, lambda: self.writer.submit(post.room, post))

    def _commit(self, lots: dict[Room, list[Post]], done: Event) -> None:
        rooms = list(lots)
        count = sum(map(len, lots.values()))
        began = self._clock.now
        changes: list[Change] = []

        def write() -> None:
            self._postgres.commit(rooms, count, committed)

        def committed() -> None:  # in the database, whether the worker is still there or not
            for room, posts in lots.items():
                after = len(room.log)
                room.log += posts
                changes.append(Change(room, after, len(room.log), self.number))
                for post in posts:
                    self.uncommitted.pop(post, None)
            self._clock.after(self._network, self._when_alive(answer))

        def answer() -> None:
            self.writer.note_commit(self._clock.now - began)
            ahead = []
            for change in changes:
                ahead.append(change.after > self.rooms[change.room].cursor)
                self._deliver(change, making=True)
            self._do(0.0, lambda: finished(ahead))

        def finished(ahead: Sequence[bool]) -> None:
            for change, was_ahead in zip(changes, ahead, strict=True):
                live = self.rooms[change.room]
                if live.committed(change, was_ahead=was_ahead):
                    live.on_gathered = self.writer.pause(change.room, rules.GATHER)
                tell = partial(
                    self._redis.publish, change, partial(self._site.serving, change.room)
                )
                self._clock.after(self._network, tell)
            done()

        self._do(self._costs.batch_us, lambda: self._clock.after(self._network, write))

    # Showing --------------------------------------------------------------------------------------

    def heard(self, change: Change) -> None:
        """Receive a notification. That of one's own changes is a part of what they cost."""
        if change.origin == self.number or not self.alive:
            return
        self.heard_notifications += 1

        def receive() -> None:
            if (live := self.rooms.get(change.room)) and change.through > live.cursor:
                live.heard(change.through)
                self._deliver(change)

        self._do(self._costs.hear_us, receive)

    def _deliver(self, change: Change, *, making: bool = False) -> None:
        live = self.rooms[change.room]
        shown = live.at_turn(change)
        cost = self._costs.room_us if making else 0.0
        self._show(live, shown, cost)
        if live.early and not live.is_repaired:
            live.is_repaired = True
            self._clock.after(rules.HOLD, self._when_alive(partial(self._repair, live)))

    def _show(self, live: LiveRoom, changes: Sequence[Change], making_us: float) -> None:
        """Write changes to the room's sockets, in one write each."""
        making = making_us / 1e6
        writing = live.sockets * self._costs.write_us / 1e6 if changes else 0.0
        begins, ends = self.loop.run(making + writing)
        if not changes or not live.sockets:
            return
        posts = [post for c in changes for post in live.room.log[c.after : c.through]]
        first = begins + making + self._costs.write_us / 1e6
        self._site.arrive(posts, sockets=live.sockets, first=first, last=ends)

    def _keep_up(self) -> None:
        """Spend what is spent whatever happens, in a few pieces a second."""
        if self.alive:
            self.loop.run(self._costs.idle_us / PIECES / 1e6)
            self._postgres.core.run(self._costs.postgres_worker_us / PIECES / 1e6)
            self._clock.after(rules.POLL / PIECES, self._keep_up)

    # What was missed ------------------------------------------------------------------------------

    def _poll(self) -> None:
        """Compare all cursors with the log, as once a second."""
        if not self.alive:
            return
        self._clock.after(rules.POLL, self._poll)
        count = max(self.served, len(self.rooms))

        def compare() -> None:
            for live in self.rooms.values():
                if len(live.room.log) > live.cursor and not live.is_repaired:
                    live.is_repaired = True
                    # It may be on its way this very moment.
                    self._clock.after(rules.HOLD, self._when_alive(partial(self._repair, live)))

        def asked() -> None:
            self._postgres.read(
                count * self._costs.head_us,
                lambda: self._clock.after(self._network, self._when_alive(compare)),
            )

        self._on_a_thread(count * self._costs.poll_us, asked)

    def _repair(self, live: LiveRoom) -> None:
        """Read from the log what a room has not shown, unless it has come."""
        if len(live.room.log) <= live.cursor:
            live.is_repaired = False
            return

        def found() -> None:
            change = Change(live.room, live.cursor, len(live.room.log), -1)
            live.is_repaired = False
            self._do(self._costs.hear_us, lambda: self._deliver(change))

        self._postgres.read(
            self._costs.read_us, lambda: self._clock.after(self._network, self._when_alive(found))
        )

    # The door -------------------------------------------------------------------------------------

    def connect(self, client: Client, attempt: int) -> None:
        """Take a handshake. Its client may have given up by the time it is answered."""

        def answered() -> None:
            if client.opened(attempt):
                self.door.submit(client.room, client)

        self._do(HANDSHAKE_SHARE * client.cost_us, answered)

    def _let_in(self, lots: dict[Room, list[Client]], done: Event) -> None:
        clients = [client for some in lots.values() for client in some]

        def noted() -> None:
            for client in clients:
                self._do((1 - HANDSHAKE_SHARE) * client.cost_us, partial(self._welcome, client))
            done()

        wait = self._network + len(clients) * self._costs.enter_wait_us / 1e6
        self._postgres.write(
            len(clients) * self._costs.enter_us,
            lambda: self._clock.after(wait, self._when_alive(noted)),
        )

    def _welcome(self, client: Client) -> None:
        """Let a socket in that is still there, with what it has missed."""
        if not client.welcomed():
            return
        room = client.room
        live = self.rooms.get(room)
        if live is None:
            live = self.rooms[room] = LiveRoom(room, 0, len(room.log))
        now = self._clock.now
        missed = room.log[client.cursor : live.cursor]
        self._site.arrive(missed, sockets=1, first=now, last=now)
        live.sockets += 1
        room.sockets[self.number] = live.sockets
        if client.is_new:
            self._site.joined(room)

    def tell_joins(self, room: Room) -> None:
        """Tell a crowd's joins to its sockets here, gathered."""
        live = self.rooms.get(room)
        if live is None or live.is_telling:
            return
        live.is_telling = True

        def tell() -> None:
            live.is_telling, live.told_at = False, self._clock.now
            self._do(live.sockets * self._costs.write_us, lambda: None)

        self._clock.at(live.told_at + rules.WINDOW, self._when_alive(tell))
