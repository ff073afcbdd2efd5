"""A name is shown as typed, hides nothing, and cannot be worn by two people at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history import lookalikes
from rooms import names
from rooms.errors import BadName, BadTitle

# What draws nothing: of Unicode's Default_Ignorable_Code_Point, what can be typed or pasted.
INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u200b\u200c\u200d\u200e\u200f" \
    "\u202a\u202e\u2060\u2066\u2069\u2800\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\U000e0041\U000e0100"  # fmt: skip
people = st.sampled_from(
    (
        *("Ada", "Zoë", "  Grace   Hopper ", "O'Neil-7", "王小明", "יוסף", "أحمد", "สมชาย"),
        *("!!!", "^", "x\u030c", "🄰", "😀", "👩🏽\u200d💻", "❤️\u200d🔥", "1\ufe0f\u20e3", "🇫🇷"),
        "\U0001fa77",  # a pictograph newer than Python 3.11
    )
)


def refused(text: str) -> str:
    with pytest.raises(BadName) as refusal:
        names.clean(text)
    return refusal.value.message


@given(people)
def test_names_of_many_languages_are_accepted(name: str) -> None:
    assert names.clean(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name",
    [
        *("علی\u200cرضا", "می\u200cنا", "क\u094d\u200dष", "क\u094d\u200cष", "ශ\u0dca\u200dරී"),
        *("അവന\u0d4d\u200d", "ক\u09cd\u200cষ"),
        *("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f Harry", "ℹ\ufe0f Desk"),
        *("‼\ufe0f Al", "#\ufe0f\u20e3 one", "☺\ufe0e", "Al ™\ufe0f", "↔\ufe0f", "〰\ufe0f"),
        *(
            "محمد\u200cرضا",
            "خدا\u200cداد",
            "د\u200cر",
            "র\u200d\u09cdযাচেল",
            "ರಾಜ\u0ccd\u200cಕುಮಾರ\u0ccd\u200c",
        ),
        *("葛\U000e0100城", "ᠭ\u180bᠤ", "☕\ufe0e", "⚽\ufe0e Al", "◽\ufe0f", "1\ufe0e\u20e3"),
        *("👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏾", "🏳\ufe0f\u200d🌈", "🧑\u200d🚀", "❤\u200d🔥"),
    ],
)
def test_joiners_between_letters_and_in_emoji_are_accepted(name: str) -> None:
    assert names.clean(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("A\u200cda", "\u200cعلی", "علی\u200c", "رضا\u200cA", "رضا\u200c", "क\u200dष", "اa\u200d"),
        *("🏴\U000e0075\U000e0073\U000e007f", "Ada\U000e0067\U000e007f", "A\ufe0eda", "A\ufe0f"),
        *(
            "क\u094d\u200d\u200d",
            "A\U000e0100da",
            "あ\U000e0100",
            "葛\ufe00",
            "A\u180bda",
            "1\ufe0e",
        ),
        *("a\u200d\u0300", "١\u200c٢", "د\u200c\u200cر", "☕\ufe0e\ufe0e", "क\u200d\u0301"),
    ],
)
def test_elsewhere_joiners_signs_of_style_and_tags_are(name: str) -> None:
    assert "invisible" in refused(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("علی\u200cرضا", "علیرضا"),
        ("क\u094d\u200dष", "क\u094dष"),
        ("ℹ\ufe0f", "ℹ"),
        ("☺\ufe0e", "☺\ufe0f"),
        ("محمد\u200cرضا", "محمدرضا"),
        ("র\u200d\u09cdযা", "র\u09cdযা"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_names_that_differ_in_undrawn_characters_look_the_same(one: str, other: str) -> None:
    assert names.look_alike(names.clean(one), names.clean(other))
    assert lookalikes.skeleton(one) == names.skeleton(other)


def test_a_title_is_held_to_the_rules_of_names() -> None:
    assert names.clean_title("  علی\u200cرضا   👩🏽\u200d💻 ") == "علی\u200cرضا 👩🏽\u200d💻"
    assert names.clean_title("") == ""
    for title in (
        "a\u202eb",
        "a\u200bb",
        "a\0b",
        "\u3164",
        "x" * 81,
        "Z" + "\u0334" * 4,
        "\u2066a",
    ):
        with pytest.raises(BadTitle):
            names.clean_title(title)


def test_a_long_text_is_refused_before_it_is_normalised() -> None:
    assert "at most 40" in refused("\u0315\u0300" * 64_500)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u2003", "\u3000"])
def test_nobody_is_called_nothing(text: str) -> None:
    assert "what to call you" in refused(text)


@pytest.mark.parametrize("hidden", [*INVISIBLE, "\0", "\x07", "\x7f", "\x9b", "\ue000", "\uffff"])
def test_nothing_invisible_is_in_a_name(hidden: str) -> None:
    for name in (hidden, f"A{hidden}da", f"Ada{hidden}", f"{hidden}Ada", f"^{hidden}"):
        refused(name)


@pytest.mark.parametrize("lone", ["\ud800", "A\udfffda"])
def test_half_a_character_is_none(lone: str) -> None:
    assert "invisible" in refused(lone)


def test_the_drawn_order_of_a_name_cannot_be_turned_round() -> None:
    assert "invisible" in refused("adA\u202enimda")


def test_length_is_counted_in_characters_after_outer_spaces_are_gone() -> None:
    assert names.clean(" " + "😀" * 40 + " ")
    assert "at most 40" in refused("😀" * 41)


def test_marks_do_not_pile_up() -> None:
    assert names.clean("ก่ำ")
    assert "marks" in refused("Z" + "\u0334\u0335\u0336\u0337")


def test_a_name_is_more_than_marks() -> None:
    refused("\u0301")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "ADA"),
        ("Ada", "Ａｄａ"),
        ("Straße", "STRASSE"),
        ("Zoe\u0308", "Zoë"),
        ("ﬁn", "fin"),
        ("Ada Lovelace", "Ada\u2003Lovelace"),
        ("Ada Lovelace", "AdaLovelace"),
        ("😀", "😀\ufe0f"),
        ("😀", "😀\u200d"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_names_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert names.key(names.clean(one)) == names.key(names.clean(other))


def test_other_names_are_others() -> None:
    keys = {names.key(name) for name in ("Ada", "Adam", "Ädä", "王", "玉", "😀", "😁", "ada1", "")}
    assert len(keys) == 9


@given(people | st.text(max_size=12), st.integers(0, 12), st.sampled_from(INVISIBLE))
def test_no_invisible_character_makes_another_name(name: str, place: int, hidden: str) -> None:
    try:
        plain = names.clean(name)
        decorated = names.clean(plain[:place] + hidden + plain[place:])
    except BadName:
        return
    assert names.key(decorated) == names.key(plain)


@given(st.text(max_size=60))
def test_a_name_once_cleaned_stays_as_it_is(text: str) -> None:
    try:
        name = names.clean(text)
    except BadName:
        return
    assert names.clean(name) == name
    assert 0 < len(name) <= names.MAX_LENGTH
    assert 0 < len(names.key(name)) <= names.MAX_LENGTH * 18
    name.encode()
