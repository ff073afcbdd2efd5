"""The tables of what is measured once, not in rounds: a crowd that comes into one room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CrowdWay:
    """How a server tells a crowd of itself."""

    key: str
    title: str
    contestant: str
    dialect: str


CROWD_WAYS = (
    CrowdWay(
        "site-short", "this project, crowds in short, as its page asks", "site", "chat-in-short"
    ),
    CrowdWay("site", "this project, each join told", "site", "chat"),
    CrowdWay(
        "socketio", "Socket.IO + Redis adapter, each join told", "socketio", "socketio-telling"
    ),
    CrowdWay("socketio-pg", "the same + insert of messages", "socketio-pg", "socketio-telling"),
)


def crowd(crowds: dict[str, Any]) -> Iterator[str]:
    yield (
        "| server | all in: s | µs CPU each, all told | KiB sent to a socket | frames "
        "| to the first one: KiB | frames | memory a socket: KiB "
        "| one speaker, 2/s: p50 / p99 ms | many speakers: p50 / p99 ms | µs CPU a delivery "
        "| lost / disorder / closed |"
    )
    yield "|---|" + "---:|" * 11
    for way in CROWD_WAYS:
        found = crowds.get(way.key)
        if found is None:
            continue
        if "error" in found:
            yield f"| {way.title} | failed: {found['error']} |" + " |" * 10
            continue
        came, (one, many) = found["came"], found["talks"]
        lost, disorder, closed = (one[name] + many[name] for name in ("lost", "disorder", "closed"))
        yield (
            f"| {way.title} | {came['seconds']:.1f} | {came['cpu_us_per_socket']:,.0f} "
            f"| {came['bytes_per_socket'] / 1024:,.0f} | {came['frames_per_socket']:,.0f} "
            f"| {came['bytes_of_first'] / 1024:,.0f} | {came['frames_of_first']:,} "
            f"| {came['kib_per_socket']:.1f} "
            f"| {one['p50_ms']:.0f} / {one['p99_ms']:.0f} | {many['p50_ms']:.0f} / {many['p99_ms']:.0f} "
            f"| {many['cpu_us_per_delivery']:.1f} | {lost:,} / {disorder:,} / {closed:,} |"
        )
    yield ""
    yield (
        "A welcome has the list of people, and the newest messages; Socket.IO's has neither. Its others "
        "are told a name and a number for each who came."
    )


def crowd_goals(crowds: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Each goal: (goal, what was measured, met)."""
    found = crowds.get("site-short", {})
    if "came" not in found:
        return
    came = found["came"]
    for talk in found["talks"]:
        goal = f"{came['sockets']:,} in one room, {talk['speakers']} speaking: p99 < 1 s"
        yield goal, f"{talk['p99_ms']:.0f} ms", talk["p99_ms"] < 1000 and not talk["lost"]
    if came["sockets"] < 1000:  # what a worker takes in any case would count for too much
        return
    kib = came["kib_per_socket"]
    yield f"memory a socket among {came['sockets']:,}: ≤ 15 KiB", f"{kib} KiB", kib <= 15
