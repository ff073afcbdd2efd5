"""Search over everything a person may see: the same on every database, and nothing else."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from history import folding, views
from history.models import Message
from history.search import candidates
from rooms.actions import leaving, messages, rooms
from rooms.models import Membership
from tests.http.conftest import Person, remove
from tests.http.pages import Element, read

pytestmark = pytest.mark.django_db


def search(person: Person | Client, typed: str, **options: str) -> Element:
    extra = "".join(f"&{name}={value}" for name, value in options.items())
    response = person.get(f"/history/?q={quote(typed)}{extra}")
    assert response.status_code == 200
    return read(response)


def found(person: Person | Client, typed: str, **options: str) -> list[str]:
    return [body.text for body in search(person, typed, **options).all(class_="message__text")]


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
# What is shown, and what was typed for it.
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
        # What is looked for is a part of the sign only; all of it is marked.
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

    def test_of_a_long_message_are_shown_with_what_is_around_them(self, ada: Person) -> None:
        ada.say(ada.create(), "before " * 200 + "needle" + " after" * 200)
        (text,) = found(ada, "needle")
        assert len(text) < 500
        assert re.fullmatch("….*before needle after.*…", text)


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


class TestWhatIsSeen:
    def test_is_what_was_said_in_rooms_one_is_or_was_in(
        self, ada: Person, ben: Person, client: Client
    ) -> None:
        left, closed, never = ben.create(), ben.create(), ben.create()
        for room in (left, closed):
            ada.join(room)
        for room in (left, closed, never):
            ben.say(room, "secret")
        leaving.leave(user=ada.user, room=left)
        rooms.close(room=closed)
        assert len(found(ada, "secret")) == 2
        assert len(found(ben, "secret")) == 3
        assert found(client, "secret") == []

    def test_is_of_a_room_one_was_removed_from_only_what_one_said(
        self, ada: Person, ben: Person
    ) -> None:
        room = ben.create()
        ada.join(room)
        ben.say(room, "secret of ben")
        ada.say(room, "secret of ada")
        remove(ada, room)
        page = search(ada, "secret")
        assert [body.text for body in page.all(class_="message__text")] == ["secret of ada"]
        assert room.public_id not in str(page)

    def test_is_nothing_from_before_one_came_where_that_is_hidden(
        self, ada: Person, ben: Person
    ) -> None:
        room = ben.create()
        ada.join(room)
        (early,) = ben.say(room, "secret early")
        ben.say(room, "secret late")
        Membership.objects.filter(user=ada.user).update(hidden_through=early.seq)
        assert found(ada, "secret") == ["secret late"]
        assert found(ada, "from:ben") == ["secret late"]

    def test_is_nothing_that_was_deleted_and_the_text_of_now(self, ada: Person) -> None:
        room = ada.create()
        deleted, edited = ada.say(room, "regretted", "mispelled")
        messages.delete(message=deleted, by=ada.user)
        Message.objects.filter(pk=edited.pk).update(body="misspelled")
        assert found(ada, "regretted") == []
        assert found(ada, '"mispelled"') == []
        assert found(ada, "misspelled") == ["misspelled"]
        assert not Message.objects.filter(words__contains="regretted").exists()

    def test_is_also_what_a_release_without_search_wrote(self, ada: Person) -> None:
        room = ada.create()
        ada.say(room, "older")
        Message.objects.update(words=None)
        assert found(ada, "older") == ["older"]

    def test_is_no_coming_and_going(self, ada: Person) -> None:
        ada.connect(ada.create())
        assert found(ada, "from:me") == []


class TestHits:
    def test_lead_to_their_place_and_into_the_open_room(self, ada: Person) -> None:
        room = ada.create(title="Islands")
        (message,) = ada.say(room, "hello")
        links = [a.attributes["href"] for a in search(ada, "hello").one(class_="hit").all("a")]
        assert links == [
            f"/history/rooms/{room.public_id}/?at={message.seq}#m{message.seq}",
            f"/rooms/{room.code}/#m{message.seq}",
        ]
        rooms.close(room=room)
        assert len(search(ada, "hello").one(class_="hit").all("a")) == 1

    def test_are_the_newest_first_or_the_best(self, ada: Person) -> None:
        ada.say(ada.create(), "ferry ferry", "the ferryman", "ferry, and much more that is said")
        newest = found(ada, "ferry")
        assert newest == ["ferry, and much more that is said", "the ferryman", "ferry ferry"]
        assert found(ada, "ferry", sort="best") == [newest[2], newest[0], newest[1]]

    @pytest.mark.parametrize("options", [{}, {"sort": "best"}])
    @pytest.mark.parametrize("typed", ["word", "or", "*ord*", "from:me"])
    def test_go_on_behind_a_cursor(
        self, ada: Person, monkeypatch: Any, typed: str, options: dict[str, str]
    ) -> None:
        monkeypatch.setattr(views, "PAGE", 3)
        ada.say(ada.create(), *(f"word or {letter}" for letter in "abcdefgh"))
        page, seen = search(ada, typed, **options), []
        while True:
            seen += [body.text[-1] for body in page.all(class_="message__text")]
            following = page.all("a", rel="next")
            if not following:
                break
            page = read(ada.get("/history/" + following[0].attributes["href"]))
        assert "".join(seen) == "hgfedcba"

    def test_inside_of_words_go_on_where_only_so_much_is_looked_through(
        self, ada: Person, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(candidates, "SCAN", 4)
        monkeypatch.setattr(candidates, "LATELY", 0)
        ada.say(ada.create(), "Ubuntu", *"abcdefgh")
        page = search(ada, "bunt")
        assert page.all(class_="message__text") == []
        while not page.all(class_="message__text"):
            further = page.one("a", rel="next")
            assert "further back" in further.text
            page = read(ada.get("/history/" + further.attributes["href"]))
        assert [body.text for body in page.all(class_="message__text")] == ["Ubuntu"]

    def test_take_a_constant_number_of_queries(
        self, ada: Person, ben: Person, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(3):
            room = ada.create()
            ada.say(room, *(["ferry"] * 5))
        with django_assert_max_num_queries(13):
            assert len(found(ada, "ferry")) == 15


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


@pytest.mark.parametrize("query", ["q=a&before=x", "q=a&skip=-1", "q=a&sort=best&skip=1e9"])
def test_an_invalid_cursor_has_no_page(ada: Person, query: str) -> None:
    assert ada.get(f"/history/?{query}").status_code == 404


def test_an_empty_query_shows_ones_own_history(ada: Person) -> None:
    ada.say(ada.create(), "hello")
    assert read(ada.get("/history/?q=+")).one("h1").text == "History"
    assert read(ada.get("/history/")).one("input", name="q")


class TestInOneRoom:
    def test_finds_what_was_said_there_and_may_be_seen(self, ada: Person, ben: Person) -> None:
        room, other = ada.create(), ada.create()
        ada.say(room, "an early ferry")
        hidden = Membership.objects.filter(room=room)
        ben.come_in(room)
        hidden.filter(user=ben.user).update(hidden_through=Message.objects.order_by("-pk")[0].seq)
        (hit,) = ada.say(room, "a late ferry")
        ada.say(other, "a ferry elsewhere")
        page = read(ada.get(f"/history/rooms/{room.public_id}/search/?q=ferry"))
        texts = [text.text for text in page.all(class_="message__text")]
        assert texts == ["a late ferry", "an early ferry"]
        assert page.all(class_="find")[0].attributes["data-seq"] == str(hit.seq)
        page = read(ben.get(f"/history/rooms/{room.public_id}/search/?q=ferry"))
        assert [text.text for text in page.all(class_="message__text")] == ["a late ferry"]
        nothing = read(ada.get(f"/history/rooms/{room.public_id}/search/?q=ship"))
        assert "Nothing found" in nothing.text

    def test_is_for_whoever_may_read_it(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        ben.come_in(room)
        remove(ben, room)
        for person in (ben, Client()):
            for query in ("", "?q=ferry", "?day=2024-02-28"):
                address = f"/history/rooms/{room.public_id}/search/{query}"
                assert person.get(address).status_code == 404

    def test_turns_pages_and_leads_to_days(self, ada: Person) -> None:
        room = ada.create()
        messages = ada.say(room, *[f"ferry {number}" for number in range(views.PAGE + 1)])
        address = f"/history/rooms/{room.public_id}/search/"
        page = read(ada.get(f"{address}?q=ferry"))
        following = page.one("a", rel="next").attributes["href"]
        page = read(ada.get(following))
        assert [text.text for text in page.all(class_="message__text")] == ["ferry 0"]
        start = read(ada.get(address))
        [day] = start.one("tbody").all("a")
        led = ada.get(day.attributes["href"]).headers["Location"]
        first = Message.objects.filter(stream=room.stream_id).order_by("seq")[0]
        assert led == f"/history/rooms/{room.public_id}/?at={first.seq}#m{first.seq}"
        assert start.one("a", href=f"/history/rooms/{room.public_id}/")
        assert messages[0].seq >= first.seq
