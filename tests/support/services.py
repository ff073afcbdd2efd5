"""Real Redis and PostgreSQL servers of our own, each on a free port and a throw-away directory.

Used by the fixtures, by the fault runs and by the benchmarks.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from tests.support import programs
from tests.support.processes import Process, ProcessFailed, free_port


class Service:
    """A server process in a directory that goes away with `close()`."""

    name: str
    process: Process

    def __init__(self) -> None:
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix=f"chat-{self.name}-"))

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        """Ends it in order; `start()` brings it back on the same port, with its data."""
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.process.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class RedisServer(Service):
    """Redis in memory only: after a restart it has forgotten everything."""

    name = "redis"

    def __init__(self) -> None:
        super().__init__()
        flags = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.directory)]
        self.process = Process(
            [programs.require_redis_server(), *flags, "--save", "", "--appendonly", "no"],
            log=self.directory / "redis.log",
            ready=r"[Rr]eady to accept connections",
        )

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class Postgres:
    """A PostgreSQL that somebody runs, with a superuser `chat` who needs no password."""

    # Of the databases made by this process.
    _numbers = itertools.count(1)

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str = "postgres") -> str:
        return f"postgres://chat@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, template: str = "template0") -> str:
        """Make a database, a copy of `template`, and return its name."""
        name = f"chat_{os.getpid()}_{next(self._numbers)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.connect() as connection:
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(database), autocommit=True)


class PostgresServer(Service, Postgres):
    """One that is started and stopped here.

    Without `durable` a commit does not wait for the disk: faster, and all the same to a test that
    does not pull the plug.
    """

    name = "postgres"

    def __init__(self, *, durable: bool = True, max_connections: int = 200) -> None:
        super().__init__()
        self._user = _unprivileged_user()
        self._programs = self._runnable_programs()
        self._data = self.directory / "data"
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": max_connections,
            "fsync": "on" if durable else "off",
            "synchronous_commit": "on" if durable else "off",
            "full_page_writes": "on" if durable else "off",
            # Tests fill tables in transactions that autovacuum does not see: it would note them as
            # empty at a moment of its own, and plans would be made for that.
            "autovacuum": "on" if durable else "off",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = Process(
            [self._programs / "postgres", "-D", self._data, *flags],
            log=self.directory / "postgres.log",
            ready=r"ready to accept connections",
            env=os.environ | {"LC_ALL": "C"},
            cwd=self.directory,
            user=self._user,
        )

    def start(self) -> None:
        if not self._data.exists():
            self._initialise()
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.process.start()
            except ProcessFailed as error:
                # After a kill its backends may live for another moment, and it does not start
                # beside them; nothing tells when the last one is gone.
                if "shared memory block" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, connections cut."""
        self.process.stop(signal.SIGINT)

    def _initialise(self) -> None:
        if self._user:
            shutil.chown(self.directory, self._user)
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        flags = ["--username=chat", "--auth=trust", "--encoding=UTF8", f"--locale={locale}"]
        subprocess.run(
            [str(self._programs / "initdb"), "--no-sync", "-D", str(self._data), *flags],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.directory,
            user=self._user,
            extra_groups=[] if self._user else None,
        )

    def _runnable_programs(self) -> Path:
        """PostgreSQL's programs; ours copied if its user may not enter where they are."""
        directory = programs.require_postgres_directory()
        ours = programs.SERVICES
        if not self._user or ours not in directory.parents or _may_run(directory, self._user):
            return directory
        self.directory.chmod(0o755)
        copy = self.directory / "programs"
        shutil.copytree(ours, copy, ignore=shutil.ignore_patterns("pginstall", "redis_*"))
        return copy / directory.relative_to(ours)


def _unprivileged_user() -> str | None:
    """Who runs PostgreSQL, which refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _may_run(programs: Path, user: str) -> bool:
    try:
        command = [str(programs / "initdb"), "--version"]
        subprocess.run(command, user=user, extra_groups=[], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
