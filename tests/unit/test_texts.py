"""The work that a text costs before it is posted is bounded, and counted."""

import pytest

from rooms import limits, names
from rooms.actions import texts
from rooms.errors import RateLimited


@pytest.mark.parametrize(
    ("body", "cost"),
    [("hello", 1), ("x" * 4000, 1), ("привет", 1), ("\ufdfa" * 4000, 9), ("重" * 1000, 3)],
)
def test_a_dear_text_counts_for_more(body: str, cost: int) -> None:
    assert texts.cost(body) == cost
    assert texts.is_plain(body) is (cost == 1)


def test_dear_texts_are_refused_sooner() -> None:
    who = {"person": "u_dear", "address": "192.0.2.77", "room": "DEAR"}
    for _ in range(11):
        limits.post(**who, tokens=texts.cost("\ufdfa" * 4000))
    with pytest.raises(RateLimited):
        limits.post(**who, tokens=texts.cost("\ufdfa" * 4000))


def test_names_are_looked_for_in_a_bounded_number_of_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []
    monkeypatch.setattr(names, "key", lambda name: compared.append(name) or name)
    texts._candidates(("@" + "\ufdfa" * 150) * 20)
    assert sum(map(len, compared)) * 18 < 20 * 40 * 40
