"""bin/serve and bin/test on a machine that has nothing but Python."""

import asyncio
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import programs
from tests.support.client import Visitor
from tests.support.processes import Process, free_port
from tests.support.programs import ROOT, ProgramMissing
from tests.support.services import Postgres, RedisServer
from tools import bootstrap

Serve = Callable[..., Process]
# Sets up a new checkout: a virtual environment and every package, from pip's cache or the network.
FIRST_START = 300  # seconds
SECOND_START = 3  # seconds, promised in docs/PROTOCOL.md


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of this tree, as a clone would have them, where a path has a space in it."""
    copy = tmp_path_factory.mktemp("commands") / "a chat"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture
def serve(checkout: Path, tmp_path: Path) -> Iterator[Serve]:
    """Start bin/serve of the checkout, from elsewhere and with its standard input closed."""
    processes: list[Process] = []

    def serve(port: int, *flags: str, timeout: float, **env: str) -> Process:
        script = [str(checkout / "bin" / "serve"), "--port", str(port), *flags]
        process = Process(
            ["sh", "-c", 'exec "$0" "$@" <&-', *script],
            log=tmp_path / f"serve-{len(processes) + 1}.log",
            ready=rf"Listening on http://127\.0\.0\.1:{port}\b",
            env={name: os.environ[name] for name in ("HOME", "PATH")} | env,
            cwd=tmp_path,
        )
        processes.append(process)
        process.start(timeout=timeout)
        return process

    yield serve
    for process in processes:
        process.kill()


@pytest.mark.timeout(2 * FIRST_START)
async def test_several_first_starts_at_once_become_one_site(
    checkout: Path,
    serve: Serve,
    postgres_server: Postgres,
    redis_server: RedisServer,
) -> None:
    database = postgres_server.url(postgres_server.new_database())
    env = {"DATABASE_URL": database, "REDIS_URL": redis_server.url, "CHAT_RATE_LIMITS": "off"}
    ports = [free_port() for _ in range(3)]
    starts = [asyncio.to_thread(serve, port, timeout=FIRST_START, **env) for port in ports]
    await asyncio.gather(*starts)

    assert stat.S_IMODE((checkout / "var" / "secret_key").stat().st_mode) == 0o600
    one, other = (f"http://127.0.0.1:{port}" for port in ports[:2])
    async with Visitor(one, "Ada") as ada, Visitor(other, "Bob") as bob:
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as here, bob.socket(code) as there:
            await here.post("hello")
            await there.until(lambda view: view.bodies == ["hello"])


@pytest.mark.timeout(2 * FIRST_START)
def test_a_second_start_is_quick_downloads_nothing_and_stops_on_ctrl_c(serve: Serve) -> None:
    port = free_port()
    # The first on SQLite migrates, and installs when this test runs alone.
    serve(port, timeout=FIRST_START).stop(signal.SIGINT)
    # Nothing may be fetched any more.
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_CACHE_DIR": "1"}

    seconds = []
    for _ in range(3):
        started = time.monotonic()
        process = serve(port, timeout=60, **nowhere)
        seconds.append(time.monotonic() - started)
        if os.getloadavg()[0] > (os.cpu_count() or 1):
            # Others are using the machine: what it needs of it, not what it got.
            seconds[-1] = _processor_seconds(process.pid)
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        assert process.stop(signal.SIGINT) == 0
        if seconds[-1] < SECOND_START:
            break
    assert min(seconds) < SECOND_START


def _processor_seconds(pid: int) -> float:
    """Of a process and the children it has waited for, so far; from Linux's /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def test_host_and_port_come_from_flags_or_the_environment(serve: Serve) -> None:
    port = free_port()
    process = serve(port, "--host", "127.0.0.1", timeout=60, HOST="0.0.0.0", PORT="1")
    assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    process.stop()


@pytest.mark.parametrize("command", ["serve", "test"])
def test_help_is_a_few_lines_and_sets_nothing_up(command: str, tmp_path: Path) -> None:
    for directory in ("bin", "tools"):
        shutil.copytree(ROOT / directory, tmp_path / directory)
    script = tmp_path / "bin" / command
    result = subprocess.run([script, "--help"], capture_output=True, text=True, check=True)
    assert f"bin/{command} --" in result.stdout
    assert len(result.stdout.splitlines()) <= 12
    assert {path.name for path in tmp_path.iterdir()} == {"bin", "tools"}


@pytest.mark.parametrize("command", ["serve", "test"])
def test_an_old_python_is_named_in_one_line_with_what_brings_a_new_one(
    command: str, tmp_path: Path
) -> None:
    for name in ("sh", "dirname", "readlink"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = subprocess.run(
        [ROOT / "bin" / command], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert "sudo apt install python3" in line


def test_a_missing_venv_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv$"):
        bootstrap._make_venv()


@pytest.mark.parametrize(
    ("require", "package"),
    [
        (programs.require_chromium, "chromium"),
        (programs.require_node, "nodejs npm"),
        (programs.require_container_programs, "buildah podman mmdebstrap runc"),
    ],
)
def test_a_missing_program_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, require: Callable[[], object], package: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_BESIDE_CGROUP_1", tmp_path)
    with pytest.raises(ProgramMissing, match=f"sudo apt install {package}$"):
        require()
