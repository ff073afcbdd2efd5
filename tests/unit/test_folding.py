"""Search compares texts as words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.folding import LONGEST, _by_clusters, _letters, fold, of, places

# Letters that change each other, or are more or fewer when folded.
AWKWARD = "aийё̈́ा्가한ががالوبكلتكِ日本ภาﬁ½㎏İß😀🏽‍️ \u00ad"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World! don't", "hello world don t"),
        ("café NAÏVE ﬁne Straße", "cafe naive fine strasse"),
        ("Ёлка, мой", "елка мой"),
        ("日本語 in 中国 today", "日本 本語 語 in 中国 国 today"),
        ("ｶﾞｷﾞ", "ガギ ギ"),
        ("한국어를", "한국 국어 어를 를"),
        ("والكتاب كِتَابٌ أحمد", "وال كتاب كتاب احمد"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("thumbs 👍🏽 up", "thumbs 👍 up"),
        ("can't find /dev/hdb1", "can t find dev hdb1"),
        ("!?\0…", ""),
    ],
)
def test_a_text_is_its_words(text: str, words: str) -> None:
    assert fold(text).split() == words.split()


def test_words_have_a_space_on_both_sides() -> None:
    assert fold("One, two.") == " one two "
    assert fold("...") == ""


def test_a_word_of_any_length_fits_into_an_index() -> None:
    words = fold("é" * 10_000).split()
    assert {len(word) for word in words[:-1]} == {LONGEST}
    assert sum(map(len, words)) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "\ufdfa" * 4000,
        "a" + "\u0315\u0300" * 2000,
        "㍿" * 4000,
        "\U0001f240" * 4000,
        "😀" * 4000,
        "重" * 4000,
    ],
)
def test_the_words_kept_of_a_text_are_bounded(text: str) -> None:
    kept = of(text, "")
    assert kept
    assert len(kept) <= 4 * len(text) + 64
    assert len(_letters(text)) <= 4 * len(text)


def test_letters_and_marks_beyond_a_bound_do_not_count() -> None:
    assert fold("\ufdfa") == fold("صلى")
    assert fold("x" + "\u0915\u094d" + "\u094d" * 50) == fold("x\u0915" + "\u094d" * 3)


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(AWKWARD))))
def test_each_word_has_its_place(text: str) -> None:
    found = places(text)
    assert [place.word for place in found] == fold(text).split()
    for place in found:
        assert place.word in fold(text[place.start : place.end])


@given(st.text(st.characters(max_codepoint=0x7F), max_size=LONGEST))
def test_the_short_way_for_plain_text_finds_the_same_places(text: str) -> None:
    whole, starts, ends = _by_clusters(text)
    words = [(f[0], starts[f.start()], ends[f.end() - 1]) for f in re.finditer(r"\S+", whole)]
    assert [(place.word, place.start, place.end) for place in places(text)] == words


@given(st.text(st.sampled_from(AWKWARD), max_size=8), st.text(st.sampled_from(AWKWARD), max_size=8))
def test_words_do_not_depend_on_their_neighbours(left: str, right: str) -> None:
    assert fold(f"{left} {right}").split() == [*fold(left).split(), *fold(right).split()]
