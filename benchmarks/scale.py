"""How much is measured: for a published table, and for a look while working."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    rounds: int
    warm: float  # seconds of load before each measurement
    seconds: float  # of each measurement
    storm_rooms: int  # of 20 sockets
    members: tuple[int, ...]  # sizes of the one room
    rooms: tuple[int, ...]  # numbers of rooms of 5
    stored: tuple[int, ...]  # messages in the table when pages are timed
    neighbours: float  # seconds of each attack
    visits: int  # first loads, of each way to serve
    crowd: int  # people who come into one room
    newcomers: int  # people who open a link, 16 at a time


FULL = Scale(
    rounds=3,
    warm=1,
    seconds=4,
    storm_rooms=100,
    members=(50, 200, 500, 1000),
    rooms=(1, 10, 100, 400),
    stored=(10_000, 100_000, 1_000_000),
    neighbours=20,
    visits=5,
    crowd=2000,
    newcomers=300,
)
QUICK = Scale(
    rounds=1,
    warm=0.5,
    seconds=2,
    storm_rooms=25,
    members=(),
    rooms=(),
    stored=(1_000, 20_000),
    neighbours=6,
    visits=2,
    crowd=300,
    newcomers=100,
)
