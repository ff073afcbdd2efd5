"""What everything costs: unit costs, and which of them were measured.

The defaults of `Costs` are those that `python -m benchmarks.simulate --costs --results FILE` prints for what
was measured as SOURCE says; calibration.py fits them. ESTIMATES were never measured.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields

SOURCE = "of 2026-12-01 on two cores of an AMD EPYC, Linux 6.18, PostgreSQL 15, Redis 6.2"


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor time in µs, other times in ms, memory in KiB."""

    # A worker
    post_us: float = 47.2  # a post: read, checked, its row and its ack made
    batch_us: float = 1663.0  # a transaction, whatever is in it: two thread switches, one statement
    room_us: float = 31.4  # a room in a transaction: its frame is made, its notification published
    write_us: float = 16.6  # a frame, or several gathered, written to one socket
    hear_us: float = 94.1  # a notification received from another worker
    idle_us: float = 11090.0  # each second, whatever happens: leases, polls, timers
    return_us: float = 1341.0  # a socket that comes back: handshake, door, what it missed
    arrive_us: float = 1585.0  # a socket that comes into a crowd, apart from what others are told
    poll_us: float = 9.6  # a served room compared with the log, once a second
    # PostgreSQL
    transaction_us: float = 1806.0
    row_us: float = 47.5
    read_us: float = 369.0  # a room read from the log
    head_us: float = 2.4  # the head of a room, once a second from each worker that serves it
    enter_us: float = 175.5  # a socket at the door
    enter_wait_us: float = 0.0  # what it waits there beside all processor time
    postgres_worker_us: float = 3563.0  # each second for each worker: its lease, its polls
    commit_ms: float = 0.2  # the median wait for a commit, processor time apart
    commit_spread: float = 1.0  # sigma of its logarithm
    # Redis
    publish_us: float = 18.0
    copy_us: float = 5.2  # for each worker that is subscribed
    # The load generator of a check. People at home do not share a core with the database.
    client_post_us: float = 15.4
    client_read_us: float = 44.3
    # Between two machines, one way
    network_ms: float = 0.2
    socket_kib: float = 13.2


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
