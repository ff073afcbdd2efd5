"""The simulation behind docs/SCALING.md: nothing gets lost in it, and its queues behave as queues do."""

import random
import re
from statistics import mean

import pytest

from benchmarks.simulation import calibration, generator, rules, scenarios
from benchmarks.simulation.clock import Clock, Core
from benchmarks.simulation.costs import Costs
from benchmarks.simulation.generator import Load
from benchmarks.simulation.people import Habits, poisson
from benchmarks.simulation.rooms import Ledger, Room
from benchmarks.simulation.site import Plan, Site
from rooms.live import door, gathering, repair, subscription, writer
from tests.support.programs import ROOT

COSTS, HABITS = Costs(), Habits()


def talk(site: Site, *, rate: float, seconds: float, sockets: dict[int, int]) -> Room:
    """Have a room talk, and everything arrive."""
    room = Room(1, sum(sockets.values()))
    site.seat(room, sockets)
    poisson(site.clock, site.dice, rate=rate, until=seconds, say=lambda: _say(site, room))
    site.clock.run(seconds + 5)
    return room


def _say(site: Site, room: Room) -> None:
    site.post(room)


def test_every_message_is_delivered_to_every_member_once() -> None:
    site = Site(Plan(workers=3), COSTS)
    room = talk(site, rate=300, seconds=2, sockets={0: 5, 1: 3, 2: 1})
    assert site.ledger.posted == len(room.log) > 500
    assert site.ledger.deliveries == site.ledger.expected == 9 * site.ledger.posted
    assert all(not post.left for post in room.log)


def test_a_message_that_is_delivered_again_is_an_error() -> None:
    ledger = Ledger()
    post = ledger.post(Room(1, members=2), 0.0)
    ledger.seen(post, sockets=2, first=1.0, last=1.0)
    with pytest.raises(AssertionError, match="twice"):
        ledger.seen(post, sockets=1, first=2.0, last=2.0)


def test_messages_are_found_in_the_log_while_redis_is_away() -> None:
    site = Site(Plan(workers=2), COSTS)
    site.clock.at(1.0, lambda: site.lose_redis(until=3.0))
    talk(site, rate=3, seconds=4, sockets={0: 4, 1: 4})
    ledger = site.ledger
    assert site.redis.lost
    assert ledger.deliveries == ledger.expected
    assert ledger.percentile(0.99, until=0.9) < 0.1
    assert 0.3 < ledger.percentile(1.0, since=1.0, until=3.0) < rules.POLL + 0.2


def test_everybody_comes_back_and_misses_nothing_when_a_worker_dies() -> None:
    for everybody in (False, True):
        row = scenarios.storm(300, Plan(workers=3), COSTS, HABITS, everybody=everybody, seed=1)
        assert dict(zip(scenarios.STORM, row, strict=True))["deliveries missing"] == "0"


def test_a_part_does_no_more_than_it_can_while_more_is_asked_of_it() -> None:
    site = Site(Plan(workers=1), Costs(post_us=200.0))
    room = Room(1, members=50)
    site.seat(room)
    poisson(site.clock, site.dice, rate=10_000, until=0.2, say=lambda: _say(site, room))
    site.clock.run(0.2)
    loop = site.workers[0].loop
    assert loop.offered > 1.5
    assert all(0 <= core.utilisation <= 1 for core in site.cores)
    assert loop.utilisation == pytest.approx(1, abs=0.01)


def test_the_same_seed_gives_the_same_figures() -> None:
    def run(seed: int) -> tuple[float, float, int]:
        steady = scenarios.steady(3_000, Plan(workers=2), COSTS, HABITS, seed=seed, seconds=20)
        return steady.p50, steady.p99, steady.site.ledger.deliveries

    assert run(1) == run(1) != run(2)


def test_a_queue_waits_as_long_as_the_formula_says() -> None:
    """M/D/1: utilisation ρ and service s give a mean wait of ρs / 2(1 - ρ)."""
    clock, waits = Clock(), []
    core = Core(clock, name="one")
    service, load = 0.01, 0.6

    def arrive() -> None:
        begins, _ = core.run(service)
        waits.append(begins - clock.now)

    poisson(clock, random.Random(1), rate=load / service, until=600, say=arrive)
    clock.run(600)
    assert core.utilisation == pytest.approx(load, rel=0.02)
    assert mean(waits) == pytest.approx(load * service / (2 * (1 - load)), rel=0.05)


def test_posts_gather_under_load() -> None:
    alone = generator.run(Load(1, 20, rate=20), COSTS, workers=1, seconds=1)
    hurried = generator.run(Load(1, 20, in_flight=16), COSTS, workers=1, seconds=0.1)
    assert alone.per_batch == pytest.approx(1, abs=0.1)
    assert hurried.per_batch > 8
    assert hurried.worker_us < alone.worker_us / 4


def test_fitted_coefficients_are_those_that_made_the_figures_and_none_is_negative() -> None:
    rows = [[1, 1, 200], [1, 0.03, 6], [1, 0.5, 5], [1, 0.002, 0.2]]
    measured = [20 + 900 * row[1] + 15 * row[2] for row in rows]
    assert calibration.least_squares(rows, measured) == pytest.approx([20, 900, 15], rel=0.01)
    assert min(calibration.least_squares([[1, 0], [1, 1]], [5, 3])) == 0


def test_the_rules_are_those_of_the_code() -> None:
    assert (rules.BATCH, rules.BATCHES) == (writer.BATCH, writer.BATCHES)
    assert (rules.WORTH_A_BATCH, rules.GATHER) == (writer.WORTH_A_BATCH, writer.GATHER)
    assert rules.SPACING == writer.SPACING
    assert (rules.DOOR, rules.WINDOW) == (door.BATCH, gathering.WINDOW)
    assert (rules.HOLD, rules.POLL) == (repair.HOLD, repair.POLL)
    assert rules.RETRY == subscription._RETRY
    socket = (ROOT / "static/js/net/socket.js").read_text()
    for name in ("OPEN_TIMEOUT", "WELCOME_TIMEOUT"):
        found = re.search(rf"const {name} = ([\d_]+);", socket)
        assert found is not None
        assert int(found[1]) / 1000 == getattr(rules, name)
    assert "const CAP = 30_000;" in (ROOT / "static/js/net/backoff.js").read_text()
    assert rules.CAP == 30
