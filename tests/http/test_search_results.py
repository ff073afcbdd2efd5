"""What a search shows: messages that its person may see, page by page, and nothing else."""

from typing import Any

import pytest
from django.test import Client

from history import views
from history.models import Message
from history.search import candidates
from rooms.actions import leaving, messages, rooms
from rooms.models import Membership
from tests.http.conftest import Person, remove
from tests.http.pages import read
from tests.http.searching import found, search

pytestmark = pytest.mark.django_db


class TestFilters:
    def test_narrow_a_search_down_and_are_taken_away(self, ada: Person, ben: Person) -> None:
        one, other = ada.create(), ada.create()
        for room in (one, other):
            ben.join(room)
            ben.say(room, f"ferry {room.code}")
            ada.say(room, "the ferry")
        page = search(ada, "ferry")
        links = {chip.text: chip.attributes["href"] for chip in page.all("a", class_="chip")}
        mine = read(ada.get(f"/history/{links['From me']}"))
        assert len(mine.all(class_="message__text")) == 2
        here = read(ada.get(f"/history/{links[f'In {one.code}']}"))
        assert len(here.all(class_="message__text")) == 2
        # Of several rooms each message says its own; one room is named once.
        assert len(page.all(class_="hit__place")) == 4
        assert here.one(class_="hit__place").text == one.code
        (away,) = here.all("a", class_="chip--on")
        assert len(read(ada.get(f"/history/{away.attributes['href']}")).all(class_="hit")) == 4


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
    def test_are_each_one_link_into_the_open_room_or_else_to_the_transcript(
        self, ada: Person
    ) -> None:
        room = ada.create(title="Islands")
        (message,) = ada.say(room, "hello")

        def link() -> tuple[str, str]:
            """Where the hit leads, and what a screen reader says of it."""
            hit = search(ada, "hello").one(class_="hit")
            (a,) = hit.all("a")
            parts = [hit.one(id=part) for part in a.attributes["aria-labelledby"].split()]
            return a.attributes["href"], " ".join(part.text for part in parts)

        href, name = link()
        assert href == f"/rooms/{room.code}/#m{message.seq}"
        assert name.startswith("Open in the room: message of Ada, ")
        assert name.endswith(" hello")
        rooms.close(room=room)
        href, name = link()
        assert href == f"/history/rooms/{room.public_id}/?at={message.seq}#m{message.seq}"
        assert name.startswith("Open in the transcript: message of Ada, ")

    def test_say_in_which_order_they_are_and_offer_the_other(self, ada: Person) -> None:
        ada.say(ada.create(), "ferry")
        for options, here in ({}, "Newest"), ({"sort": "best"}, "Relevant"):
            orders = search(ada, "ferry", **options).one(class_="sorts").all("a")
            assert [a.text for a in orders] == ["Newest", "Relevant"]
            assert [a.text for a in orders if "aria-current" in a.attributes] == [here]
        assert not search(ada, "from:me").all(class_="sorts"), "nothing to be better at"

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
        assert page.all(class_="hit__link")[0].attributes["data-seq"] == str(hit.seq)
        page = read(ben.get(f"/history/rooms/{room.public_id}/search/?q=ferry"))
        assert [text.text for text in page.all(class_="message__text")] == ["a late ferry"]
        nothing = read(ada.get(f"/history/rooms/{room.public_id}/search/?q=ship"))
        assert "Nothing found" in nothing.text

    def test_is_for_members_who_may_read_it(self, ada: Person, ben: Person) -> None:
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
