"""Each verb does what it did when it was recorded, to everybody who is there: see README.md."""

import os
from pathlib import Path

import pytest

# Each module adds its scenarios.
from tests.golden import ordering, persons, settings, talking  # noqa: F401
from tests.golden.scenarios import SCENARIOS
from tests.golden.stage import stage
from tests.support.workers import Site

RECORDINGS = Path(__file__).parent / "recordings"
# Set by tests/golden/record.py: write what was played with the first site, compare the others.
RECORD = "GOLDEN_RECORD"
SITES = ["cluster", "site"]


@pytest.mark.parametrize("kind", SITES)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_nothing_has_changed(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(kind)
    file = RECORDINGS / f"{name}.txt"
    async with stage(site) as (scene, ada, bob, eve):
        await SCENARIOS[name](scene, ada, bob, eve)
        played = await scene.finish()
    if kind == SITES[0] and os.environ.get(RECORD):
        file.write_text(played)
    assert played.splitlines() == file.read_text().splitlines()


def test_there_is_no_recording_of_what_is_not_played() -> None:
    assert {file.stem for file in RECORDINGS.iterdir()} == set(SCENARIOS)
