"""Days of a transcript, and what of it is unread."""

from datetime import UTC, datetime

import pytest

from history.models import Mention, Message
from rooms.models import Membership, Room
from tests.http.conftest import Person
from tests.http.pages import Element, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(ada: Person) -> Room:
    """With a message on the 1st, the 2nd (late in the evening) and the 28th of February."""
    room = ada.create()
    for number, message in enumerate(ada.say(room, "first", "second", "third")):
        at = datetime(2024, 2, (1, 2, 28)[number], 23, 30, tzinfo=UTC)
        Message.objects.filter(pk=message.pk).update(at=at)
    return room


def transcript(person: Person, room: Room, query: str = "") -> Element:
    response = person.get(f"/history/rooms/{room.public_id}/{query}")
    assert response.status_code == 200
    return read(response)


def days(page: Element) -> list[str]:
    table = page.one("table")
    return [a.text for a in table.one("tbody").all("a")]


class TestTheCalendar:
    def test_links_the_days_that_have_messages(self, ada: Person, room: Room) -> None:
        page = transcript(ada, room)
        assert days(page) == ["1", "2", "28"]
        assert "February 2024" in page.one("caption").text
        assert page.one("tbody").one("a", aria_current="date").text == "1"

    def test_leads_to_a_day(self, ada: Person, room: Room) -> None:
        page = transcript(ada, room, "?day=2024-02-28")
        assert [text.text for text in page.all(class_="message__text")] == ["third"]
        assert page.one("tbody").one("a", aria_current="date").text == "28"
        page = transcript(ada, room, "?day=2024-02-03")
        assert [text.text for text in page.all(class_="message__text")] == ["third"]

    def test_has_a_field_for_any_date(self, ada: Person, room: Room) -> None:
        form = transcript(ada, room).one("form", class_="jump")
        field = form.one("input", name="day")
        assert field.attributes["type"] == "date"
        assert form.attributes.get("method", "get") == "get"
        assert form.all("label", for_=field.attributes["id"])

    def test_has_the_days_of_the_viewers_zone(self, ada: Person, room: Room) -> None:
        ada.client.cookies["zone"] = "Asia/Tokyo"
        page = transcript(ada, room)
        assert days(page) == ["2", "3", "29"]
        headings = [heading.text for heading in page.one("ol", class_="log").all("h2")]
        assert headings[0] == "Friday 2 February 2024"

    def test_turns_to_other_months_as_far_as_there_is_talk(self, ada: Person, room: Room) -> None:
        ada.say(room, "today")
        today = datetime.now(UTC)
        page = transcript(ada, room, "?month=2024-02")
        links = [a.attributes["href"] for a in page.one("caption").all("a")]
        assert links == ["?month=2024-03#days"]
        assert days(transcript(ada, room, "?month=2024-03")) == []
        page = transcript(ada, room, f"?month={today:%Y-%m}")
        assert days(page) == [str(today.day)]
        assert len(page.one("caption").all("a")) == 1

    def test_shows_nothing_of_what_is_hidden(self, ada: Person, ben: Person, room: Room) -> None:
        ben.join(room)
        hidden = Message.objects.get(body="second").seq
        Membership.objects.filter(user=ben.user).update(hidden_through=hidden)
        page = transcript(ben, room)
        assert [text.text for text in page.all(class_="message__text")] == ["third"]
        assert days(page) == ["28"]
        for query in ("?at=1", "?after=0", "?day=2024-02-01", "?before=99"):
            assert "first" not in transcript(ben, room, query).text

    @pytest.mark.parametrize(
        "day", ["2024-02-30", "2024", "x", "0001-01-01", "9999-12-31", "２０２４-02"]
    )
    def test_has_no_page_for_an_impossible_day(self, ada: Person, room: Room, day: str) -> None:
        for name in ("day", "month"):
            response = ada.get(f"/history/rooms/{room.public_id}/?{name}={day}")
            assert response.status_code == 404


class TestUnread:
    def shown(self, person: Person, path: str = "/") -> str:
        """What a screen reader says of it: the front page has words for its marks."""
        marks = read(person.get(path)).all(class_="unread")
        said = [(mark.all(class_="visually-hidden") or [mark])[0] for mark in marks]
        return ", ".join(words.text for words in said)

    def test_is_what_others_said_after_what_was_read(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        ben.join(room)
        ada.say(room, "mine")
        first, second = ben.say(room, "read", "unread")
        Membership.objects.filter(user=ada.user).update(read_through=first.seq)
        for path in ("/", "/history/", "/history/rooms/"):
            assert self.shown(ada, path) == "1 unread"
        Membership.objects.filter(user=ada.user).update(read_through=second.seq)
        assert self.shown(ada) == ""

    def test_counts_apart_what_speaks_to_the_reader(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        ben.join(room)
        message, _ = ben.say(room, "@Ada", "well")
        Mention.objects.create(message=message, user=ada.user, stream=room.stream, seq=message.seq)
        assert self.shown(ada) == "1 for you, 2 unread"
        assert self.shown(ben) == ""

    def test_is_counted_as_far_as_anybody_wants_to_know(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        ben.join(room)
        ben.say(room, *("x" * 100))
        assert self.shown(ada) == "99+ unread"
