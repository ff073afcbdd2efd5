"""The figures as Markdown: the servers side by side, then each goal with what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks import coming, firstload, neighbours, tables
from benchmarks.contestants import CONTESTANTS

BASE = "socketio"  # what the ratios of the table are to
# The phases of a load. The last is saturated. Before it the big room has one in which every text has an @,
# and the small rooms one with one message a room under way.
LOW, MENTIONS, ONE_EACH, SATURATED = 0, 1, 1, -1

Figures = dict[str, Any]  # of one server in one round


def _phase(case: str, index: int, key: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures[case]["phases"][index][key])


def _low_cost(case: str, key: str, index: int = LOW) -> Callable[[Figures], float]:
    """Cost at a rate the server keeps up with; at what it cannot reach there is none."""

    def read(figures: Figures) -> float:
        load = figures[case]
        phase = load["phases"][index]
        if phase["delivered_per_s"] < 0.9 * phase["rate"] * load["members"]:
            raise Saturated
        return float(phase[key])

    return read


class Saturated(Exception):
    """The server was slower than the rate it was measured at."""


@dataclass(frozen=True)
class Column:
    title: str
    read: Callable[[Figures], float]
    digits: int = 0
    ratio: bool = True


LOW_COST = _low_cost("big", "cpu_us_per_delivery")
P50, P99 = _low_cost("big", "p50_ms"), _low_cost("big", "p99_ms")
COST = _phase("big", SATURATED, "cpu_us_per_delivery")
DELIVERIES = _phase("big", SATURATED, "delivered_per_s")
SMALL_COST = _low_cost("small", "cpu_us_per_message")
MESSAGES = _phase("small", SATURATED, "sent_per_s")
COLUMNS = (
    Column("µs CPU a delivery, 50 msg/s × 200", LOW_COST, 1),
    Column("the same, an @ in each", _low_cost("big", "cpu_us_per_delivery", MENTIONS), 1),
    Column("p50 ms there", P50, 1, ratio=False),
    Column("p99 ms there", P99, 1, ratio=False),
    Column("µs CPU a delivery, saturated", COST, 2),
    Column("deliveries/s, saturated", DELIVERIES),
    Column("100 rooms × 5: µs CPU a message at 500/s", SMALL_COST),
    Column("messages/s there, one at a time in each", _phase("small", ONE_EACH, "sent_per_s")),
    Column("messages/s there, saturated", MESSAGES),
)


class Table:
    """Medians over the rounds, and medians of each round's ratio."""

    def __init__(self, rounds: Sequence[dict[str, Figures]]) -> None:
        self.rounds = rounds

    def values(self, key: str, read: Callable[[Figures], float]) -> list[float]:
        """Raises Saturated, or KeyError when the server was not measured or failed."""
        return [read(figures[key]) for figures in self.rounds]

    def value(self, key: str, read: Callable[[Figures], float]) -> float:
        return median(self.values(key, read))

    def ratio(self, key: str, base: str, read: Callable[[Figures], float]) -> float:
        pairs = zip(self.values(key, read), self.values(base, read), strict=True)
        return median(ours / theirs for ours, theirs in pairs)

    def cell(self, key: str, column: Column) -> str:
        try:
            text = _number(self.value(key, column.read), column.digits)
        except Saturated:
            return "not reached"
        except KeyError:
            return "failed"
        if not column.ratio:
            return text
        try:
            return f"{text} ({self.ratio(key, BASE, column.read):.2f}×)"
        except (Saturated, KeyError):
            return text

    def problems(self, key: str) -> str:
        """What did not arrive, or not in order, in any round."""
        lost = disorder = closed = 0
        for figures in self.rounds:
            for case in ("big", "small"):
                for phase in figures[key][case].get("phases", []):
                    lost += phase["lost"]
                    disorder += phase["disorder"]
                    closed += phase["closed"]
        return f"{lost:,} / {disorder:,} / {closed:,}"


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def markdown(results: dict[str, Any]) -> str:
    parts = [_heading(results["machine"])]
    if results["newcomers"]:
        parts.append("\n".join(coming.table(results["newcomers"])))
    if results["rounds"]:
        parts.append("\n".join(_comparison(results["rounds"])))
    if results["storms"]:
        parts.append("\n".join(_storms(results["storms"])))
    if results["crowd"]:
        parts.append("\n".join(tables.crowd(results["crowd"])))
    if results["pages"]:
        parts.append("\n".join(_pages(results["pages"])))
    if results["neighbours"]:
        parts.append("\n".join(neighbours.table(results["neighbours"])))
    if results["firstload"]:
        parts.append("\n".join(firstload.table(results["firstload"])))
    if results["missing"]:
        lines = [f"* {title}: {reason}" for title, reason in results["missing"].items()]
        parts.append("\n".join(["Missing:", "", *lines]))
    goals = list(_goals(results))
    if goals:
        head = ["| goal | measured | |", "|---|---|---|"]
        rows = [f"| {goal} | {text} | {'✓' if met else '✗'} |" for goal, text, met in goals]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts) + "\n"


def _heading(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['date']}, `{machine['command']}`, {machine['minutes']} min on {machine['cpu']}, "
        f"Linux {machine['kernel']}; {versions}; load average {machine['load_average']:.1f}; "
        f"a flush to disk takes {machine['flush_ms']} ms. The server alone has one core; load "
        "generator, Redis and PostgreSQL share another."
    )


def _comparison(rounds: Sequence[dict[str, Figures]]) -> Iterator[str]:
    table = Table(rounds)
    titles = [column.title for column in COLUMNS]
    yield "| server | stored first in | " + " | ".join(titles) + " | lost / disorder / closed |"
    yield "|---|---|" + "---:|" * (len(COLUMNS) + 1)
    for contestant in CONTESTANTS:
        if contestant.key in rounds[0]:
            cells = [table.cell(contestant.key, column) for column in COLUMNS]
            cells.append(table.problems(contestant.key))
            yield f"| {contestant.title} | {contestant.stored} | " + " | ".join(cells) + " |"
    yield ""
    runs = "one round" if len(rounds) == 1 else f"{len(rounds)} rounds in alternating order"
    yield f"Medians of {runs}; in brackets the ratio to Socket.IO + Redis adapter within a round."


def _storms(storms: dict[str, Any]) -> Iterator[str]:
    yield (
        "| server | sockets come in, 50 at a time: /s | µs CPU each | KiB each, idle "
        "| all at once: /s | failed | p50 / p99 s |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for contestant in CONTESTANTS:
        storm = storms.get(contestant.key)
        if storm is None:
            continue
        if "error" in storm:
            yield f"| {contestant.title} | failed: {storm['error']} | | | | | |"
            continue
        joined, back = storm["joined"], storm["came_back"]
        yield (
            f"| {contestant.title} | {joined['per_s']:,.0f} | {joined['cpu_us_per_socket']:,.0f} "
            f"| {storm['kib_per_socket']:.0f} | {back['per_s']:,.0f} | {back['failed']} "
            f"| {back['p50_ms'] / 1e3:.2f} / {back['p99_ms'] / 1e3:.2f} |"
        )
    yield ""
    yield (
        "In this project a socket is authorised, noted as present and resumed after what it missed; "
        "in the others it joins a room by name."
    )


def _pages(pages: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield (
        "| page: median ms (CPU ms) | "
        + " | ".join(f"{total['stored']:,} messages" for total in pages)
        + " |"
    )
    yield "|---|" + "---:|" * len(pages)
    for name in [page["page"] for page in pages[-1]["pages"]]:
        cells = []
        for total in pages:
            found = [page for page in total["pages"] if page["page"] == name]
            cells.append(f"{found[0]['median_ms']} ({found[0]['cpu_ms']})" if found else "–")
        yield f"| {name} | " + " | ".join(cells) + " |"


def _crowd(growth: dict[str, list[Figures]]) -> Iterator[tuple[str, str, bool]]:
    """Two workers beside one in the largest room: what a worker spends on each change that it hears is
    spread over more deliveries there."""
    loads = [(growth.get(key) or [{}])[-1] for key in ("site", "site-2")]
    if all("phases" in load for load in loads):
        one, two = (load["phases"][SATURATED]["cpu_us_per_delivery"] for load in loads)
        goal = f"the same in a room of {loads[0]['members']:,}"
        yield goal, f"{2 * one / two:.2f} ×", 2 * one / two >= 1.7


def _goals(results: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Each row of the list of goals that was measured: (goal, what was measured, met)."""
    table = Table(results["rounds"])
    comparisons = (
        ("CPU a delivery at 50 msg/s × 200: ≤ 1.0 × Socket.IO", "socketio", LOW_COST, "≤", 1.0),
        ("deliveries/s saturated: ≥ 3 × Socket.IO", "socketio", DELIVERIES, "≥", 3.0),
        ("the same: ≥ 50 × Channels tutorial", "channels-pubsub", DELIVERIES, "≥", 50.0),
        ("100 rooms × 5 saturated: ≥ 3 × Socket.IO + insert", "socketio-pg", MESSAGES, "≥", 3.0),
        ("the same: ≥ 0.5 × Socket.IO, nothing stored", "socketio", MESSAGES, "≥", 0.5),
        (
            "100 rooms × 5 at 500/s: CPU a message ≤ 1.0 × Socket.IO + insert",
            "socketio-pg",
            SMALL_COST,
            "≤",
            1.0,
        ),
    )
    if results["rounds"]:
        for goal, base, read, sense, bound in comparisons:
            try:
                ratio = table.ratio("site", base, read)
            except (KeyError, Saturated):
                continue
            yield goal, f"{ratio:.2f} ×", ratio <= bound if sense == "≤" else ratio >= bound
        try:
            # Both workers share one core here: what two cores would carry follows from the cost.
            ratio = 2 / table.ratio("site-2", "site", COST)
            yield "two workers: ≥ 1.7 × one, by CPU a delivery", f"{ratio:.2f} ×", ratio >= 1.7
        except KeyError:
            pass
        yield from _crowd(results["growth"].get("members", {}))
        try:
            p50 = table.value("site", P50)
            p99 = table.value("site", P99)
            met = p99 < 25 and p99 < 5 * p50
            yield (
                "p99 at 10,000 deliveries/s: < 25 ms, < 5 × p50",
                f"{p99:.1f} ms, {p99 / p50:.1f} ×",
                met,
            )
        except (KeyError, Saturated):
            pass
    storm = results["storms"].get("site", {})
    if "joined" in storm:
        kib, back = storm["kib_per_socket"], storm["came_back"]
        yield "memory per idle socket: ≤ 50 KiB", f"{kib} KiB", kib <= 50
        met = back["per_s"] >= 500 and not back["failed"]
        text = f"{back['per_s']:.0f} /s, {back['failed']} failed"
        yield f"{back['sockets']} reconnect at once: ≥ 500 /s", text, met
    yield from tables.crowd_goals(results["crowd"])
    if results["pages"]:
        largest = results["pages"][-1]
        for kind, bound in (("page", 50), ("search", 100)):
            some = [
                p for p in largest["pages"] if p["page"].startswith("search") == (kind == "search")
            ]
            slowest = max(some, key=lambda page: page["median_ms"])
            yield (
                f"every {kind} < {bound} ms with {largest['stored']:,} messages stored",
                f"slowest: {slowest['page']}, {slowest['median_ms']} ms",
                slowest["median_ms"] < bound,
            )
    yield from firstload.goals(results["firstload"])
    yield from coming.goals(results["newcomers"])
