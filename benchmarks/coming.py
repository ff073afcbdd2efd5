"""The part "newcomers": people who open a room's link, here and at a peer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.contestants import (
    SITE,
    Contestant,
    Launch,
    Stores,
    manage,
    site_environment,
    site_worker,
)
from tests.support.processes import free_port
from tests.support.programs import ROOT

# What 500 who come at once may take, in seconds; on SQLite 200.
CROWD = {"site": (500, 12.0), "site-sqlite": (200, 15.0), "page": (500, 12.0)}
MESSAGE_MS = 250


def _on_sqlite(shared: Stores, directory: Path) -> list[Launch]:
    url = f"sqlite:///{directory / 'chat.sqlite3'}"
    env = site_environment(url, shared.redis.url, directory) | {"CHAT_RATE_LIMITS": "on"}
    manage(env, "migrate", "--verbosity=0")
    manage(env, "prepare")
    return [site_worker(env)]


def _page(shared: Stores, directory: Path) -> list[Launch]:
    port = free_port()
    env = {"PORT": str(port), "NODE_ENV": "production"}
    return [Launch(["node", "page.js"], port, peers.NODE, "^listening", env)]


@dataclass(frozen=True)
class _Way:
    contestant: Contestant
    way: str


_WAYS = (
    _Way(SITE, "chat"),
    _Way(Contestant("site-sqlite", "this project on SQLite", "SQLite", "chat", _on_sqlite), "chat"),
    _Way(
        Contestant("page", "Socket.IO, a page and a form", "–", "page", _page, peers.install_node),
        "page",
    ),
)


def measure(shared: Stores, newcomers: int, *, cores: str) -> list[dict[str, Any]]:
    """Measure the cost of newcomers, and the time of many at once. Raises NotInstalled, ProcessFailed."""
    found = []
    for each in _WAYS:
        contestant = each.contestant
        contestant.install()
        crowd, _ = CROWD[contestant.key]
        command = [sys.executable, "-m", "benchmarks.newcomers", f"--way={each.way}"]
        command += [f"--newcomers={newcomers}", f"--crowd={crowd}"]
        with contestant.running(shared, cores=cores) as running:
            command += [f"--port={running.ports[0]}", *(f"--pid={pid}" for pid in running.pids)]
            done = subprocess.run(
                command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=300
            )
        found.append({"key": contestant.key, "title": contestant.title} | json.loads(done.stdout))
    return found


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield (
        "| newcomers | CPU each: ms | ÷ emptiest request | ÷ emptiest page | /s, 16 at a time "
        "| p50 / p99 ms | at once | last in: s | failed | message meanwhile, p50 / p99 ms |"
    )
    yield "|---|" + "---:|" * 9
    for row in rows:
        steady, crowd = row["steady"], row["at_once"]
        yield (
            f"| {row['title']} | {steady['cpu_ms_each']:.1f} | {row['ratio']:.0f} "
            f"| {row['ratio_to_page']:.1f} | {steady['per_s']:.0f} "
            f"| {steady['p50_ms']:.0f} / {steady['p99_ms']:.0f} | {crowd['newcomers']} "
            f"| {crowd['last_in_s']:.1f} | {steady['failed'] + crowd['failed']} "
            f"| {crowd['post_p50_ms']:.0f} / {crowd['post_p99_ms']:.0f} |"
        )


def goals(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    """Yield each goal, what was measured, and whether that meets it."""
    for row in [row for row in rows if row["key"].startswith("site")]:
        crowd, bound = row["at_once"], CROWD[row["key"]][1]
        is_in = crowd["last_in_s"] <= bound and not crowd["failed"]
        text = f"{crowd['last_in_s']} s, {crowd['failed']} failed"
        yield (
            f"{crowd['newcomers']} newcomers at once, {row['title']}: ≤ {bound:.0f} s",
            text,
            is_in,
        )
        if row["key"] == "site":
            p99 = crowd["post_p99_ms"]
            yield f"a message meanwhile: p99 < {MESSAGE_MS} ms", f"{p99} ms", p99 < MESSAGE_MS
