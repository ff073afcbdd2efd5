"""Room codes survive being said over a telephone, and spell nothing."""

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
def test_whatever_is_typed_becomes_a_code_or_nothing(text: str) -> None:
    code = codes.normalize(text)
    assert set(code) <= set(codes.ALPHABET)
    assert len(code) <= codes.MAX_LENGTH
    assert codes.normalize(code) == code


def test_what_cannot_be_a_code_is_none() -> None:
    for text in ("", "-", "AEIO", "BCD0", "BC\0D", "BÇDF", "ＢＣＤＦ", "B" * 13, "B/CD", "\ud800"):
        assert codes.normalize(text) == ""


def test_candidates_are_codes_and_none_comes_twice() -> None:
    for length in (1, 4, 12):
        made = list(codes.candidates(length=length, count=200))
        assert len(made) == len(set(made))
        assert all(len(code) == length and codes.normalize(code) == code for code in made)
