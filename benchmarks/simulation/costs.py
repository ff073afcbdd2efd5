"""What everything costs: unit costs, and which of them were measured.

The defaults of `Costs` are those that `python -m benchmarks.simulate --costs --results FILE` prints for what
was measured as SOURCE says; calibration.py fits them. ESTIMATES were never measured.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields

SOURCE = "of 2026-12-01 on two cores of an Intel Xeon, Linux 6.18, PostgreSQL 15, Redis 6.2, beside other work"


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor time in µs, other times in ms, memory in KiB."""

    # A worker
    post_us: float = 25.4  # a post: read, checked, its row and its ack made
    batch_us: float = 1085.0  # a transaction, whatever is in it: two thread switches, one statement
    room_us: float = 1.9  # a room in a transaction: its frame is made, its notification published
    write_us: float = 8.6  # a frame, or several gathered, written to one socket
    hear_us: float = 116.0  # a notification received from another worker
    idle_us: float = 8714.0  # each second, whatever happens: leases, polls, timers
    return_us: float = 787.0  # a socket that comes back: handshake, door, what it missed
    arrive_us: float = 1280.0  # a socket that comes into a crowd, apart from what others are told
    poll_us: float = 10.4  # a served room compared with the log, once a second
    # PostgreSQL
    transaction_us: float = 1260.0
    row_us: float = 36.4
    read_us: float = 632.0  # a room read from the log
    head_us: float = 2.5  # the head of a room, once a second from each worker that serves it
    enter_us: float = 103.0  # a socket at the door
    enter_wait_us: float = 1210.0  # what it waits there beside all processor time
    postgres_worker_us: float = 2347.0  # each second for each worker: its lease, its polls
    commit_ms: float = 3.7  # the median wait for a commit, processor time apart
    commit_spread: float = 0.73  # sigma of its logarithm
    # Redis
    publish_us: float = 7.3
    copy_us: float = 2.1  # for each worker that is subscribed
    # The load generator of a check. People at home do not share a core with the database.
    client_post_us: float = 8.1
    client_read_us: float = 21.4
    # Between two machines, one way
    network_ms: float = 0.2
    socket_kib: float = 13.5


# Costs that no part of benchmarks/run measures.
ESTIMATES = frozenset({"network_ms"})
# How the cost of a socket that comes back is divided: the handshake, and what follows the door.
HANDSHAKE_SHARE = 0.4


def describe(costs: Costs, estimates: Collection[str]) -> list[str]:
    """Return a line for each cost: its name with its unit, and whether it was measured."""
    return [
        f"{field.name} = {getattr(costs, field.name):.4g}"
        + (" (estimate)" if field.name in estimates else "")
        for field in fields(costs)
    ]
