"""How long the pages of this project take as the table of messages grows."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

from benchmarks.contestants import SITE, Stores, site, site_environment
from benchmarks.costs import cpu_seconds
from benchmarks.dialects import FrontPage
from benchmarks.websocket import HOST
from tests.support.programs import ROOT

NAME = "Ada"
REQUESTS = 40
# What is said often, a phrase, one's own, the beginning and the inside of words, nothing at all.
SEARCHES = ("mount", '"the line"', "mount from:me", "conf*", "*nome*", "xyzzy")
_TRANSCRIPT = re.compile(r"/history/rooms/[^/\"?#]+/")
_OLDER = re.compile(r'/history/\?before=[^"]+')


@dataclass(frozen=True)
class PageTime:
    """From request to the last byte, over loopback on a kept-alive connection.

    ``cpu_ms`` is what the server and PostgreSQL spent on one request, whoever else was busy.
    """

    page: str
    median_ms: float
    p95_ms: float
    cpu_ms: float
    kib: float


def measure(shared: Stores, totals: Sequence[int], *, cores: str) -> list[dict[str, object]]:
    """The times of each page with each total of messages in the table."""
    database = shared.postgres.new_database(template=shared.site_template)
    launch = site(workers=1, database=database)
    with replace(SITE, launch=launch).running(shared, cores=cores) as running:
        port = running.ports[0]
        cookie, code = FrontPage(port).enter(name=NAME)
        results = []
        for total in totals:
            _fill(shared, database, total)
            pids = [*running.pids, *shared.pids]
            times = _times(port, cookie, code, pids)
            results.append({"stored": total, "pages": [asdict(t) for t in times]})
    return results


def _fill(shared: Stores, database: str, total: int) -> None:
    with tempfile.TemporaryDirectory(prefix="chat-benchmark-") as directory:
        env = site_environment(shared.postgres.url(database), shared.redis.url, Path(directory))
        env["DJANGO_SETTINGS_MODULE"] = "chatsite.settings"
        command = [sys.executable, "-m", "benchmarks.fill"]
        command += ["--person", NAME, "--messages", str(total)]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | env)


def _times(port: int, cookie: str, code: str, pids: Sequence[int]) -> Iterator[PageTime]:
    connection = http.client.HTTPConnection(HOST, port)

    def get(path: str) -> str:
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        body = response.read().decode()
        if response.status != 200:
            raise RuntimeError(f"GET {path} gave {response.status}")
        return body

    newest = get("/history/")
    paths = {"front": "/", "room": f"/rooms/{code}/", "history": "/history/"}
    if older := _OLDER.search(newest):
        paths["history, page 2"] = older.group().replace("&amp;", "&")
    if transcript := _TRANSCRIPT.search(newest):
        paths["transcript"] = transcript.group()
    paths |= {f"search: {typed}": f"/history/?q={quote(typed)}" for typed in SEARCHES}
    for page, path in paths.items():
        took, cpu = [], cpu_seconds(pids)
        for _ in range(REQUESTS):
            began = time.perf_counter()
            body = get(path)
            took.append((time.perf_counter() - began) * 1e3)
        took.sort()
        yield PageTime(
            page=page,
            median_ms=round(took[REQUESTS // 2], 1),
            p95_ms=round(took[REQUESTS * 95 // 100], 1),
            cpu_ms=round((cpu_seconds(pids) - cpu) * 1e3 / REQUESTS, 1),
            kib=round(len(body.encode()) / 1024, 1),
        )
    connection.close()
