"""A password is the same on every keyboard, and one that was set long ago still opens."""

import unicodedata

import pytest

from rooms import passwords


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pässwörd", unicodedata.normalize("NFD", "pässwörd")),
        ("42", "４２"),
        ("a b", "a\u3000b"),
        ("a b", "a\u1680b"),
        ("한글", unicodedata.normalize("NFD", "한글")),
        ("ﬁn", "fin"),
    ],
)
def test_these_are_one_password(one: str, other: str) -> None:
    assert passwords.normal(one) == passwords.normal(other)
    assert passwords.normal(other) in passwords.spellings(one)


def test_case_accents_and_outer_spaces_count() -> None:
    typed = ["straße", "Straße", "strasse", " straße", "strase"]
    assert len({passwords.normal(text) for text in typed}) == len(typed)


def test_the_typed_password_is_tried_last_and_once() -> None:
    assert passwords.spellings("plain") == ("plain",)
    assert passwords.spellings("４") == ("4", "４")


def test_a_text_longer_than_any_password_is_left_alone() -> None:
    text = "\u0315\u0300" * 64_500
    assert passwords.normal(text) is text
