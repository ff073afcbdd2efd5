"""A search's filters as chips: each says what following it searches for."""

from datetime import date

import pytest

from history.search.chips import Chip, chips

TODAY = date(2026, 11, 30)
WEEK, MONTH = "after:2026-11-23", "after:2026-10-31"


def test_what_could_be_added_is_offered_with_what_was_typed() -> None:
    assert chips("ferry", today=TODAY, rooms=["K7QX"]) == [
        Chip("From me", "ferry from:me"),
        Chip("Last 7 days", f"ferry {WEEK}"),
        Chip("Last 30 days", f"ferry {MONTH}"),
        Chip("In K7QX", "ferry in:K7QX"),
    ]


def test_a_room_is_called_by_its_title() -> None:
    titles = {"K7QX": "Islands", "BCDF": ""}
    found = chips("ferry", today=TODAY, rooms=["K7QX", "BCDF"], titles=titles)
    assert found[-2:] == [
        Chip("In Islands", "ferry in:K7QX", code="K7QX"),
        Chip("In BCDF", "ferry in:BCDF"),
    ]
    assert chips("ferry in:k7qx", today=TODAY, titles=titles)[0] == Chip(
        "In Islands", "ferry", is_on=True, code="K7QX"
    )


@pytest.mark.parametrize(
    ("typed", "label", "rest"),
    [
        ("ferry from:ada late", "From ada", "ferry late"),
        ("FROM:Me ferry", "From me", "ferry"),
        ('in:"To the islands" ferry', "In To the islands", "ferry"),
        ("in:“To the islands” ferry", "In To the islands", "ferry"),
        ("ferry after:2026-11", "Since 2026-11", "ferry"),
        ("before: 2026-11-22 ferry", "Before 2026-11-22", "ferry"),
        ("from:" + "x" * 60, "From " + "x" * 40, ""),
    ],
)
def test_what_was_typed_can_be_taken_away(typed: str, label: str, rest: str) -> None:
    on = [chip for chip in chips(typed, today=TODAY) if chip.is_on]
    assert on == [Chip(label, rest, is_on=True)]


def test_what_is_there_is_not_offered_again() -> None:
    typed = "from:ada before:2026 in:K7QX"
    assert all(chip.is_on for chip in chips(typed, today=TODAY, rooms=["BCDF"]))


def test_each_of_several_is_taken_away_by_itself() -> None:
    first, second, *_ = chips("from:ada from:ben", today=TODAY)
    assert (first.text, second.text) == ("from:ben", "from:ada")


@pytest.mark.parametrize("typed", ["", "from:", '"from:ada"', "a" * 1000])
def test_what_is_no_filter_is_none(typed: str) -> None:
    assert not any(chip.is_on for chip in chips(typed, today=TODAY))
