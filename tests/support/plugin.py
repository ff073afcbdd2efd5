"""Fixtures of every test, and what a failed test shows of the servers it used."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support import shared
from tests.support.https import Authority
from tests.support.processes import started
from tests.support.programs import ROOT
from tests.support.services import Postgres, PostgresServer, RedisServer
from tests.support.statements import Recorder
from tests.support.workers import Site

StartSite = Callable[..., Site]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only tests that use the database of this process, DATABASE_URL's",
    )
    parser.addoption(
        "--statements",
        action="store_true",
        help="name the statements that only tests marked `once` send to the database",
    )
    parser.addoption(
        "--counts", type=Path, metavar="FILE", help="write how many passed, failed, were skipped"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--statements"):
        config.pluginmanager.register(Recorder())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if file := config.getoption("--counts"):
        number = {kind: len(reports) for kind, reports in terminalreporter.stats.items()}
        counts = {
            "passed": number.get("passed", 0) + number.get("xfailed", 0),
            "failed": number.get("failed", 0) + number.get("error", 0),
            "skipped": number.get("skipped", 0),
        }
        file.write_text(json.dumps(counts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    roots = [ROOT / directory for directory in shared.WITH_DATABASE]
    allowed = ", ".join(shared.WITH_DATABASE)
    for item in items:
        if _uses_database(item) and not any(root in item.path.parents for root in roots):
            # The job on PostgreSQL reads those directories alone, and would miss it.
            raise pytest.UsageError(f"{item.nodeid} uses a database outside of {allowed}")
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"})


# Servers ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis of this run, for tests that leave it alone."""
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL for tests that leave it alone; its commits skip the disk."""
    if port := os.environ.get(shared.POSTGRES_PORT):
        yield Postgres(int(port))
        return
    with PostgresServer(durable=False) as server:
        yield server


# Sites --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """A migrated SQLite database, for others to be copies of."""

    def make(directory: Path) -> None:
        site = Site(database_url=f"sqlite:///{directory / 'chat.sqlite3'}")
        try:
            site.manage("migrate", "--verbosity=0")
        finally:
            site.stop()

    sources = [*ROOT.glob("*/migrations/*.py"), ROOT / "requirements.txt"]
    # What is made after migrations: roles, triggers, the index of the search.
    after = ("rooms/roles.py", "history/log/triggers.py", "history/search/index.py")
    sources += [ROOT / name for name in after]
    return shared.kept("database", make, sources=sources) / "chat.sqlite3"


@pytest.fixture(scope="session")
def seed(migrated_file: Path) -> Path:
    """A data directory with a migrated SQLite database and the collected static files."""

    def make(directory: Path) -> None:
        site = Site()
        try:
            shutil.copyfile(migrated_file, site.directory / "chat.sqlite3")
            site.prepare()
            shutil.copytree(site.directory, directory, dirs_exist_ok=True)
        finally:
            site.stop()

    files = (ROOT / "static").rglob("*")
    sources = [path for path in files if path.is_file()]
    sources += ROOT.glob("*/migrations/*.py")
    sources += [ROOT / "requirements.txt", *(ROOT / "chatsite").rglob("*.py")]
    return shared.kept("seed", make, sources=sources)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database, for others to be copies of."""

    def make(directory: Path) -> None:
        name = postgres_server.new_database()
        site = Site(database_url=postgres_server.url(name))
        try:
            site.manage("migrate", "--verbosity=0")
        finally:
            site.stop()
        (directory / "name").write_text(name)

    directory = shared.made_once("database", make, otherwise=tmp_path_factory.getbasetemp())
    return (directory / "name").read_text()


@pytest.fixture(scope="session")
def _new_site(request: pytest.FixtureRequest, seed: Path) -> Callable[..., Site]:
    def new_site(*, postgres: bool = False, **options: Any) -> Site:
        if postgres:
            # Asked for only here: a run without PostgreSQL tests starts none.
            server: Postgres = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("migrated_database")
            options["database_url"] = server.url(server.new_database(template=template))
        return Site(seed=seed, **options)

    return new_site


@pytest.fixture(scope="session")
def site(_new_site: StartSite) -> Iterator[Site]:
    """The embedded default: one worker, SQLite, in-memory layer. Shared: leave it running."""
    with _new_site() as site:
        yield site


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority of the tests' own push service."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def cluster(
    _new_site: StartSite, redis_server: RedisServer, authority: Authority
) -> Iterator[Site]:
    """Two workers on PostgreSQL and Redis, through which all goes encrypted. Shared: leave them running."""
    redis, settings = redis_server.url, authority.settings | {"CHAT_REDIS_KEYS": "k" * 32}
    with _new_site(workers=2, postgres=True, redis_url=redis, settings=settings) as site:
        yield site


@pytest.fixture
def start_site(_new_site: StartSite) -> Iterator[StartSite]:
    """Start a site of one's own, to break: `start_site(workers=2, postgres=True, redis_url=…)`.

    Options are those of Site. Give it a RedisServer of its own if that is to be broken too.
    """
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(_new_site(**options))


# Failures -----------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    item.stash[_SIZES] = {process.log: process.log.stat().st_size for process in started()}
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """A failed test shows what the servers printed while it ran."""
    report: pytest.TestReport = yield
    if report.failed:
        before = item.stash.get(_SIZES, {})
        for process in started():
            new = process.log.read_bytes()[before.get(process.log, 0) :].decode(errors="replace")
            if new.strip():
                report.sections.append((f"{process.log.name}, pid {process.pid}", new[-6000:]))
    return report


_SIZES = pytest.StashKey[dict[Path, int]]()
