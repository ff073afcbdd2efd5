"""Every check and test, as bin/test runs them.

    bin/test                everything
    bin/test --static       only what reads the code: lint, format, types, layers, settings
    bin/test --faults       the fault runs in full (minutes)
    bin/test ARGUMENT…      pytest with these arguments, against both databases

Each kind runs even when an earlier one failed. The exit code is 0 only when every kind passed and
no test was skipped: a skipped test must not read as passed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import programs
from tests.support.services import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
BIN = str(ROOT / ".venv" / "bin")
NODE_BIN = str(ROOT / "node_modules" / ".bin")


@dataclass(frozen=True)
class Outcome:
    name: str
    ok: bool
    seconds: float
    output: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    start = time.monotonic()
    if arguments == ["--static"]:
        outcomes = static_checks()
    elif arguments[:1] == ["--faults"]:
        flags = ["-m", "fault and slow", "--capture=no", "tests/faults", *arguments[1:]]
        outcomes = [pytest("fault runs", flags)]
    elif arguments:
        outcomes = pytest_on_both_databases(arguments)
    else:
        outcomes = [*static_checks(), *javascript_tests(), *pytest_on_both_databases([])]
    return summarise(outcomes, seconds=time.monotonic() - start)


# Static checks ------------------------------------------------------------------------------------


def static_checks() -> list[Outcome]:
    """All of them, two at a time, the slowest first; output is shown of those that fail."""
    production = {
        "SECRET_KEY": "a-key-that-is-long-and-varied-enough-for-the-check-0123456789-abcdefghijk",
        "ALLOWED_HOSTS": "chat.example",
        "CSRF_TRUSTED_ORIGINS": "https://chat.example",
        "DEBUG": "off",
    }
    for_ever = production | {"CHAT_HSTS": "preload"}
    in_this_process = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    manage = [f"{BIN}/python", "manage.py"]
    templates = sorted(str(path) for path in (ROOT / "templates").rglob("*.html"))
    checks: list[Callable[[], Outcome]] = [
        _command("types", [f"{BIN}/mypy"]),
        _command("lint", [f"{BIN}/ruff", "check", "--quiet"]),
        _command("format", [f"{BIN}/ruff", "format", "--check", "--quiet"]),
        _command("import layers", [f"{BIN}/lint-imports", "--no-logo"]),
        _command("template lint", [f"{BIN}/djlint", "--lint", "--quiet", "templates"]),
        _command("template format", [f"{BIN}/djade", "--check", *templates]),
        _command(
            "migrations", [*manage, "makemigrations", "--check", "--dry-run"], in_this_process
        ),
        _command(
            "production settings",
            [*manage, "check", "--deploy", "--fail-level=WARNING"],
            production,
        ),
        _command(
            "production settings, HSTS preloaded",
            [*manage, "check", "--deploy", "--fail-level=WARNING"],
            for_ever,
        ),
        _command("dependencies and secrets", [f"{BIN}/python", "-m", "tools.audit"]),
        _node("JavaScript and CSS", ["biome", "check", "--colors=off", "--error-on-warnings"]),
        _node("JavaScript types", ["tsc", "--project", "jsconfig.json"]),
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return [_show(outcome) for outcome in pool.map(lambda check: check(), checks)]


def javascript_tests() -> list[Outcome]:
    files = sorted((ROOT / "tests" / "js").rglob("*.test.js"))
    return [_show(_node_program("JavaScript tests", ["--test", *map(str, files)]))]


def _command(
    name: str, command: list[str], env: dict[str, str] | None = None
) -> Callable[[], Outcome]:
    return lambda: _run(name, command, env or {})


def _node(name: str, command: list[str]) -> Callable[[], Outcome]:
    return lambda: _node_program(name, [f"{NODE_BIN}/{command[0]}", *command[1:]])


def _node_program(name: str, arguments: list[str]) -> Outcome:
    try:
        return _run(name, [str(programs.require_node()), *arguments], {})
    except programs.ProgramMissing as error:
        return Outcome(name, ok=False, seconds=0, output=str(error))


def _run(name: str, command: list[str], env: dict[str, str]) -> Outcome:
    start = time.monotonic()
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds = time.monotonic() - start
    return Outcome(name, ok=result.returncode == 0, seconds=seconds, output=result.stdout)


def _show(outcome: Outcome) -> Outcome:
    if not outcome.ok:
        print(f"\n--- {outcome.name} ---\n{outcome.output.rstrip()}", flush=True)
    return outcome


# Tests --------------------------------------------------------------------------------------------


def pytest_on_both_databases(arguments: list[str]) -> list[Outcome]:
    """Everything on SQLite, then once more on PostgreSQL what uses this process's database."""
    outcomes = [pytest("tests (SQLite)", arguments)]
    try:
        with PostgresServer(durable=False) as server:
            env = {"DATABASE_URL": server.url()}
            env["PYTEST_ADDOPTS"] = "--only-database"
            outcomes.append(pytest("tests (PostgreSQL)", arguments, env))
    except programs.ProgramMissing as error:
        outcomes.append(Outcome("tests (PostgreSQL)", ok=False, seconds=0, output=str(error)))
    return outcomes


def pytest(name: str, arguments: list[str], env: dict[str, str] | None = None) -> Outcome:
    print(f"\n=== {name} ===", flush=True)
    start = time.monotonic()
    inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    with tempfile.TemporaryDirectory(prefix="chat-check-") as directory:
        file = Path(directory) / "counts.json"
        command = [f"{BIN}/python", "-m", "pytest", f"--counts={file}", *arguments]
        code = _patiently(subprocess.Popen(command, cwd=ROOT, env=inherited | (env or {})))
        counts = json.loads(file.read_text()) if file.exists() else {}
    # 5: no test was selected, which one of two databases may well answer to a selection.
    ok = (code == 0 or (code == 5 and bool(arguments))) and not counts.get("skipped")
    return Outcome(name, ok=ok, seconds=time.monotonic() - start, counts=counts)


def _patiently(process: subprocess.Popen[bytes]) -> int:
    """Its exit code. Told to end, it gets the time to stop its servers: killed, it leaves them."""
    interrupted = False

    def terminate(number: int, frame: object) -> None:
        nonlocal interrupted
        interrupted = True
        process.terminate()

    previous = signal.signal(signal.SIGTERM, terminate)
    code = None
    while code is None:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # Ctrl-C reaches it without us
            interrupted = True
    signal.signal(signal.SIGTERM, previous)
    if interrupted:
        sys.exit(130)
    return code


# Summary ------------------------------------------------------------------------------------------


def summarise(outcomes: Sequence[Outcome], *, seconds: float) -> int:
    print("\n=== summary ===")
    for outcome in outcomes:
        counts = ", ".join(f"{number} {kind}" for kind, number in outcome.counts.items() if number)
        verdict = "ok  " if outcome.ok else "FAIL"
        print(f"{verdict} {outcome.seconds:6.1f} s  {outcome.name}{counts and f': {counts}'}")
    total = {
        kind: sum(outcome.counts.get(kind, 0) for outcome in outcomes)
        for kind in ("passed", "failed", "skipped")
    }
    checks = [outcome for outcome in outcomes if not outcome.counts]
    total["passed"] += sum(outcome.ok for outcome in checks)
    total["failed"] += sum(not outcome.ok for outcome in checks)
    figures = ", ".join(f"{number} {kind}" for kind, number in total.items())
    print(f"{figures} in {seconds:.0f} s", flush=True)
    return 0 if all(outcome.ok for outcome in outcomes) and total["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
