"""Own messages, rooms, transcripts: found by those who were there, and by nobody else."""

import re
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from history import views
from history.log.entry import Entry
from history.models import Message, Reaction
from rooms.actions import leaving, messages, rooms, sanctions
from rooms.models import Membership, Room, User
from rooms.turn import turn
from tests.http.conftest import NewPerson, Person, remove
from tests.http.pages import Element, read
from tests.support.german import ACCEPTS, german

pytestmark = pytest.mark.django_db


def said(page: Element) -> list[str]:
    return [body.text for body in page.all(class_="message__text")]


def transcript(room: Room) -> str:
    return f"/history/rooms/{room.public_id}/"


def seqs(page: Element) -> list[int]:
    ids = re.findall(r"m(\d+)", " ".join(row.attributes.get("id", "") for row in page.all("li")))
    return [int(seq) for seq in ids]


class TestOwnMessages:
    def test_are_those_of_every_room_the_latest_room_first(self, ada: Person, ben: Person) -> None:
        first, second = ada.create(title="Islands"), ada.create()
        ben.join(first)
        ada.say(first, "one")
        ben.say(first, "not mine")
        ada.say(second, "two")
        rooms.close(room=first)
        ada.say(second, "three")
        assert said(read(ada.get("/history/"))) == ["two", "three", "one"]
        assert said(read(ben.get("/history/"))) == ["not mine"]

    def test_name_their_room_and_time_and_lead_to_their_place(self, ada: Person) -> None:
        room = ada.create(title="Islands")
        (message,) = ada.say(room, "hello")
        row = read(ada.get("/history/")).one("li", class_="line")
        link = row.one("a")
        assert link.attributes["href"] == f"/rooms/{room.code}/#m{message.seq}"
        assert room.code in link.text
        assert row.one("bdi").text == "Islands"
        assert row.one("time").attributes["datetime"].endswith("+00:00")

    def test_of_a_room_one_has_left_lead_to_its_transcript(self, ada: Person) -> None:
        room = ada.create()
        (message,) = ada.say(room, "hello")
        leaving.leave(user=ada.user, room=room)
        link = read(ada.get("/history/")).one("li", class_="line").one("a")
        assert link.attributes["href"] == f"{transcript(room)}?at={message.seq}#m{message.seq}"

    def test_of_one_room_are_read_downwards(self, ada: Person) -> None:
        first, second = ada.create(), ada.create()
        ada.say(first, "This is what I told them:", "When: 19:00")
        ada.say(second, "meanwhile")
        ada.say(first, "later")
        page = read(ada.get("/history/"))
        assert said(page) == ["later", "meanwhile", "This is what I told them:", "When: 19:00"]

    def test_go_on_behind_a_cursor(self, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views, "PAGE", 3)
        room = ada.create()
        ada.say(room, *"abcdefgh")
        seen, address = [], "/history/"
        while address:
            page = read(ada.get(address))
            seen += ["".join(said(page))]
            older = page.all("a", rel="next")
            address = (
                "/history/" + older[0].attributes["href"].removeprefix("/history/") if older else ""
            )
        assert seen == ["fgh", "cde", "ab"]

    def test_of_one_room_are_not_parted_between_pages_if_they_fit_on_the_next(
        self, ada: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "PAGE", 4)
        first, second = ada.create(), ada.create()
        ada.say(first, *"abc")
        ada.say(second, *"xy")
        page = read(ada.get("/history/"))
        assert said(page) == ["x", "y"]
        older = page.one("a", rel="next").attributes["href"]
        assert said(read(ada.get(older))) == ["a", "b", "c"]

    def test_do_not_move_under_the_reader(self, ada: Person, monkeypatch: Any) -> None:
        monkeypatch.setattr(views, "PAGE", 2)
        room = ada.create()
        ada.say(room, *"abc")
        older = read(ada.get("/history/")).one("a", rel="next").attributes["href"]
        ada.say(room, *"de")
        assert said(read(ada.get(older))) == ["a"]

    def test_that_were_deleted_keep_their_place_only(self, ada: Person) -> None:
        room = ada.create()
        (message,) = ada.say(room, "regretted")
        messages.delete(message=message, by=ada.user)
        text = ada.get("/history/").content.decode()
        assert "regretted" not in text
        assert "deleted" in text

    def test_stay_with_somebody_who_was_removed_without_the_way_to_the_room(
        self, ada: Person
    ) -> None:
        room = ada.create()
        ada.say(room, "mine all the same")
        remove(ada, room)
        response = ada.get("/history/")
        assert said(read(response)) == ["mine all the same"]
        assert room.public_id not in response.content.decode()

    def test_are_shown_as_text(self, ada: Person) -> None:
        room = ada.create()
        ada.say(room, "<script>alert(1)</script> & <b>")
        response = ada.get("/history/")
        assert "<script>alert" not in response.content.decode()
        assert said(read(response)) == ["<script>alert(1)</script> & <b>"]

    def test_are_none_for_a_stranger(self, client: Client) -> None:
        response = client.get("/history/")
        assert response.status_code == 200
        assert "Nothing said yet" in read(response).one("h2").text

    def test_take_a_constant_number_of_queries(
        self, ada: Person, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(3):
            ada.say(ada.create(), *"abcdefgh")
        with django_assert_max_num_queries(8):
            ada.get("/history/")

    @pytest.mark.parametrize("cursor", ["x", "-1", "", "1.5", "٣", "9" * 5000, "1e9"])
    def test_have_no_page_for_what_is_no_cursor(self, ada: Person, cursor: str) -> None:
        assert ada.get(f"/history/?before={cursor}").status_code == 404

    def test_are_not_kept_by_caches(self, ada: Person) -> None:
        assert "no-store" in ada.get("/history/").headers["Cache-Control"]


class TestRooms:
    def test_are_those_one_was_in_newest_first(
        self, ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine = [ada.create() for _ in range(3)]
        ben.create()
        leaving.leave(user=ada.user, room=mine[0])
        rooms.close(room=mine[1])
        monkeypatch.setattr(views, "PAGE", 2)
        page = read(ada.get("/history/rooms/"))
        links = [card.attributes["href"] for card in page.all("a", class_="card")]
        assert links == [transcript(mine[2]), transcript(mine[1])]
        page = read(ada.get(page.one("a", rel="next").attributes["href"]))
        assert [card.attributes["href"] for card in page.all("a", class_="card")] == [
            transcript(mine[0])
        ]

    def test_do_not_list_one_that_somebody_was_removed_from(self, ada: Person) -> None:
        remove(ada, ada.create())
        assert "No rooms yet" in ada.get("/history/rooms/").content.decode()


class TestATranscript:
    def test_holds_everything_that_happened(self, ada: Person, ben: Person) -> None:
        room = ada.create(title="Islands")
        ada.connect(room)
        ben.come_in(room)
        ada.say(room, "hello")
        (regretted,) = ben.say(room, "regretted")
        messages.delete(message=regretted, by=None)
        ben.post(f"/rooms/{room.code}/leave/")
        rooms.close(room=room, reason="Time to go home.")
        page = read(ada.get(transcript(room)))
        text = page.one("ol", class_="log").text
        assert seqs(page) == [1, 2, 3, 4, 6, 7]  # 5 is the deletion
        for part in (
            "Ada and Ben joined",
            "Ada joined",
            "Ben joined",
            "hello",
            "deleted",
            "Ben left",
            "Time to go home.",
        ):
            assert part in text
        assert "regretted" not in text

    def test_is_there_for_members_who_left_and_after_the_room_closed(
        self, ada: Person, ben: Person
    ) -> None:
        room = ada.create()
        ben.join(room)
        ada.say(room, "hello")
        ben.post(f"/rooms/{room.code}/leave/")
        assert said(read(ben.get(transcript(room)))) == ["hello"]
        rooms.close(room=room)
        assert said(read(ben.get(transcript(room)))) == ["hello"]
        assert said(read(ada.get(transcript(room)))) == ["hello"]

    def test_is_not_there_for_anybody_else(
        self, ada: Person, ben: Person, person: NewPerson, client: Client
    ) -> None:
        room = ada.create()
        ben.create()
        removed = person("Eve")
        removed.join(room)
        remove(removed, room)
        refusals = [visitor.get(transcript(room)) for visitor in (ben, removed, client)]
        assert [response.status_code for response in refusals] == [404, 404, 404]
        assert len({response.content for response in refusals}) == 1

    @pytest.mark.parametrize("guess", ["r_0123456789abcdef", "1", "r_", "x" * 500, "%00", "BCDF"])
    def test_is_not_found_by_guessing(self, ada: Person, guess: str) -> None:
        ada.create()
        assert ada.get(f"/history/rooms/{guess}/").status_code == 404

    def test_is_not_found_by_its_number_or_code(self, ada: Person) -> None:
        room = ada.create()
        for guess in (room.pk, room.code, room.stream_id):
            assert ada.get(f"/history/rooms/{guess}/").status_code == 404

    def test_shows_people_under_their_present_names_as_text(self, ada: Person) -> None:
        room = ada.create()
        ada.say(room, "hello")
        User.objects.update(display_name="<b>Lovelace</b>")
        page = read(ada.get(transcript(room)))
        assert page.one("bdi", class_="line__author").text == "<b>Lovelace</b>"

    def test_tells_what_happened_in_the_readers_language(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        ada.connect(room)
        ben.come_in(room)
        sanctions.mute(room=room, by=ada.user, user=ben.user, minutes=10)
        assert "Ada muted Ben for 10 minutes." in ada.get(transcript(room)).content.decode()
        with german():
            page = ada.get(transcript(room), headers=ACCEPTS).content.decode()
        assert "Ada hat Ben für 10 Minuten stumm geschaltet." in page

    def test_marks_text_with_its_direction(self, ada: Person) -> None:
        room = ada.create()
        ada.say(room, "صباح الخير")
        body = read(ada.get(transcript(room))).one(class_="message__text")
        assert body.attributes["dir"] == "auto"

    def test_tells_what_happened_in_the_direction_of_its_language(self, person: NewPerson) -> None:
        dana = person("דנה")
        room = dana.create()
        dana.post(f"/rooms/{room.code}/manage/code/")
        room.refresh_from_db()
        (event,) = [
            row for row in read(dana.get(transcript(room))).all("li") if "new code" in row.text
        ]
        assert event.text.startswith("דנה")
        assert [part for part in event.all("span") if "dir" in part.attributes] == []

    def test_can_be_read_from_end_to_beginning_and_back(
        self, ada: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "TRANSCRIPT_PAGE", 10)
        room = ada.create()
        ada.say(room, *(str(number) for number in range(1, 36)))
        address, back = transcript(room), []
        while True:
            page = read(ada.get(address))
            back = seqs(page) + back
            earlier = page.all("a", rel="prev")
            if not earlier:
                break
            address = transcript(room) + earlier[0].attributes["href"]
        assert back == list(range(1, 36))
        address, forth = transcript(room) + "?after=0", []
        while True:
            page = read(ada.get(address))
            forth += seqs(page)
            later = page.all("a", rel="next")
            if not later:
                break
            address = transcript(room) + later[0].attributes["href"]
        assert forth == back

    @pytest.mark.parametrize("seq", [1, 2, 17, 34, 35])
    def test_opens_where_a_link_points(
        self, ada: Person, monkeypatch: pytest.MonkeyPatch, seq: int
    ) -> None:
        monkeypatch.setattr(views, "TRANSCRIPT_PAGE", 10)
        room = ada.create()
        ada.say(room, *(str(number) for number in range(1, 36)))
        page = read(ada.get(f"{transcript(room)}?at={seq}"))
        shown = seqs(page)
        assert seq in shown
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert bool(page.all("a", rel="prev")) == (shown[0] > 1)
        assert bool(page.all("a", rel="next")) == (shown[-1] < 35)

    @pytest.mark.parametrize("query", ["at=x", "before=-1", "after=", f"at={'9' * 19}"])
    def test_has_no_page_for_what_is_no_cursor(self, ada: Person, query: str) -> None:
        room = ada.create()
        assert ada.get(f"{transcript(room)}?{query}").status_code == 404

    @pytest.mark.parametrize("query", ["at=999999", "before=0", f"after={'9' * 18}", ""])
    def test_says_so_where_there_is_nothing(self, ada: Person, query: str) -> None:
        room = ada.create()
        assert ada.get(f"{transcript(room)}?{query}").status_code == 200

    def test_is_not_kept_by_caches(self, ada: Person) -> None:
        assert "no-store" in ada.get(transcript(ada.create())).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["", "rooms/", "export/", "rooms/r_0/"])
def test_history_only_reads(ada: Person, path: str) -> None:
    response = ada.post(f"/history/{path}")
    assert response.status_code == 405
    assert read(response).one("h1").text


class TestWhatHappenedToMessages:
    def test_stands_with_them(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        ben.join(room)
        (question,) = ada.say(room, "why?")
        with turn(room) as t:
            t.append(Entry.of("chat", ben.user, body="because", reply_to=question.seq))
        Reaction.objects.create(message=question, user=ben.user, emoji="👍")
        Message.objects.filter(pk=question.pk).update(
            changed_seq=99, edited_at=Now(), pinned_at=Now()
        )
        page = read(ada.get(transcript(room)))
        first, second = page.all("li", class_="line")[-2:]
        assert "edited" in first.text
        assert "pinned" in first.text
        assert first.one(class_="line__reactions").one("li").attributes["title"] == "Ben"
        quote = second.one(class_="line__quote")
        assert quote.one("a").attributes["href"] == f"?at={question.seq}#m{question.seq}"
        assert "why?" in quote.text

    def test_says_nothing_of_what_is_hidden_from_a_newcomer(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        (question,) = ada.say(room, "a secret?")
        ben.join(room)
        Membership.objects.filter(user=ben.user).update(hidden_through=question.seq)
        with turn(room) as t:
            t.append(Entry.of("chat", ada.user, body="an answer", reply_to=question.seq))
        page = ben.get(transcript(room)).content.decode()
        assert "an answer" in page
        assert "secret" not in page
