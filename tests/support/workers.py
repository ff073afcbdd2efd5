"""Real workers of the site: one process each, as a deployment runs them."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psycopg

from tests.support.client import Visitor
from tests.support.processes import Process, free_port
from tests.support.programs import ROOT, postgres_directory

# What a worker takes from this machine; the rest of its environment is what the test gives it.
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "VIRTUAL_ENV")
SECRET_KEY = "the-same-for-every-worker-of-a-test"


class Worker:
    """One `python -m chatsite.server` on a port of its own, which it keeps over restarts."""

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        log: Path,
        flags: Sequence[str] = (),
        prefix: Sequence[str] = (),
        port: int | None = None,
        root: Path = ROOT,
        command: Sequence[str] = (),
    ) -> None:
        """`prefix` is put before the command: `["taskset", "-c", "0"]`, say. `root`: whose code.

        `command`: somebody else's, which is told the port by PORT, in place of this one with `flags`.
        """
        self.port = port or free_port()
        address = ["--bind", "127.0.0.1", "--port", str(self.port)]
        server = [sys.executable, "-m", "chatsite.server", *address, *flags]
        if command:
            python = Path(sys.executable).parent
            env = {**env, "PORT": str(self.port), "PATH": f"{python}:{env['PATH']}"}
        self.process = Process(
            [*prefix, *(command or [*server, "chatsite.asgi:application"])],
            log=log,
            ready=rf"Listening on .*:{self.port}\b",
            env=env,
            cwd=root,
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.alive

    def start(self) -> None:
        """Returns when it listens. It may not be ready yet: see `ready()`."""
        self.process.start()

    def ready(self) -> bool:
        """Whether it says it should get traffic."""
        try:
            answer = httpx.get(f"{self.base_url}/readyz", trust_env=False, timeout=10)
        except httpx.TransportError:
            return False
        return answer.status_code == 200

    def terminate(self) -> int:
        """SIGTERM, as a deployment stops a worker; returns its exit code."""
        return self.process.stop(signal.SIGTERM)

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.terminate()
        self.start()

    def log_text(self) -> str:
        return self.process.tail(characters=100_000)


class Site:
    """Workers that share one database, one Redis and one data directory.

    Without `database_url` it is SQLite, without `redis_url` the in-memory layer. `settings` are
    environment variables, for all workers; rate limits are off unless they say otherwise.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        database_url: str | None = None,
        redis_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        flags: Sequence[str] = (),
        prefix: Sequence[str] = (),
        seed: Path | None = None,
        root: Path = ROOT,
        command: Sequence[str] = (),
    ) -> None:
        """`seed`: a data directory that was prepared before, to start from a copy of it.

        `root`: the directory of the code that is run, until `upgrade`. `command`: as Worker's.
        """
        self.directory = Path(tempfile.mkdtemp(prefix="chat-site-"))
        self.database_url = database_url or f"sqlite:///{self.directory / 'chat.sqlite3'}"
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        if found := postgres_directory():  # where Debian keeps them, backups look by themselves
            kept["PATH"] = f"{kept['PATH']}:{found}"
        self.env = {
            **kept,
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": SECRET_KEY,
            "CHAT_DATA_DIR": str(self.directory),
            "CHAT_RATE_LIMITS": "off",
            "CHAT_FILES_FREE": "0",  # whatever the disk of this machine has left
            "DATABASE_URL": self.database_url,
            **({"REDIS_URL": redis_url} if redis_url else {}),
            **(settings or {}),
        }
        self._seed, self._root = seed, root
        self._flags, self._prefix, self._command = flags, prefix, command
        self.workers = [self.new_worker() for _ in range(workers)]

    @property
    def url(self) -> str:
        """The first worker's address."""
        return self.workers[0].base_url

    @property
    def urls(self) -> list[str]:
        return [worker.base_url for worker in self.workers]

    def new_worker(self, **env: str) -> Worker:
        """A worker of this site, not started and not among `workers`."""
        number = len(list(self.directory.glob("worker-*.log"))) + 1
        log = self.directory / f"worker-{number}.log"
        log.touch()
        return Worker(
            env=self.env | env,
            log=log,
            flags=self._flags,
            prefix=self._prefix,
            root=self._root,
            command=self._command,
        )

    def prepare(self) -> None:
        """Migrate and collect static files, unless there is a seed that is so already."""
        if self._seed:
            shutil.copytree(self._seed, self.directory, dirs_exist_ok=True)
        else:
            self.manage("prepare")

    def upgrade(self) -> None:
        """Migrate to the release of this checkout. Workers start with it from now on, and not before."""
        self._root = ROOT
        self.manage("prepare")
        for worker in self.workers:
            worker.process.cwd = ROOT

    def start(self) -> None:
        """Start every worker."""
        for worker in self.workers:
            worker.start()

    def stop(self) -> None:
        """End every worker for good and remove the data."""
        for worker in self.workers:
            worker.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def visitor(self, name: str, *, worker: int = 0) -> Visitor:
        return Visitor(self.workers[worker].base_url, name)

    def manage(self, *arguments: str) -> str:
        """Run manage.py with this site's settings; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        result = subprocess.run(
            command, cwd=self._root, env=self.env, check=False, capture_output=True, text=True
        )
        assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
        return result.stdout

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What the database says, behind the workers' back. Parameters are written `%s`."""
        with self.database() as rows:
            return rows(query, parameters)

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Change the database behind the workers' back. Raises what its driver raises."""
        with self._connection() as (connection, mark):
            connection.execute(statement.replace("%s", mark), parameters)

    @contextlib.contextmanager
    def database(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """What asks the database as `rows` does, over one connection."""
        with self._connection() as (connection, mark):

            def rows(query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                return list(connection.execute(query.replace("%s", mark), parameters).fetchall())

            yield rows

    @contextlib.contextmanager
    def _connection(self) -> Iterator[tuple[Any, str]]:
        scheme, _, path = self.database_url.partition(":///")
        if scheme == "sqlite":
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
                yield connection, "?"
        else:
            with psycopg.connect(self.database_url, autocommit=True) as server:
                yield server, "%s"

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
