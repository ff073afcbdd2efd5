"""Room codes survive being said over a telephone, and spell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import codes

written = st.text(st.sampled_from(codes.ALPHABET), min_size=1, max_size=codes.MAX_LENGTH)


def test_no_character_is_a_vowel_or_looks_like_another() -> None:
    assert len(codes.ALPHABET) == len(set(codes.ALPHABET)) == 27
    assert not set(codes.ALPHABET) & set("AEIOUY01L")


@given(written, st.lists(st.tuples(st.integers(0, 12), st.sampled_from(" -–—_.\t\u00a0"))))
def test_a_code_is_understood_however_it_is_typed(
    code: str, separators: list[tuple[int, str]]
) -> None:
    typed = code
    for place, separator in separators:
        typed = typed[:place] + separator + typed[place:]
    assert codes.normalize(typed) == codes.normalize(typed.lower()) == code


@given(st.text())
def test_any_typed_text_becomes_a_code_or_nothing(text: str) -> None:
    code = codes.normalize(text)
    assert set(code) <= set(codes.ALPHABET)
    assert len(code) <= codes.MAX_LENGTH
    assert codes.normalize(code) == code


def test_a_text_that_cannot_be_a_code_is_none() -> None:
    for text in (
        *("", "-", "AEIO", "BCD0", "BC\0D", "BÇDF", "B" * 13, "B/CD", "\ud800", "see you there"),
        *(
            "76WC or 77WC",
            "https://elsewhere.example/76WC",
            "https:\\\\rooms\\76WC",
            "a@b: 76WC",
            "we are 3",
        ),
    ):
        assert codes.normalize(text) == ""


# What keyboards and messengers make of 76WC.
DRESSED = [
    *(
        "７６ＷＣ",
        "76WC\u200e",
        "\ufeff76WC",
        "76\u3000WC",
        "76\u00adWC",
        "\u206876WC\u2069",
        "76wc.",
    ),
    *("“76WC”", "«76WC»", "(76WC)", "*76WC*", "`76WC`", "#76WC", "76WC,", "76–WC", "７６－ＷＣ"),
    *(
        "7\ufe0f\u20e36\ufe0f\u20e3WC",
        "٧٦WC",
        "७६WC",
        "𝟕𝟔𝐖𝐂",
        "ⓌⒸ".join(("76", "")),
        "<76WC>",
        "76WC…",
    ),
    *("https://chat.example/rooms/76WC/", "chat.example/rooms/76wc", "<http://a.b/rooms/76WC/>"),
    *(
        "Come in: https://chat.example/rooms/76WC/?after=1 see you",
        "/rooms/%EF%BC%97%EF%BC%96WC/#m5",
    ),
    *(
        "Code: 76WC",
        "code is 76wc",
        "код: ７６ＷＣ",
        "コード：76WC",
        "76WC 👋",
        "👉76WC🎉",
        "76−WC",
    ),
    *("HTTPS://CHAT.EXAMPLE/ROOMS/76WC/", "https://chat.example/rooms//76WC/", "76\u00a0WC"),
    *("https://chat.example/rooms/76WCです", "https://chat.example/rooms/76WC,please", "→76WC"),
    "https://l.example/?u=https%3A%2F%2Fchat.example%2Frooms%2F76WC%2F",
]


@pytest.mark.parametrize("typed", DRESSED)
def test_characters_added_to_a_link_on_the_way_are_taken_off(typed: str) -> None:
    assert codes.normalize(typed) == "76WC"


def test_a_text_longer_than_any_link_is_not_read() -> None:
    assert codes.normalize("\u200e" * codes.TYPED_MAX + "76WC") == ""


def test_candidates_are_codes_and_none_comes_twice() -> None:
    for length in (1, 4, 12):
        made = list(codes.candidates(length=length, count=200))
        assert len(made) == len(set(made))
        assert all(len(code) == length and codes.normalize(code) == code for code in made)
