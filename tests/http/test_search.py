"""Search over everything a person may see: the same on every database, and nothing else."""

import re

import pytest

from history import folding
from history.models import Message
from history.search import everywhere, marks
from tests.http.conftest import Person
from tests.http.searching import found, search

pytestmark = pytest.mark.django_db


FERRY = "Is there a ferry today?"


FOUND = [
    (
        FERRY,
        ["ferry", "Ferry,", "today ferry", "fer", "fer*", "err", "*err*", "is", "ferry -today"],
    ),
    (FERRY, ['"a ferry today"', '"a ferry tod*"', "“a ferry”", '"a ferry', "ferry ferry"]),
    ("Un café, s'il vous plaît", ["cafe plait", "CAFÉ", "s'il"]),
    ("Das Straßenfest", ["STRASSEN"]),
    ("我们明天去北京吧", ["北京", "明天去北京", "吧"]),
    ("東京タワーへ行きました", ["タワー", "行きました", "ﾀﾜｰ"]),
    ("한국어를 배워요", ["한국어", "국어"]),
    ("قرأت والكتاب الجميل", ["كتاب", "الجميل", "جميل", "والكتاب"]),
    ("кто это, мой ёж?", ["еж", "мой ёж"]),
    ("ภาษาไทยง่าย", ["ไทย"]),
    ("हिन्दी में", ["हिन्दी"]),
    ("well done 👍🏽", ["👍", "done👍"]),
    ("see https://example.org/a/long_path", ["long_path", "https://example.org", "example"]),
    ("x" * 300, ["x" * 100]),
    ("north → south", ["→", "north → south", '"→ s*"']),
    ("5 € ≥ 4 £", ["€", "≥", "5€", "£"]),
]


# Typed texts, as they are shown, and queries that find them.
RENDERED = [
    (":tada: for Ada", ["🎉", "🎉 Ada", '"🎉 for ada"', "tada", ":tada:"]),
    ("これは**重要**です", ["重要です", "これは重要", "重要"]),
    ("l'é**t**é", ["été"]),
    ("[the docs](https://example.org/pier)", ["docs", '"the docs"', "example.org/pier"]),
    ("see https://example.org/a", ["example.org/a"]),
]


NOT_FOUND = [
    (FERRY, ["ferry tomorrow", '"fer"', '"ferry a"', "ерр"]),
    ("this", ["hi"]),
    ("北海道と京都", ["北京", '"海北"']),
    ("明天 北京", ["天北"]),
    ("мои", ["мой"]),
]


class TestWords:
    def test_are_found(self, ada: Person) -> None:
        ada.say(ada.create(), *{text for text, _ in FOUND})
        for text, queries in FOUND:
            for typed in queries:
                assert text in found(ada, typed), typed

    def test_are_found_as_they_are_shown(self, ada: Person) -> None:
        room = ada.create()
        for text, queries in RENDERED:
            (message,) = ada.say(room, text, rendered=True)
            assert message.html
            for typed in queries:
                shown = search(ada, typed).all(class_="message__text")
                assert any(hit.all("mark") for hit in shown), typed
                assert len(shown) == 1 or typed.startswith("example"), typed

    def test_of_what_is_shown_are_not_continued_by_what_was_typed(self, ada: Person) -> None:
        ada.say(ada.create(), "a :tada: b", rendered=True)
        assert found(ada, '"b a"') == []

    @pytest.mark.parametrize("space", [" ", ""])
    def test_are_marked_wherever_they_stand_in_a_long_text(self, ada: Person, space: str) -> None:
        room = ada.create()
        for at in (0, 700, 1990, 3900):
            text = (("重要" + space) * 2000)[:at] + " 北京needle " + (("重要" + space) * 2000)
            ada.say(room, text[:4000])
        marks = [m.text for m in search(ada, "北京needle").all("mark")]
        assert marks == ["北京needle"] * 4

    def test_are_marked_at_the_end_of_the_longest_text(self, ada: Person) -> None:
        # The longest that a site can allow.
        ada.say(ada.create(), ("重要 hello " * 2000)[:9993] + " needle")
        page = search(ada, "needle")
        assert page.one("mark").text == "needle"

    @pytest.mark.parametrize("sign", ["👍🏽", "👩‍👩‍👧", "🇩🇪", "❤️", "e\u0301\u0323"])
    def test_are_marked_and_cut_between_characters_as_people_see_them(
        self, ada: Person, sign: str
    ) -> None:
        ada.say(ada.create(), f"{sign * 200}{sign} needle {sign * 300}")
        page = search(ada, "needle")
        (text,) = (body.text for body in page.all(class_="message__text"))
        assert set(text.strip("…").split(sign)) == {"", " needle "}
        # The query is a part of the sign only; all of it is marked.
        wanted = f"{sign[0] * 5}*" if sign[0].isalpha() else sign[0]
        marks = [mark.text for mark in search(ada, wanted).all("mark")]
        assert marks
        assert all(mark.replace(sign, "") == "" for mark in marks)

    def test_cost_no_more_in_long_texts(self, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        looked_at: list[int] = []
        places = folding.places
        monkeypatch.setattr(
            "history.search.marks.places", lambda text: looked_at.append(len(text)) or places(text)
        )
        ada.say(ada.create(), *(f"{n} ferry " * 500 for n in range(5)))
        page = search(ada, "ferry")
        assert 0 < len(page.all("mark")) <= 5 * 20
        assert 0 < max(looked_at) <= 800

    def test_name_a_bounded_number_of_people_and_rooms(self, ada: Person) -> None:
        ada.create()
        page = search(ada, " ".join(f"in:room{n}" for n in range(30)))
        assert "only the first 5" in page.text
        assert page.text.count("You were in no room") == 5

    def test_are_asked_for_where_there_are_only_signs(self, ada: Person) -> None:
        ada.say(ada.create(), "1 + 1")
        assert "There is no word in that" in search(ada, "+ ?").text

    def test_are_not_found_where_they_are_not(self, ada: Person) -> None:
        ada.say(ada.create(), *{text for text, _ in NOT_FOUND})
        for text, queries in NOT_FOUND:
            for typed in queries:
                assert text not in found(ada, typed), typed

    def test_inside_of_others_are_told_of(self, ada: Person) -> None:
        ada.say(ada.create(), "Ubuntu")
        assert "inside words" in search(ada, "bunt").one("h2").text

    def test_are_marked_and_nothing_that_was_written_is_markup(self, ada: Person) -> None:
        ada.say(ada.create(), '<b onclick="x">Bold</b> & bolder <script>')
        page = search(ada, "bol script")
        assert [mark.text for mark in page.all("mark")] == ["Bol", "bol", "script"]
        assert page.one(class_="message__text").text == '<b onclick="x">Bold</b> & bolder <script>'

    def test_are_marked_in_the_message_as_the_log_shows_it(self, ada: Person) -> None:
        body = (
            "1. the *last* ferry\n2. [a ferryman](https://example.org/?a=1&b=2) & co\n> `<ferry>`"
        )
        (message,) = ada.say(ada.create(), body, rendered=True)
        html = search(ada, "ferry").one(class_="message__text")
        assert [mark.text for mark in html.all("mark")] == ["ferry"] * 3
        assert html.one("a").one("mark")
        assert html.one("blockquote").one("code").text == "<ferry>"
        without = re.sub("</?mark>", "", str(marks.shown(message, everywhere.terms("ferry"))))
        assert without == message.html

    def test_are_marked_across_what_is_emphasised(self, ada: Person) -> None:
        ada.say(ada.create(), "これは**重要**です", rendered=True)
        page = search(ada, "重要です").one(class_="message__text")
        assert [mark.text for mark in page.all("mark")] == ["重要", "です"]

    def test_of_a_long_message_are_shown_with_all_of_it(self, ada: Person) -> None:
        body = "before " * 200 + "needle" + " after" * 200
        ada.say(ada.create(), body)
        assert found(ada, "needle") == [body]

    def test_are_marked_in_the_names_of_files(self, ada: Person) -> None:
        (message,) = ada.say(ada.create(), "look")
        file = {"id": "f_12345678", "name": "needle.pdf", "type": "application/pdf", "size": 9}
        words = folding.fold("look needle.pdf")
        Message.objects.filter(pk=message.pk).update(files=[file], words=words)
        hit = search(ada, "needle").one(class_="hit")
        assert hit.one(class_="message__text").text == "look"
        assert hit.one(class_="file__name").one("mark").text == "needle"


class TestOperators:
    @pytest.fixture
    def talk(self, ada: Person, ben: Person) -> str:
        first, second = ada.create(title="To the islands"), ada.create()
        ben.join(first)
        ada.say(first, "ada in islands")
        ben.say(first, "ben in islands")
        ada.say(second, "ada elsewhere")
        Message.objects.filter(body="ada elsewhere").update(at="2024-02-29T12:00Z")
        return first.code

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("from:me", ["ada elsewhere", "ada in islands"]),
            ("from:ADA", ["ada elsewhere", "ada in islands"]),
            ("from:be", ["ben in islands"]),
            ("from:@ben islands", ["ben in islands"]),
            ("FROM:ben from:me", ["ada elsewhere", "ben in islands", "ada in islands"]),
            ("in:{code}", ["ben in islands", "ada in islands"]),
            ('in:"the islands" from:me', ["ada in islands"]),
            ("before:2024-03", ["ada elsewhere"]),
            ("after:2024-02-29 before:2024-03-01 ada", ["ada elsewhere"]),
            ("after:2024-03", ["ben in islands", "ada in islands"]),
            ("before:2024-02-29", []),
            ("before:2024", []),
        ],
    )
    def test_narrow_it_down(self, ada: Person, talk: str, typed: str, expected: list[str]) -> None:
        assert found(ada, typed.format(code=talk.lower())) == expected

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("from:Zoe", "Nobody called “Zoe”"),
            ("in:ZZZZ", "no room “ZZZZ”"),
            ("before:32.13", "is no date"),
            ("after:2024-13", "is no date"),
            ("from:", "missing after “from:”"),
            ("...", "no word in that"),
        ],
    )
    def test_that_mean_nothing_are_told_of(
        self, ada: Person, talk: str, typed: str, said: str
    ) -> None:
        page = search(ada, typed)
        assert said in page.one(role="status").text
        assert page.all(class_="message__text") == []

    def test_take_days_as_the_viewer_has_them(self, ada: Person, talk: str) -> None:
        Message.objects.filter(body="ada elsewhere").update(at="2024-02-29T23:30Z")
        assert found(ada, "before:2024-03") == ["ada elsewhere"]
        ada.client.cookies["zone"] = "Asia/Tokyo"
        assert found(ada, "before:2024-03") == []
        for nonsense in ("../../etc/passwd", "Nowhere/At_all", "x" * 500, "/"):
            ada.client.cookies["zone"] = nonsense
            assert found(ada, "before:2024-03") == ["ada elsewhere"]


ODD = [
    '"',
    "''",
    "*",
    "**",
    "NEAR(",
    "a AND",
    "OR",
    "NOT",
    "^a",
    "a:*",
    "!a",
    "a & | b",
    "{a}",
    "\\",
]


ODD += ["\0", "a\0b", "x" * 10_000, "x " * 5_000, "語" * 3_000, "' OR 1=1 --", "0001-01-01", "9999"]


def test_no_query_is_too_odd_for_a_kind_answer(ada: Person) -> None:
    ada.say(ada.create(), "hello")
    for typed in ODD:
        assert found(ada, typed) == []
        assert found(ada, f"from:{typed} in:{typed}", sort="best") == []
        assert found(ada, f"before:{typed} after:{typed}") == []
