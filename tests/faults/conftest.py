"""The rig that the faults share, and the table at the end."""

from collections.abc import Iterator

import pytest

from tests.faults.experiment import FULL, SHORT, Scale
from tests.faults.results import Results
from tests.faults.rig import Rig

_RESULTS = pytest.StashKey[Results]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = Results()


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Results:
    return request.config.stash[_RESULTS]


@pytest.fixture(scope="session")
def _rig() -> Iterator[Rig]:
    with Rig() as rig:
        yield rig


@pytest.fixture
def rig(_rig: Rig) -> Rig:
    """Three workers behind nginx, mended after the fault before."""
    _rig.mend()
    return _rig


@pytest.fixture(
    params=[
        pytest.param(SHORT, id="short"),
        pytest.param(FULL, id="full", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ]
)
def scale(request: pytest.FixtureRequest) -> Scale:
    """Small in every run of the tests, full in the fault runs."""
    scale: Scale = request.param
    return scale


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    results = config.stash[_RESULTS]
    if results.lines:
        terminalreporter.section("faults")
        for line in results.lines:
            terminalreporter.line(line)
