"""The servers that are compared: what each is, how it is installed and how it is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from redis import Redis

from benchmarks import peers
from tests.support.processes import Process, free_port
from tests.support.programs import ROOT
from tests.support.services import PostgresServer, RedisServer


class Stores:
    """The Redis and PostgreSQL all contestants share, one after the other."""

    def __init__(self, redis: RedisServer, postgres: PostgresServer) -> None:
        self.redis = redis
        self.postgres = postgres

    @property
    def pids(self) -> list[int]:
        return [self.redis.process.pid, self.postgres.process.pid]

    @cached_property
    def site_template(self) -> str:
        """A database with this project's tables, migrated once and copied for each run."""
        name = self.postgres.new_database()
        with tempfile.TemporaryDirectory(prefix="chat-benchmark-") as directory:
            env = site_environment(self.postgres.url(name), self.redis.url, Path(directory))
            manage(env, "migrate", "--verbosity=0")
        return name


@contextmanager
def stores() -> Iterator[Stores]:
    with RedisServer() as redis, PostgresServer() as postgres:
        yield Stores(redis, postgres)


@dataclass(frozen=True)
class Launch:
    """One process of a contestant; ``ready`` matches the line by which it says that it listens."""

    command: Sequence[str | Path]
    port: int
    cwd: Path
    ready: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    ports: list[int]
    pids: list[int]
    env: Mapping[str, str]  # of the first process


@dataclass(frozen=True)
class Contestant:
    key: str
    title: str
    stored: str  # where a message is before anyone is sent it
    dialect: str
    launch: Callable[[Stores, Path], list[Launch]]  # gets a directory to keep files in
    install: Callable[[], None] = lambda: None  # raises peers.NotInstalled

    @contextmanager
    def running(self, shared: Stores, *, cores: str) -> Iterator[Running]:
        """Start it on ``cores`` with a Redis emptied and a database of its own."""
        Redis(port=shared.redis.port).flushall()
        with ExitStack() as stack:
            directory = Path(tempfile.mkdtemp(prefix=f"chat-benchmark-{self.key}-"))
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            launches, pids = self.launch(shared, directory), []
            for launch in launches:
                process = Process(
                    ["taskset", "-c", cores, *launch.command],
                    log=directory / f"{launch.port}.log",
                    ready=launch.ready,
                    env=os.environ | launch.env,
                    cwd=launch.cwd,
                )
                stack.callback(process.kill)
                process.start()
                pids.append(process.pid)
            yield Running([launch.port for launch in launches], pids, launches[0].env)


# This project -------------------------------------------------------------------------------------


def site_environment(database_url: str, redis_url: str, directory: Path) -> dict[str, str]:
    return {
        "SECRET_KEY": "the-same-for-every-worker-of-a-benchmark",
        "ALLOWED_HOSTS": "*",
        "CHAT_DATA_DIR": str(directory),
        "CHAT_RATE_LIMITS": "off",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


def manage(env: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | env, stdout=subprocess.DEVNULL)


def site(
    *, workers: int, database: str | None = None, encrypted: bool = False
) -> Callable[[Stores, Path], list[Launch]]:
    """``database``: one to go on with, instead of a new one. `encrypted`: what goes through Redis."""

    def launch(shared: Stores, directory: Path) -> list[Launch]:
        name = database or shared.postgres.new_database(template=shared.site_template)
        env = site_environment(shared.postgres.url(name), shared.redis.url, directory)
        if encrypted:
            env["CHAT_REDIS_KEYS"] = "a-key-of-a-benchmark-that-is-long-enough"
        manage(env, "prepare")
        return [site_worker(env) for _ in range(workers)]

    return launch


def site_worker(env: Mapping[str, str]) -> Launch:
    port = free_port()
    flags = ["--bind", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "chatsite.server", *flags, "chatsite.asgi:application"]
    return Launch(command, port, ROOT, rf"Listening on .*:{port}\b", env)


# Peers --------------------------------------------------------------------------------------------


def _channels(layer: str) -> Callable[[Stores, Path], list[Launch]]:
    def launch(shared: Stores, directory: Path) -> list[Launch]:
        port = free_port()
        flags = ["--bind", "127.0.0.1", "--port", str(port)]
        command = [sys.executable, "-m", "daphne", *flags, "tutorial.asgi:application"]
        env = {"REDIS_URL": shared.redis.url, "CHANNEL_LAYER": f"channels_redis.{layer}"}
        return [Launch(command, port, peers.CHANNELS, "Listening on TCP", env)]

    return launch


def _socketio(*, inserts: bool) -> Callable[[Stores, Path], list[Launch]]:
    def launch(shared: Stores, directory: Path) -> list[Launch]:
        port = free_port()
        env = {"PORT": str(port), "REDIS_URL": shared.redis.url, "NODE_ENV": "production"}
        if inserts:
            env["DATABASE_URL"] = shared.postgres.url(shared.postgres.new_database())
        return [Launch(["node", "socketio.js"], port, peers.NODE, "^listening", env)]

    return launch


def _ws(shared: Stores, directory: Path) -> list[Launch]:
    port = free_port()
    env = {"PORT": str(port), "NODE_ENV": "production"}
    return [Launch(["node", "ws.js"], port, peers.NODE, "^listening", env)]


def _flask(shared: Stores, directory: Path) -> list[Launch]:
    port = free_port()
    env = {"PORT": str(port), "DATABASE_FILE": str(directory / "chat.sqlite3")}
    return [Launch([peers.PYTHON, "app.py"], port, peers.FLASK, "wsgi starting up on", env)]


SITE = Contestant("site", "this project", "PostgreSQL", "chat", site(workers=1))
TWO_WORKERS = Contestant(
    "site-2", "this project, two workers on the one core", "PostgreSQL", "chat", site(workers=2)
)
TWO_ENCRYPTED = Contestant(
    "site-2-keys",
    "the same, encrypted through Redis",
    "PostgreSQL",
    "chat",
    site(workers=2, encrypted=True),
)
SOCKETIO = Contestant(
    "socketio",
    "Socket.IO + Redis adapter",
    "–",
    "socketio",
    _socketio(inserts=False),
    peers.install_node,
)
SOCKETIO_INSERTS = Contestant(
    "socketio-pg",
    "Socket.IO + Redis adapter + insert",
    "PostgreSQL",
    "socketio",
    _socketio(inserts=True),
    peers.install_node,
)
CHANNELS_PUBSUB = Contestant(
    "channels-pubsub",
    "Channels tutorial, pub/sub layer",
    "–",
    "plain",
    _channels("pubsub.RedisPubSubChannelLayer"),
)
GROWING = {"site", "site-2", "socketio", "socketio-pg", "ws", "flask", "channels-pubsub"}
CONTESTANTS = (
    SITE,
    TWO_WORKERS,
    TWO_ENCRYPTED,
    SOCKETIO,
    SOCKETIO_INSERTS,
    Contestant("ws", "Node ws, a loop", "–", "plain", _ws, peers.install_node),
    Contestant(
        "flask", "Flask-SocketIO + eventlet", "SQLite", "socketio", _flask, peers.install_python
    ),
    Contestant(
        "channels-core",
        "Channels tutorial, core layer",
        "–",
        "plain",
        _channels("core.RedisChannelLayer"),
    ),
    CHANNELS_PUBSUB,
)
