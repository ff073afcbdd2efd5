"""Names are compared by what the eye sees, and those that speak for the site are kept for it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history import lookalikes
from rooms import names
from rooms.errors import BadName
from tests.support.programs import ROOT

LOOKALIKES = ["aаɑα", "eеҽ", "oоο0O", "iіӏl1I|", "pрρ", "cсϲ", "yуү", "xхⅹ", "m", "rn", "sѕ", "k"]
# Names that an impostor would try: each letter by one that is drawn like it.
disguised = st.lists(
    st.sampled_from([c for group in LOOKALIKES for c in group] + ["m", "rn", " ", "Ａ", "é", "é"]),
    min_size=1,
    max_size=6,
).map("".join)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "раураl"),
        ("Paul", "PauI"),
        ("Paul", "pau1"),
        ("Mia", "rnia"),
        ("Bob", "B0b"),
        ("Анна", "АННА"),
        ("Scope", "Ѕсоре"),
        ("Ada", "Αda"),
        ("ian", "Ian"),
        ("Ian", "lan"),
        ("Ada Lovelace", "Adа\u2003Lovelасе"),
        ("Zoë", "Zoё"),
    ],
)
def test_these_look_alike(one: str, other: str) -> None:
    assert names.look_alike(one, other)


def test_these_do_not() -> None:
    people = [
        "Al",
        "Ai",
        "Ada",
        "Adam",
        "Ädä",
        "王",
        "玉",
        "😀",
        "😁",
        "Nina",
        "Vivia",
        "Mia",
        "Mla",
    ]
    for one in people:
        for other in people:
            assert one == other or not names.look_alike(one, other), (one, other)


def uts39(text: str) -> str:
    """The skeleton of the standard, without anything of ours."""
    return lookalikes._alike(text)


@given(st.lists(disguised | st.text(max_size=8), max_size=12))
def test_no_two_accepted_names_in_a_room_share_a_skeleton(wanted: list[str]) -> None:
    room: list[str] = []
    for text in wanted:
        try:
            name = names.clean(text)
        except BadName:
            continue
        if not any(names.look_alike(name, other) for other in room):
            room.append(name)
    assert len({uts39(name) for name in room}) == len(room)
    assert len({names.folded(name) for name in room}) == len(room)


@given(st.text(max_size=20) | disguised | st.text("aمเ\u0e31각ᄀ\u1161e\u0301 ", max_size=9))
def test_the_beginnings_of_a_text_have_the_skeletons_they_have_alone(text: str) -> None:
    for length, look in enumerate(names.beginnings(text)):
        assert look in ("", lookalikes.skeleton(text[:length]))


@pytest.mark.parametrize(
    "name",
    [
        "Admin",
        "admin",
        "аdmin",
        "Adm1n",
        "Ѕystem",
        "Adrninistrator",
        "Rооmcode",
        "deleted person",
    ],
)
def test_nobody_speaks_for_the_site(name: str) -> None:
    assert names.is_reserved(names.clean(name))


@pytest.mark.parametrize(
    "name", ["Ada", "Sam", "Modesty", "Owen", "Addie", "1", "🙂", "Rod", "!", "root", "system404"]
)
def test_other_names_are_free(name: str) -> None:
    assert not names.is_reserved(names.clean(name))


def test_the_sites_own_name_is_among_the_reserved() -> None:
    brand = re.sub(r"{.*?}", "", (ROOT / "templates" / "brand.html").read_text()).strip()
    assert names.is_reserved(brand)
