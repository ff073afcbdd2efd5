"""What the experiment runs on: three workers behind nginx, on a PostgreSQL and a Redis of its own."""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.nginx import Nginx
from tests.support.programs import ROOT
from tests.support.services import PostgresServer, RedisServer
from tests.support.workers import Site, Worker

WORKERS = 3
# nginx has the access log. Not --verbosity 0: the tests wait for the line that says "Listening".
FLAGS = ("--proxy-headers", "--access-log", os.devnull)
_READY_WITHIN = 30  # seconds


class Rig:
    """Everything real. `postgres` and `redis` may be given; they are started and stopped here."""

    def __init__(
        self,
        *,
        postgres: PostgresServer | None = None,
        settings: Mapping[str, str] | None = None,
        root: Path = ROOT,
    ) -> None:
        """`root`: the directory of the code that the workers run at first."""
        self.postgres = postgres or PostgresServer()
        self.redis = RedisServer()
        self._settings, self._root = settings, root
        self._stack = ExitStack()
        self.site: Site
        self.nginx: Nginx

    @property
    def workers(self) -> list[Worker]:
        return self.site.workers

    @property
    def base_url(self) -> str:
        return self.nginx.base_url

    def mend(self) -> None:
        """Everything that a fault has ended runs again, and every worker wants traffic."""
        for server in (self.postgres, self.redis):
            if not server.process.alive:
                server.start()
        for worker in self.workers:
            if not worker.alive:
                worker.start()
        if not self.nginx.process.alive:
            self.nginx.start()
        for worker in self.workers:
            wait_until_ready(worker)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.postgres)
            stack.enter_context(self.redis)
            self.site = stack.enter_context(
                Site(
                    workers=WORKERS,
                    database_url=self.postgres.url(self.postgres.new_database()),
                    redis_url=self.redis.url,
                    flags=FLAGS,
                    settings=self._settings,
                    root=self._root,
                )
            )
            self.nginx = stack.enter_context(
                Nginx(
                    [f"127.0.0.1:{worker.port}" for worker in self.workers],
                    static=self.site.directory / "static",
                )
            )
            self.mend()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def wait_until_ready(worker: Worker) -> None:
    """As a deployment waits for a worker before it touches the next one."""
    deadline = time.monotonic() + _READY_WITHIN
    while not worker.ready():
        assert time.monotonic() < deadline, f"not ready after {_READY_WITHIN} s"
        time.sleep(0.1)
