"""Run every check and test; set up what is missing before.

    bin/test                everything: the checks, then the tests on SQLite and on PostgreSQL
    bin/test --static       only what reads the code: lint, format, types, layers, settings
    bin/test --statements   that each statement to PostgreSQL is tested there (minutes)
    bin/test --faults       the fault runs in full (minutes)
    bin/test --container    build the image, run compose.yaml's workers in it (minutes)
    bin/test ARGUMENT…      pytest, against both databases: paths, -k EXPRESSION, -x, --durations=20 …
                            (.venv/bin/python -m pytest --help has them all)

Each kind runs even when an earlier one failed, two at a time for each core. The exit code is 0 only when every
kind passed and no test was skipped.
"""

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress

from tests.support import programs, shared
from tests.support.services import Postgres, PostgresServer
from tools.jobs import ROOT, Job, Lanes, Outcome

BIN = str(ROOT / ".venv" / "bin")
NODE_BIN = str(ROOT / "node_modules" / ".bin")
# Directories of tests that take long, the longest first, and in how many jobs; what is not named here
# takes less, and is one job. A second job of live tests costs ten seconds of the processor: it starts the
# sites that its tests share, five workers, again.
LONG = {"browser": 1, "live": 2, "contract": 1, "faults": 1}
# Tests wait for servers, timeouts and browsers half of their time: two jobs for each core.
LANES = 2 * (os.cpu_count() or 1)


def main(arguments: list[str]) -> int:
    start = time.monotonic()
    # With it every job, and every worker that a test starts, would compile all modules again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if arguments == ["--static"]:
        outcomes = Lanes(LANES).run(static_checks())
    elif arguments[:1] == ["--faults"]:
        flags = ["-m", "fault and slow", "--capture=no", "tests/faults", *arguments[1:]]
        outcomes = Lanes(1).run([pytest("fault runs", flags)])
    elif arguments[:1] == ["--container"]:
        outcomes = Lanes(1).run([container(arguments[1:])])
    else:
        with ExitStack() as stack:
            env = share(stack)
            if arguments == ["--statements"]:
                every = on_postgres([*shared.WITH_DATABASE, *arguments], env)
                return summarise(Lanes(1).run([every]), seconds=time.monotonic() - start)
            again = on_postgres(arguments, env)
            if arguments:
                first = pytest("tests (SQLite)", arguments, env, selects=True)
                outcomes = Lanes(1).run([first, again])
            else:
                jobs = [*static_checks(), again, *every_test(env), *javascript_tests()]
                outcomes = Lanes(LANES).run(jobs)
    return summarise(outcomes, seconds=time.monotonic() - start)


# Static checks ------------------------------------------------------------------------------------


def static_checks() -> list[Job]:
    """The slowest first."""
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
    return [
        Job("types", [f"{BIN}/mypy"]),
        Job("lint", [f"{BIN}/ruff", "check", "--quiet"]),
        Job("format", [f"{BIN}/ruff", "format", "--check", "--quiet"]),
        Job("import layers", [f"{BIN}/lint-imports", "--no-logo"]),
        Job("template lint", [f"{BIN}/djlint", "--lint", "--quiet", "templates"]),
        Job("template format", [f"{BIN}/djade", "--check", *templates]),
        Job("migrations", [*manage, "makemigrations", "--check", "--dry-run"], in_this_process),
        Job(
            "production settings",
            [*manage, "check", "--deploy", "--fail-level=WARNING"],
            production,
        ),
        Job(
            "production settings, HSTS preloaded",
            [*manage, "check", "--deploy", "--fail-level=WARNING"],
            for_ever,
        ),
        Job("licences", [f"{BIN}/pip-licenses"]),
        Job("secrets, JavaScript packages", [f"{BIN}/python", "-m", "tools.audit"]),
        _node(
            "JavaScript and CSS",
            [f"{NODE_BIN}/biome", "check", "--colors=off", "--error-on-warnings"],
        ),
        _node("JavaScript types", [f"{NODE_BIN}/tsc", "--project", "jsconfig.json"]),
    ]


def javascript_tests() -> list[Job]:
    files = sorted((ROOT / "tests" / "js").rglob("*.test.js"))
    return [_node("JavaScript tests", ["--test", *map(str, files)])]


def _node(name: str, arguments: list[str]) -> Job:
    try:
        return Job(name, [str(programs.require_node()), *arguments])
    except programs.ProgramMissing as error:
        return _failing(name, error)


def _failing(name: str, error: Exception) -> Job:
    return Job(name, [sys.executable, "-c", "import sys; sys.exit(sys.argv[1])", str(error)])


# Tests --------------------------------------------------------------------------------------------


def share(stack: ExitStack) -> dict[str, str]:
    """Make what jobs share instead of each making its own. Return the environment by which they find it."""
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="chat-tests-"))
    env = {shared.DIRECTORY: directory}
    with suppress(programs.ProgramMissing):  # the tests that need it will say so
        server = stack.enter_context(PostgresServer(durable=False, max_connections=400))
        env[shared.POSTGRES_PORT] = str(server.port)
    return env


def every_test(env: Mapping[str, str]) -> list[Job]:
    """Everything on SQLite, in jobs of one directory each."""
    tests = ROOT / "tests"
    found: dict[str, list[str]] = {}
    for file in sorted(tests.rglob("test_*.py")):
        directory = file.relative_to(tests).parts[0]
        found.setdefault(directory, []).append(str(file.relative_to(ROOT)))
    jobs: list[Job] = []
    for name in sorted(found, key=lambda name: (*LONG, name).index(name)):
        parts = LONG.get(name, 1)
        for part in range(parts):
            title = f"tests/{name}" + (f" {part + 1}/{parts}" if parts > 1 else "")
            jobs.append(pytest(title, found[name][part::parts], env, selects=True))
    return jobs


def on_postgres(arguments: Sequence[str], env: Mapping[str, str]) -> Job:
    """Once more on PostgreSQL what uses this process's database.

    Without arguments not the tests marked `once`: they are pages and refusals, and what they send
    to a database other tests send to PostgreSQL too, as `--statements` checks.
    """
    name = "tests (PostgreSQL)"
    try:
        programs.require_postgres_directory()
    except programs.ProgramMissing as error:
        return _failing(name, error)
    database = Postgres(int(env[shared.POSTGRES_PORT])).url()
    env = {**env, "DATABASE_URL": database, "PYTEST_ADDOPTS": "--only-database"}
    chosen = arguments or [*shared.WITH_DATABASE, "-m", "not slow and not once"]
    return pytest(name, chosen, env, selects=bool(arguments))


def container(arguments: Sequence[str]) -> Job:
    """The image, for a machine that has what builds and runs one: nothing is skipped on another."""
    try:
        programs.require_container_programs()
    except programs.ProgramMissing as error:
        return _failing("container", error)
    flags = ["-m", "container and slow", "--capture=no", "tests/contract/test_container.py"]
    return pytest("container", [*flags, *arguments])


def pytest(
    name: str,
    arguments: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    selects: bool = False,
) -> Job:
    command = [f"{BIN}/python", "-m", "pytest", *arguments]
    return Job(name, command, env or {}, without="DATABASE_URL", counts=True, selects=selects)


# Summary ------------------------------------------------------------------------------------------


def summarise(outcomes: Sequence[Outcome], *, seconds: float) -> int:
    print("\n=== summary ===")
    for outcome in outcomes:
        counts = ", ".join(f"{number} {kind}" for kind, number in outcome.counts.items() if number)
        verdict = "ok  " if outcome.ok else "FAIL"
        times = f"{outcome.seconds:6.1f} s, processor {outcome.processor:5.1f} s"
        print(f"{verdict} {times}  {outcome.name}{counts and f': {counts}'}")
    total = {
        kind: sum(outcome.counts.get(kind, 0) for outcome in outcomes)
        for kind in ("passed", "failed", "skipped")
    }
    total["passed"] += sum(outcome.ok and not outcome.counts for outcome in outcomes)
    total["failed"] += sum(
        not outcome.ok and not outcome.counts.get("failed") for outcome in outcomes
    )
    figures = ", ".join(f"{number} {kind}" for kind, number in total.items())
    processor = sum(outcome.processor for outcome in outcomes)
    print(f"processor {processor:.0f} s")
    print(f"{figures} in {seconds:.0f} s", flush=True)
    return 0 if all(outcome.ok for outcome in outcomes) and total["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
