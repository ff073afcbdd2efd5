"""The image, built from the Dockerfile, and compose.yaml's workers in containers of it.

    bin/test --container

What compose.yaml says otherwise (its PostgreSQL, Redis and nginx) are processes of this machine: their
images are in a registry.
"""

import asyncio
import io
import json
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import compose, programs
from tests.support.client import Visitor
from tests.support.containers import ContainedWorker, Containers
from tests.support.nginx import Nginx
from tests.support.processes import free_port
from tests.support.services import Postgres, RedisServer

pytestmark = [pytest.mark.container, pytest.mark.slow, pytest.mark.timeout(1800)]

# What an engine would wait for a worker to be healthy: the start period of the Dockerfile.
HEALTHY = 30  # seconds


@dataclass
class Composed:
    """The site of compose.yaml: workers in containers, on this machine's network."""

    containers: Containers
    image: str
    services: dict[str, Any]
    workers: list[ContainedWorker]
    nginx: Nginx


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    with Containers() as containers:
        yield containers


@pytest.fixture(scope="module")
def image(containers: Containers) -> str:
    """The Dockerfile's, on the base that CONTAINER_BASE names or on one that is made here."""
    base = os.environ.get("CONTAINER_BASE", "")
    if base:
        containers.podman("pull", base)
    else:
        with timed("base made"):
            base = containers.make_base()
    with timed("image built"):
        image = containers.build(base)
    own = containers.size(image) - containers.size(base)
    print(
        f"image: {containers.size(image) / 1e6:.0f} MB, {own / 1e6:.0f} MB of them above its base"
    )
    return image


@pytest.fixture(scope="module")
def composed(
    containers: Containers, image: str, postgres_server: Postgres, redis_server: RedisServer
) -> Iterator[Composed]:
    """What `docker compose up` starts, in its order."""
    database = postgres_server.new_database()
    addresses = {
        "postgres:5432/chat": f"127.0.0.1:{postgres_server.port}/{database}",
        "redis:6379": f"127.0.0.1:{redis_server.port}",
    }
    services = compose.services()
    check_postgres(services["postgres"]["healthcheck"]["test"], postgres_server, database)
    for name in ("migrate", *compose.workers()):
        services[name]["environment"] = compose.environment(name, addresses)
    with timed("migrate"):
        containers.run(services["migrate"], image, *services["migrate"]["command"])
    workers = []
    for name in compose.workers():
        worker = ContainedWorker(containers, image, services[name], name=name, port=free_port())
        with timed(f"{name} from nothing to healthy"):
            worker.start()
            until_healthy(worker)
        workers.append(worker)
    ports = {f"{worker.name}:8000": f"127.0.0.1:{worker.port}" for worker in workers}
    variables = compose.nginx_variables(ports)
    with Nginx([], static=containers.volume("static"), variables=variables) as nginx:
        yield Composed(containers, image, services, workers, nginx)


def check_postgres(test: list[str], server: Postgres, database: str) -> None:
    """Ask a server as compose.yaml does before it goes on."""
    kind, *command = test
    assert kind == "CMD"
    command = [part.replace("--dbname=chat", f"--dbname={database}") for part in command]
    path = f"{programs.require_postgres_directory()}:{os.environ['PATH']}"
    where = {"PATH": path, "PGHOST": "127.0.0.1", "PGPORT": str(server.port)}
    subprocess.run(command, env=where, check=True, capture_output=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - begun:.1f} s", flush=True)


def until_healthy(worker: ContainedWorker) -> None:
    """Ask as an engine does, but without its pauses."""
    deadline = time.monotonic() + HEALTHY
    while not worker.healthy():
        assert time.monotonic() < deadline, f"{worker.name} is not healthy after {HEALTHY} s"


def test_a_worker_may_write_to_its_volumes_only(composed: Composed) -> None:
    inside = composed.workers[0].inside
    assert inside("id", "--user", "--name") == "chat"
    assert inside("cat", "/proc/1/comm") == "python"  # which gets SIGTERM itself
    for path in ("/app", "/app/var", "/usr/local/bin", "/etc"):
        assert inside("sh", "-c", f"touch {path}/new 2>/dev/null || echo refused") == "refused"
    for path in ("/app/var/files", "/tmp"):
        assert inside("sh", "-c", f"touch {path}/new && rm {path}/new && echo written") == "written"
    status = inside("cat", "/proc/1/status")
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


def test_the_image_has_no_more_than_the_site_runs_on(composed: Composed) -> None:
    inside = composed.workers[0].inside
    allowed = {"chatsite", "history", "manage.py", "requirements.txt", "rooms", "static"}
    assert set(inside("ls", "-A", "/app").split()) == allowed | {"templates", "var"}
    assert set(inside("ls", "-A", "/app/var").split()) == {"files", "static"}
    # Compiled when it was built: nothing can be written when it starts.
    packages = inside("python", "-c", "import django; print(django.__path__[0])")
    for folder in (packages, "/app/rooms"):
        count = f"find {folder} -name '*.py' | wc -l; find {folder} -name '*.pyc' | wc -l"
        sources, compiled = map(int, inside("sh", "-c", count).split())
        assert sources <= compiled


async def test_people_talk_while_each_worker_is_replaced(composed: Composed) -> None:
    url = composed.nginx.base_url
    said = []
    async with Visitor(url, "Ada") as ada, Visitor(url, "Bob") as bob:
        code = await ada.create()
        await bob.join(code)
        async with (
            ada.socket(code, reconnect=True) as hers,
            bob.socket(code, reconnect=True) as his,
        ):
            for worker in composed.workers:
                begun = time.monotonic()
                stopping = asyncio.create_task(asyncio.to_thread(worker.stop))
                while not stopping.done():
                    said.append(f"{len(said)}")
                    await hers.post(said[-1])
                    # Twenty a second: the limits are on.
                    await asyncio.wait({stopping}, timeout=0.05)
                assert await stopping == 0, worker.process.tail()
                print(f"{worker.name} drained: {time.monotonic() - begun:.1f} s")
                assert not worker.healthy()
                await asyncio.to_thread(worker.start)
                await asyncio.to_thread(until_healthy, worker)
            await his.until(lambda view: bool(view.bodies) and view.bodies[-1] == said[-1])
            fresh = await his.fresh()
            assert set(hers.closes + his.closes) == {4000}  # each was told to come back
    assert fresh.bodies == said
    print(f"{len(said)} messages")


def test_a_container_takes_a_backup(composed: Composed) -> None:
    """DEPLOYMENT's `docker compose run … backup -`, by the image's own pg_dump.

    Its pg_restore is compose.yaml's server's, and older servers do not understand all it says.
    """
    worker = composed.services["worker1"]
    command = ("python", "manage.py", "backup", "-")
    backup = composed.containers.run(worker, composed.image, *command)
    with tarfile.open(fileobj=io.BytesIO(backup)) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        assert json.load(manifest)["rows"]["history_message"] > 0
