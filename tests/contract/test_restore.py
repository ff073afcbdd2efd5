"""DEPLOYMENT's backup, its way back and its rolling restart, run as they stand there."""

import asyncio
import os
import pwd
import re
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.live.members import fence, members_of_a_room
from tests.support import programs
from tests.support.plugin import StartSite
from tests.support.programs import ROOT
from tests.support.services import PostgresServer
from tests.support.workers import Site

# What a machine with systemd and a user `postgres` has, for one that has neither. The servers behind
# them are real.
_RUNUSER = '#!/bin/sh\n[ "$1 $3" = "-u --" ] || exit 1\nshift 3\nexec "$@"\n'
_SYSTEMCTL = """#!{python}
import socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    asked.sendall(" ".join(sys.argv[1:]).encode() + b"\\n")
    status, _, text = b"".join(iter(lambda: asked.recv(4096), b"")).decode().partition("\\n")
print(text, end="")
sys.exit(int(status))
"""


def block(section: str, containing: str) -> str:
    """The commands of a section of DEPLOYMENT that have this among them."""
    text = (ROOT / "DEPLOYMENT.md").read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    [found] = [each for each in re.findall(r"```sh\n(.*?)```", text, re.S) if containing in each]
    return str(found)


class Machine:
    """A site on a PostgreSQL whose superuser is somebody else, and a shell to run commands in."""

    def __init__(self, server: PostgresServer, site: Site, directory: Path) -> None:
        self.server, self.site, self.directory = server, site, directory
        self.backups = directory / "backups"
        self.backups.mkdir(mode=0o700)
        for name in ("runuser", "systemctl"):
            address = str(directory / "systemd")
            text = _RUNUSER if name == "runuser" else _SYSTEMCTL
            path = directory / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(python=sys.executable, address=address))
            path.chmod(0o755)
        own = {name: value for name, value in site.env.items() if name not in os.environ}
        (directory / "env").write_text("\n".join(f"{name}={own[name]}" for name in own))
        unit = (ROOT / "deploy" / "systemd" / "chat-migrate.service").read_text()
        unit = unit.replace("User=chat", f"User={pwd.getpwuid(os.getuid()).pw_name}")
        unit = unit.replace("/opt/chat/.venv/bin/python", sys.executable)
        (directory / "unit").write_text(self._here(unit))

    async def run(self, commands: str) -> None:
        """Run commands as root would. A site elsewhere than in /opt/chat is all that differs."""
        commands = self._here(commands)
        commands = commands.replace(
            "deploy/manage ", f"deploy/manage --unit {self.directory}/unit "
        )
        # The one in the document is an example.
        for taken in self.backups.iterdir():
            commands = re.sub(r"chat-\d{8}T\d{6}Z\.tar", taken.name, commands)
        path = [self.directory / "bin", programs.require_postgres_directory(), os.environ["PATH"]]
        result = await asyncio.to_thread(
            subprocess.run,
            ["sh", "-eu", "-c", commands],
            cwd=ROOT,
            env={
                "PATH": ":".join(map(str, path)),
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.server.port),
                "PGUSER": "postgres",
            },
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, f"{commands}\n{result.stdout}{result.stderr}"

    def _here(self, text: str) -> str:
        for there, here in (
            ("/opt/chat", str(ROOT)),
            ("/etc/chat/env", str(self.directory / "env")),
            ("/var/lib/chat", str(self.site.directory)),
            ("/var/backups/chat", str(self.backups)),
        ):
            text = text.replace(there, here)
        return text

    def systemctl(self, verb: str, *units: str) -> str:
        """Do what systemd would do; what it prints."""
        workers = {f"chat@{worker.port}.service": worker for worker in self.site.workers}
        match verb, units:
            case "stop", ("chat@*", "chat.target"):
                for worker in workers.values():
                    worker.terminate()
            case "start", ("chat.target",):
                for worker in workers.values():
                    worker.start()
            case "start", ("chat-migrate",):
                self.site.manage("prepare")
            case "start", ("chat-backup",):
                unit = (ROOT / "deploy" / "systemd" / "chat-backup.service").read_text()
                [command] = re.findall(r"ExecStart=\S+ manage\.py (.*)", unit)
                return self.site.manage(
                    *command.replace("/var/backups/chat", str(self.backups)).split()
                )
            case "status", ("chat-backup", "--no-pager"):
                return "inactive (dead)"
            case "restart", (unit,):
                workers[unit].restart()
            case "list-units", _:
                return "".join(f"{unit} loaded active running\n" for unit in workers)
            case _:
                raise AssertionError(f"systemctl {verb} {units}")
        return ""


@pytest.fixture
def machine(start_site: StartSite, tmp_path: Path) -> Iterator[Machine]:
    with PostgresServer(durable=False) as server, tempfile.TemporaryDirectory() as short:
        with server.connect() as first:
            first.execute("CREATE ROLE another SUPERUSER LOGIN")
        admin = f"postgres://another@127.0.0.1:{server.port}/postgres"
        with psycopg.connect(admin, autocommit=True) as second:
            second.execute("ALTER ROLE chat RENAME TO postgres")
            second.execute("CREATE ROLE chat LOGIN")
            second.execute("CREATE DATABASE chat OWNER chat")
        url = f"postgres://chat@127.0.0.1:{server.port}/chat"
        migrated = Site(database_url=url)
        try:
            migrated.manage("migrate", "--verbosity=0")
        finally:
            migrated.stop()
        machine = Machine(server, start_site(workers=2, database_url=url), Path(short))

        class Systemd(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    text, status = machine.systemctl(*self.rfile.readline().decode().split()), 0
                except Exception as error:  # noqa: BLE001 - told to whoever ran the command
                    text, status = f"{error}\n", 1
                self.wfile.write(f"{status}\n{text}".encode())

        with socketserver.ThreadingUnixStreamServer(
            str(Path(short) / "systemd"), Systemd
        ) as systemd:
            threading.Thread(target=systemd.serve_forever, daemon=True).start()
            yield machine
            systemd.shutdown()


@pytest.mark.timeout(600)
async def test_a_site_is_backed_up_restored_and_rolled_as_deployment_says(machine: Machine) -> None:
    site = machine.site
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        await fence([ada, bob], "kept")
        await machine.run(block("Backups", "systemctl start chat-backup"))
        await fence([ada, bob], "lost")
        await machine.run(block("Backups", "files_before"))
        for room in (ada, bob):
            await room.drop()
            await room.connect()
            assert room.view.welcomes == ["reset", "reset"]
            assert room.view.bodies == ["kept"]
        await fence([ada, bob], "and on")
        [roll] = [
            line for line in block("Releases", "deploy/roll").splitlines() if "deploy/roll" in line
        ]
        await machine.run(roll.partition("#")[0])
        for room in (ada, bob):
            await room.drop()
            await room.connect()
            assert room.view.welcomes[-1] == "resume"
        await fence([ada, bob], "after the roll")

    # What a restore without `--no-owner --role=chat` makes of it, and who says so.
    admin = f"postgres://postgres@127.0.0.1:{machine.server.port}/chat"
    with psycopg.connect(admin, autocommit=True) as database:
        database.execute("REASSIGN OWNED BY chat TO postgres")
    with pytest.raises(AssertionError, match="belong to postgres, and this site comes as chat"):
        await asyncio.to_thread(site.manage, "check")
    worker = site.workers[0]
    await asyncio.to_thread(worker.restart)
    answer = await asyncio.to_thread(
        httpx.get, f"{worker.base_url}/readyz", trust_env=False, timeout=30
    )
    assert answer.status_code == 503
    assert answer.json()["failing"]["database"]
