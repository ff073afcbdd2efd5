"""A whole site: its parts put together, and the people on it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.simulation import rules
from benchmarks.simulation.clock import Clock, Core
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.live import LiveRoom
from benchmarks.simulation.people import dealt
from benchmarks.simulation.returning import Client
from benchmarks.simulation.rooms import Ledger, Post, Room
from benchmarks.simulation.stores import Postgres, Redis
from benchmarks.simulation.worker import Worker


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is of everything."""

    workers: int = 1
    postgres_cores: int = 8
    connections: int = 100  # that PostgreSQL accepts, directly or through a pooler
    shards: int = 1
    by_room: bool = False  # the balancer sends all of a room to one worker
    # As in a check: all workers share a core; PostgreSQL, Redis and the load generator share another.
    two_cores: bool = False


class Site:
    def __init__(self, plan: Plan, costs: Costs, *, seed: int = 1) -> None:
        if plan.two_cores:
            costs = replace(costs, network_ms=0.0)
        self.plan, self.costs = plan, costs
        self.clock, self.dice, self.ledger = Clock(), random.Random(seed), Ledger()
        clock = self.clock
        shared = Core(clock, name="the stores' core") if plan.two_cores else None
        loop = Core(clock, name="the workers' core") if plan.two_cores else None
        self.clients = shared  # reads what arrives, if reading takes time
        self.postgres = Postgres(
            clock,
            costs,
            self.dice,
            core=shared or Core(clock, name="PostgreSQL", count=plan.postgres_cores),
            connections=plan.connections,
        )
        self.redis = Redis(
            clock,
            costs,
            shards=[
                shared or Core(clock, name=f"Redis {n + 1}" if plan.shards > 1 else "Redis")
                for n in range(plan.shards)
            ],
        )
        self.workers = [
            Worker(self, number, loop or Core(clock, name=f"worker {number + 1}"))
            for number in range(plan.workers)
        ]
        self.deaf: set[int] = set()  # workers that are not subscribed

    @property
    def cores(self) -> Sequence[Core]:
        """Return all cores, each once."""
        found = [worker.loop for worker in self.workers]
        found += [self.postgres.core, *self.redis.shards]
        return list(dict.fromkeys(found))

    # Rooms ----------------------------------------------------------------------------------------

    def seat(self, room: Room, sockets: dict[int, int] | None = None) -> None:
        """Have a room's members connected: as the balancer deals them, or as is given."""
        if sockets is None:
            if self.plan.by_room:
                sockets = {room.number % self.plan.workers: room.members}
            else:
                sockets = dealt(room.members, self.plan.workers, self.dice)
        room.sockets = sockets
        for number, count in sockets.items():
            self.workers[number].rooms[room] = LiveRoom(room, count, len(room.log))

    def serving(self, room: Room) -> Sequence[Worker]:
        """Return the workers that are subscribed to a room."""
        return [
            self.workers[number]
            for number in room.sockets
            if self.workers[number].alive and number not in self.deaf
        ]

    def balance(self, room: Room) -> Worker:
        """Return the worker to which the balancer sends a socket that comes."""
        alive = [worker for worker in self.workers if worker.alive]
        return alive[room.number % len(alive)] if self.plan.by_room else self.dice.choice(alive)

    # People ---------------------------------------------------------------------------------------

    def post(self, room: Room, worker: Worker | None = None) -> Post:
        """Have one of a room's sockets say something now."""
        if worker is None:
            numbers = [n for n in room.sockets if self.workers[n].alive]
            weights = [room.sockets[n] for n in numbers]
            worker = self.workers[self.dice.choices(numbers, weights)[0]]
        post = self.ledger.post(room, self.clock.now)
        if self.clients is not None:
            self.clients.run(self.costs.client_post_us / 1e6)
        self.clock.after(self._network, lambda: worker.post(post))
        return post

    def arrive(self, posts: Sequence[Post], *, sockets: int, first: float, last: float) -> None:
        """Have posts seen that a worker has written to some sockets, evenly from `first` until `last`."""
        if self.clients is not None:
            self.clock.at(first, lambda: self._read(posts, sockets, first, last))
            return
        for post in posts:
            self.ledger.seen(
                post, sockets=sockets, first=first + self._network, last=last + self._network
            )

    def _read(self, posts: Sequence[Post], sockets: int, first: float, last: float) -> None:
        """The same for a load generator, which reads one socket after the other."""
        assert self.clients is not None
        one = self.costs.client_read_us / 1e6
        begins, ends = self.clients.run(sockets * one)
        seen_first, seen_last = max(first, begins) + one, max(last + one, ends)

        def seen() -> None:
            for post in posts:
                self.ledger.seen(post, sockets=sockets, first=seen_first, last=seen_last)

        self.clock.at(seen_last, seen)

    def joined(self, room: Room) -> None:
        """Have those in a room told that somebody came."""
        for worker in self.serving(room):
            worker.tell_joins(room)

    @property
    def _network(self) -> float:
        return self.costs.network_ms / 1e3

    # Faults ---------------------------------------------------------------------------------------

    def kill(self, worker: Worker) -> list[Client]:
        """Let a worker die. Its sockets come back to the others, and post again what was not committed."""
        lost = worker.die()
        clients = []
        for live in worker.rooms.values():
            live.room.sockets.pop(worker.number, None)
            clients += [self.client(live.room, cursor=live.cursor) for _ in range(live.sockets)]
        for client in clients:
            client.come_back()
        for post in lost:
            self.clock.after(self.dice.random(), partial(self._again, post))
        return clients

    def drop_all(self) -> list[Client]:
        """Have every socket lost at once, as when a balancer restarts."""
        clients = []
        for worker in self.workers:
            for live in worker.rooms.values():
                clients += [self.client(live.room, cursor=live.cursor) for _ in range(live.sockets)]
                live.sockets = live.room.sockets[worker.number] = 0
        for client in clients:
            client.come_back()
        return clients

    def lose_redis(self, *, until: float) -> None:
        """Have Redis away. When it is back, each worker subscribes anew within a second."""
        self.redis.is_away = True

        def back() -> None:
            self.redis.is_away = False
            self.deaf = {worker.number for worker in self.workers}
            for worker in self.workers:
                again = partial(self.deaf.discard, worker.number)
                self.clock.after(rules.RETRY * self.dice.random(), again)

        self.clock.at(until, back)

    def _again(self, post: Post) -> None:
        alive = [n for n in post.room.sockets if self.workers[n].alive]
        if alive:
            self.workers[alive[0]].post(post)
        else:
            self.clock.after(0.1, lambda: self._again(post))

    def client(self, room: Room, *, cursor: int) -> Client:
        """Return a client that has lost its worker."""
        return Client(
            self.clock,
            self.dice,
            room,
            cursor=cursor,
            cost_us=self.costs.return_us,
            balancer=self.balance,
        )
