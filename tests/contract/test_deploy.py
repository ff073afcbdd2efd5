"""What deploy/ and its neighbours say is what the site, nginx and systemd understand."""

import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from daphne.cli import CommandLineInterface

from chatsite.server.command_line import CommandLine
from chatsite.server.server import NO_HTTPS
from tests.support import compose
from tests.support.nginx import SHIPPED
from tests.support.programs import ROOT
from tests.support.services import RedisServer

DEPLOYMENT = ROOT / "DEPLOYMENT.md"


def units() -> dict[str, str]:
    return {path.name: path.read_text() for path in (ROOT / "deploy" / "systemd").iterdir()}


# Commands -----------------------------------------------------------------------------------------


def server_commands() -> Iterator[tuple[str, str]]:
    yield "Procfile", (ROOT / "Procfile").read_text()
    yield "railway.json", json.loads((ROOT / "railway.json").read_text())["deploy"]["startCommand"]
    yield "Dockerfile", (ROOT / "Dockerfile").read_text()
    yield "chat@.service", units()["chat@.service"]


@pytest.mark.parametrize(("where", "text"), list(server_commands()))
def test_every_server_command_is_one_the_server_takes(where: str, text: str) -> None:
    [flags] = re.findall(r"python -m chatsite\.server ([^\"\n]*)", text)
    flags = re.sub(r"\$\{?PORT(:-\d+)?\}?|%i", "8000", flags)
    options = CommandLineInterface().parser.parse_args(shlex.split(flags))
    assert options.application == "chatsite.asgi:application"
    assert options.port == 8000
    assert options.proxy_headers, f"{where}: the worker would take its balancer for the visitor"
    # A worker that listens only on its own container hears nobody; one on a machine, nobody else.
    assert options.host == ("127.0.0.1" if where == "chat@.service" else "0.0.0.0")


def test_the_command_of_the_site_by_itself_is_one_the_server_takes() -> None:
    unit = units()["chat-https.service"]
    [flags] = re.findall(r"python -m chatsite\.server (.*)", unit)
    options = CommandLine().parser.parse_args(["--tls", "chat.example.org", *shlex.split(flags)])
    assert (options.application, options.prepare) == ("chatsite.asgi:application", True)
    # Nobody is in front who would tell the visitor's address.
    assert not options.proxy_headers
    assert f"RestartPreventExitStatus={NO_HTTPS}" in unit


def test_every_manage_command_exists() -> None:
    texts = [path.read_text() for path in (ROOT / "Procfile", ROOT / "Dockerfile")]
    texts += [(ROOT / "railway.json").read_text(), *units().values()]
    texts.append(" ".join(compose.services()["migrate"]["command"]))
    named = {name for text in texts for name in re.findall(r"manage\.py (\w+)", text)}
    assert named == {"migrate", "collectstatic", "prepare", "backup"}
    known = subprocess.run(
        [sys.executable, "manage.py", "help", "--commands"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert named <= set(known)


def test_health_checks_ask_what_is_answered() -> None:
    asked = [json.loads((ROOT / "railway.json").read_text())["deploy"]["healthcheckPath"]]
    for path in (ROOT / "Dockerfile", ROOT / "deploy" / "roll", SHIPPED / "chat.conf.template"):
        asked += re.findall(r"/\w+z\b|/metrics\b", path.read_text())
    assert len(asked) >= 4
    assert set(asked) <= set(compose.PROBES)


# The image ----------------------------------------------------------------------------------------


def test_the_image_has_all_the_site_runs_on(tmp_path: Path) -> None:
    """What .dockerignore lets through, by itself: checks, and its static files collected."""
    allowed = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    for name in allowed:
        source = ROOT / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, tmp_path / name, ignore=ignore)
        elif source.exists():
            shutil.copy(source, tmp_path / name)
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "only-to-collect-static-files",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for command in (["check"], ["collectstatic", "--noinput"], ["makemigrations", "--check"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
        )
    assert (tmp_path / "var" / "static" / "staticfiles.json").exists()


def test_the_image_has_the_programs_of_compose_s_server() -> None:
    """pg_dump refuses a server that is newer than itself."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    [client] = set(re.findall(r"postgresql(?:-client-|/)(\d+)", dockerfile))
    image = compose.services()["postgres"]["image"]
    assert str(image).startswith(f"postgres:{client}-")


# Compose ------------------------------------------------------------------------------------------


def test_compose_has_three_workers_that_wait_for_the_migration() -> None:
    services = compose.services()
    workers = [name for name in services if name.startswith("worker")]
    assert len(workers) == 3
    for name in workers:
        waits: object = services[name]["depends_on"]
        assert isinstance(waits, dict)
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
    upstream = services["nginx"]["environment"]["CHAT_WORKERS"]
    assert re.findall(r"server (\w+):8000 ", upstream) == workers


def test_any_setting_can_stand_in_env_of_compose() -> None:
    services = compose.services()
    for name in ("migrate", *compose.workers()):
        assert services[name]["env_file"] == [{"path": ".env", "required": False}]


def test_compose_with_caddy_has_the_same_workers_behind_it(tmp_path: Path) -> None:
    services, own = compose.services(), compose.services("compose.caddy.yaml")
    workers = [name for name in services if name.startswith("worker")]
    assert set(own) == {*workers, "nginx", "caddy"}
    assert own["nginx"]["profiles"]  # or it would be started too
    assert own["caddy"]["depends_on"] == workers
    environment = own["caddy"]["environment"]
    assert environment["CHAT_WORKERS"].split() == [f"{name}:8000" for name in workers]
    caddyfile = ROOT / "deploy" / "caddy" / "Caddyfile"
    assert set(re.findall(r"\{\$(\w+)\}", caddyfile.read_text())) == set(environment)
    assert set(re.findall(r"(?m)^#   (\w+) ", caddyfile.read_text())) == set(environment)
    assert f"./{caddyfile.relative_to(ROOT)}:/etc/caddy/Caddyfile:ro" in own["caddy"]["volumes"]
    if caddy := shutil.which("caddy"):
        command = [caddy, "validate", "--adapter", "caddyfile", "--config", caddyfile]
        here = {"CHAT_NAME": "chat.example.org", "XDG_DATA_HOME": str(tmp_path)}
        env = os.environ | environment | here
        subprocess.run(command, env=env, check=True, capture_output=True)


def test_redis_keeps_nothing_here_as_in_compose() -> None:
    program, *flags = compose.services()["redis"]["command"]
    assert program == "redis-server"
    server = RedisServer()
    assert server.process.command[-len(flags) :] == flags
    server.close()


def test_every_setting_of_the_site_in_compose_is_one() -> None:
    read = ("settings.py", "secretkey.py")
    settings = "".join((ROOT / "chatsite" / name).read_text() for name in read)
    for name in compose.services()["worker1"]["environment"]:
        assert f'"{name}"' in settings or name == "DATABASE_URL"


def test_all_that_render_the_nginx_template_know_its_variables() -> None:
    template = (SHIPPED / "chat.conf.template").read_text()
    used = set(re.findall(r"\$\{(\w+)\}", template))
    assert set(re.findall(r"^# +(CHAT_\w+) ", template, re.MULTILINE)) == used
    nginx = compose.services()["nginx"]["environment"]
    assert {name for name in nginx if name.startswith("CHAT_")} == used
    [by_hand] = re.findall(r"envsubst '([^']*)'", DEPLOYMENT.read_text())
    assert set(re.findall(r"\$(CHAT_\w+)", by_hand)) == used


# systemd ------------------------------------------------------------------------------------------


def test_the_units_are_what_systemd_takes(tmp_path: Path) -> None:
    backup = {"chat-backup.service", "chat-backup.timer"}
    others = {"chat-https.service", "chat-migrate.service", "chat.target"}
    assert set(units()) == {"chat@.service", *others, *backup}
    # By a name without a space in it, wherever this checkout is.
    (tmp_path / "python").symlink_to(sys.executable)
    for name, text in units().items():
        python = str(tmp_path / "python")
        (tmp_path / name).write_text(text.replace("/opt/chat/.venv/bin/python", python))
    assert "Requires=chat-migrate.service" in units()["chat@.service"]
    assert "After=" in units()["chat@.service"]
    # RemainAfterExit would make it run only once between two boots, and not with every release.
    assert "RemainAfterExit" not in units()["chat-migrate.service"]
    for name, text in units().items():
        check_unit(name, text)
    # Where there is no systemd, DEPLOYMENT says so: this much of the test is what was checked.
    if verify := shutil.which("systemd-analyze"):
        names = ["chat@8001.service", *sorted(others | backup)]
        result = subprocess.run(
            [verify, "verify", *(tmp_path / name for name in names)], capture_output=True, text=True
        )
        assert (result.returncode, result.stderr) == (0, "")


UNIT_SECTIONS = {"service": "Service", "timer": "Timer", "target": ""}


def check_unit(name: str, text: str) -> None:
    """Sections, assignments, programs and files: what can be said of a unit without systemd."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, f"{name}: {line}"
            assert re.fullmatch(r"[A-Z][A-Za-z]+", key), f"{name}: {line}"
            lines.append((key, value))
    own = UNIT_SECTIONS[name.rpartition(".")[2]]
    assert set(sections) <= {"Unit", "Install", own}
    assert "Unit" in sections
    if own == "Service":
        service = dict(sections[own])
        assert service["User"] == service["Group"] == "chat"
        # Each is a command of this checkout, run where it is installed.
        assert service["ExecStart"].startswith(f"{service['WorkingDirectory']}/.venv/bin/python ")
        assert service["NoNewPrivileges"] == "yes"
        # Ports below 1024 are for whoever speaks https by itself.
        ports = "CAP_NET_BIND_SERVICE" if name == "chat-https.service" else ""
        assert service["CapabilityBoundingSet"] == ports
    ours = [
        unit
        for key, value in sections["Unit"] + sections.get("Install", [])
        if key in {"Requires", "After", "PartOf", "WantedBy"}
        for unit in value.split()
        if unit.startswith("chat")
    ]
    assert set(ours) <= set(units()), name


def test_the_rolling_restart_script_is_a_shell_script() -> None:
    subprocess.run(["sh", "-n", ROOT / "deploy" / "roll"], check=True)


def run_manage(tmp_path: Path, settings: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run deploy/manage for a site whose unit is the shipped one, but for its places."""
    here = {
        "/opt/chat/.venv/bin/python": sys.executable,
        "/opt/chat": str(ROOT),
        "/etc/chat/env": str(tmp_path / "env"),
        "/var/lib/chat": str(tmp_path / "data"),
        "User=chat": f"User={pwd.getpwuid(os.getuid()).pw_name}",
    }
    unit = units()["chat-migrate.service"]
    for there, place in here.items():
        unit = unit.replace(there, place)
    (tmp_path / "unit").write_text(unit)
    (tmp_path / "env").write_text(settings)
    return subprocess.run(
        [ROOT / "deploy" / "manage", "--unit", tmp_path / "unit", *command],
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "of the shell, and not the site's"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )


def test_a_command_runs_with_the_settings_of_the_units(tmp_path: Path) -> None:
    """A data directory there is made, as the units make it; settings with spaces are whole."""
    show = (
        "from django.conf import settings as s; print(s.SECRET_KEY, s.CHAT_OIDC_ROLES, s.DATA_DIR)"
    )
    settings = """
# a comment
SECRET_KEY=with spaces in it, and as long as keys are
CHAT_OIDC_ROLES="chat-desk=moderator; chat-admins=administrator"
"""
    result = run_manage(tmp_path, settings, "shell", "--no-imports", "--command", show)
    assert result.stderr == ""
    assert result.stdout.split("as keys are ")[0] == "with spaces in it, and as long "
    assert "'chat-desk'" in result.stdout
    assert "administrator" in result.stdout
    assert result.stdout.strip().endswith(str(tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o751


def test_a_command_without_the_settings_says_where_they_should_be(tmp_path: Path) -> None:
    unit = tmp_path / "unit"
    unit.write_text(units()["chat-migrate.service"].replace("/etc/chat/env", f"{tmp_path}/none"))
    result = subprocess.run(
        [ROOT / "deploy" / "manage", "--unit", unit, "check"], capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (
        1,
        f"{tmp_path}/none: No such file or directory\n",
    )
