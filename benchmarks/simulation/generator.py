"""The loads of benchmarks/load.py and benchmarks/storm.py, applied to a simulated site."""

from collections import deque
from dataclasses import dataclass

from benchmarks.simulation.costs import Costs
from benchmarks.simulation.returning import Client
from benchmarks.simulation.rooms import Post, Room
from benchmarks.simulation.site import Plan, Site

WARM = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """A phase of benchmarks/load.py: at a rate, or with so many posts under way in each room."""

    rooms: int
    members: int
    rate: float = 0.0
    in_flight: int = 0

    @property
    def title(self) -> str:
        how = f"{self.rate:g}/s" if self.rate else f"{self.in_flight} under way in each"
        rooms = "one room" if self.rooms == 1 else f"{self.rooms} rooms"
        return f"{rooms} × {self.members}, {how}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a load. `per_batch` and `per_frame`: posts in a transaction, and in a frame."""

    p50_ms: float
    p99_ms: float
    sent_per_s: float
    worker_us: float  # of the processor for each post, over all workers
    worker_cores: float
    per_batch: float
    per_frame: float
    heard: float  # notifications of other workers, for each post


def run(load: Load, costs: Costs, *, workers: int, seconds: float = 3.0, seed: int = 1) -> Seen:
    """Load a site on two cores, as a check does."""
    site = Site(Plan(workers=workers, two_cores=True), costs, seed=seed)
    rooms = [Room(number, load.members) for number in range(load.rooms)]
    for room in rooms:
        seats = [member % workers for member in range(load.members)]
        site.seat(room, {number: seats.count(number) for number in set(seats)})
    end, turn = WARM + seconds, 0

    def post(room: Room) -> None:
        nonlocal turn
        turn += 1
        site.post(room, site.workers[turn % load.members % workers])

    if load.rate:

        def due() -> None:
            post(rooms[turn % len(rooms)])
            if site.clock.now < end:
                site.clock.after(1 / load.rate, due)

        site.clock.after(0.0, due)
    else:

        def again(seen: Post) -> None:
            if site.clock.now < end:
                site.clock.after(0.0, lambda: post(seen.room))

        site.ledger.on_seen = again
        for room in rooms * load.in_flight:
            site.clock.after(0.0, lambda room=room: post(room))  # type: ignore[misc]
    site.clock.run(WARM)
    loop = site.workers[0].loop
    loop.start_reading()
    before, began = site.ledger.posted, _counts(site)
    site.clock.run(end)
    posts = site.ledger.posted - before
    batches, items, lots, heard = (
        now - then for now, then in zip(_counts(site), began, strict=True)
    )
    used = loop.utilisation
    spans = {"since": WARM, "until": end - 0.1}
    return Seen(
        p50_ms=site.ledger.percentile(0.5, **spans) * 1e3,
        p99_ms=site.ledger.percentile(0.99, **spans) * 1e3,
        sent_per_s=posts / seconds,
        worker_us=used * seconds * 1e6 / max(1, posts),
        worker_cores=used,
        per_batch=items / max(1, batches),
        per_frame=items / max(1, lots),
        heard=heard / max(1, posts),
    )


def _counts(site: Site) -> tuple[int, int, int, int]:
    writers = [worker.writer for worker in site.workers]
    return (
        sum(writer.batches for writer in writers),
        sum(writer.items for writer in writers),
        sum(writer.lots for writer in writers),
        sum(worker.heard_notifications for worker in site.workers),
    )


@dataclass(frozen=True, slots=True)
class Wave:
    """Sockets that came in: how fast over all, and how long each took."""

    seconds: float
    p50_s: float
    p99_s: float
    worker_us: float


def wave(
    costs: Costs,
    *,
    workers: int,
    rooms: int,
    members: int,
    at_a_time: int | None = None,
    cost_us: float | None = None,
    two_cores: bool = True,
    seed: int = 1,
) -> Wave:
    """Let sockets come in all at once, or some at a time, as benchmarks/storm.py does."""
    site = Site(Plan(workers=workers, two_cores=two_cores), costs, seed=seed)
    doors = [site.workers[n % workers] for n in range(rooms * members)]
    waiting = deque(Room(number, members) for number in range(rooms) for _ in range(members))
    places = deque(doors)
    took: list[float] = []
    seats: dict[int, Room] = {}

    def come() -> None:
        if not waiting:
            return
        room = seats.setdefault(waiting[0].number, waiting[0])
        waiting.popleft()
        door = places.popleft()
        client = Client(
            site.clock, site.dice, room, cursor=0, cost_us=cost_us or costs.return_us,
            balancer=lambda room: door, is_patient=True, is_new=at_a_time is not None, on_live=live,
        )  # fmt: skip
        client.connect()

    def live(client: Client) -> None:
        took.append(site.clock.now - client.fell_at)
        come()

    total = len(waiting)
    for _ in range(at_a_time or total):
        come()
    while len(took) < total:
        site.clock.run(site.clock.now + 0.05)
    ended = max(worker.loop.backlog for worker in site.workers) + site.clock.now
    took.sort()
    loops = {worker.loop for worker in site.workers}
    busy = sum(loop.utilisation for loop in loops) * site.clock.now
    return Wave(
        seconds=took[-1] if at_a_time is None else ended,
        p50_s=took[len(took) // 2],
        p99_s=took[int(len(took) * 0.99)],
        worker_us=busy * 1e6 / total,
    )
