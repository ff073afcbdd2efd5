"""Codes are guessed no faster than the arithmetic in SECURITY.md says."""

import math

import pytest
from pytest_django import Settings

from rooms import codes
from tests.security import guesser
from tests.support import documents

FIGURES = {
    int(row[0].replace(",", "")): row
    for row in documents.read("SECURITY.md").table("Guessing codes")
}


def test_the_alphabet_is_the_one_the_arithmetic_is_about() -> None:
    assert len(set(codes.ALPHABET)) ** 4 == guesser.SPACE == 531_441


@pytest.mark.parametrize("addresses", guesser.ADDRESSES)
def test_a_guesser_finds_as_many_rooms_as_computed(addresses: int, settings: Settings) -> None:
    settings.CHAT_RATE_LIMITS = True
    outcome = guesser.play(addresses, seed=1)
    print(guesser.row(outcome))
    computed = guesser.computed_guesses(addresses)
    # A found room costs no guess; a wait is told in tenths of a second, and a thousand addresses
    # cannot all make their first tries at once.
    assert outcome.guesses == pytest.approx(computed + outcome.hits, rel=0.02)
    expected = guesser.computed_hits_per_hour(addresses) * guesser.HOURS
    assert abs(outcome.hits - expected) < 4 * math.sqrt(expected)
    written = FIGURES[addresses]
    assert float(written[2]) == pytest.approx(expected / guesser.HOURS, abs=0.005)
    assert float(written[3]) == pytest.approx(outcome.per_hour, abs=0.005)
