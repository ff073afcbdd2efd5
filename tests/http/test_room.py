"""The room's page, the link people share, and leaving."""

import struct
import zlib

import pytest
from django.test import Client

from history.models import Message
from rooms.actions import leaving, rooms
from rooms.models import Membership, Room, User
from tests.http.conftest import NewPerson, Person, remove
from tests.http.pages import Element, alert, read, value, without_tokens

pytestmark = pytest.mark.django_db


def is_room(response: object) -> bool:
    return "data-room-id" in response.content.decode()  # type: ignore[attr-defined]


class TestTheRoom:
    def test_is_shown_to_its_members(self, ada: Person, ben: Person) -> None:
        room = ada.create(title="Islands")
        ben.join(room)
        for visitor in (ada, ben):
            response = visitor.get(f"/rooms/{room.code}/")
            assert response.status_code == 200
            page = read(response).one(id="room")
            assert page.attributes["data-room-id"] == room.public_id
            assert page.attributes["data-me-name"] == visitor.name

    def test_names_the_other_rooms_of_its_reader_in_the_order_they_are_told_in(
        self, ada: Person, ben: Person
    ) -> None:
        here = ada.create(title="Islands")
        assert "hidden" in self._other_rooms(ada, here).attributes
        quiet, talk, left = (ada.create(title=title) for title in ("Quiet", "<b>Talk</b>", "Left"))
        leaving.leave(user=ada.user, room=left)
        ada.create(title="Newest")
        for room in (quiet, talk):
            ben.join(room)
        ben.say(quiet, "hello")
        ben.say(talk, "@Ada hello")
        section = self._other_rooms(ada, here)
        assert "hidden" not in section.attributes
        links = section.all("a")
        assert [link.one("bdi").text for link in links] == ["<b>Talk</b>", "Quiet", "Newest"]
        assert links[0].attributes["href"] == f"/rooms/{talk.code}/"

    def _other_rooms(self, person: Person, room: Room) -> Element:
        return read(person.get(f"/rooms/{room.code}/")).one(
            "section", aria_labelledby="other-rooms"
        )

    def test_is_not_kept_by_caches(self, ada: Person) -> None:
        room = ada.create()
        assert "no-store" in ada.get(f"/rooms/{room.code}/").headers["Cache-Control"]

    @pytest.mark.parametrize("written", ["{lower}", "{head}-{tail}", "{head}%20{tail}"])
    def test_has_one_address_however_its_code_is_written(
        self, client: Client, written: str
    ) -> None:
        typed = written.format(lower="k7qx", head="K7", tail="QX")
        response = client.get(f"/rooms/{typed}/")
        assert response.status_code == 301
        assert response.headers["Location"] == "/rooms/K7QX/"

    @pytest.mark.parametrize("behind", [")", "”.", ",", "/)", "\u200e", "\u3002"])
    def test_is_found_by_a_link_with_something_behind_it(self, ada: Person, behind: str) -> None:
        room = ada.create()
        for path in (f"/rooms/{room.code}{behind}/", f"/rooms/{room.code}/{behind.strip('/')}"):
            answer = ada.client.get(path, follow=True)
            assert is_room(answer), path
            assert answer.redirect_chain[-1][0] == f"/rooms/{room.code}/"

    def test_only_reads(self, ada: Person) -> None:
        room = ada.create()
        assert ada.post(f"/rooms/{room.code}/").status_code == 405

    def test_shows_what_people_wrote_as_text(self, ada: Person) -> None:
        ada.name = "<img src=x onerror=alert(1)>"
        room = ada.create(title='"><script>alert(1)</script>')
        page = ada.get(f"/rooms/{room.code}/").content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page

    def test_takes_back_a_member_whose_page_was_closed(self, ada: Person) -> None:
        room = ada.create()
        assert not ada.membership(room).present
        assert is_room(ada.get(f"/rooms/{room.code}/"))

    def test_asks_a_member_for_another_name_when_the_own_is_somebodys_there_by_now(
        self, ada: Person, person: NewPerson
    ) -> None:
        room = ada.create()
        Membership.objects.update(reserved_until=None)
        other = person("ADA")
        other.come_in(room)
        response = ada.get(f"/rooms/{room.code}/")
        assert not is_room(response)
        assert "name" in alert(response)
        assert value(response, "name") == "Ada"
        assert value(response, "code") == room.code
        ada.name = "Lovelace"
        ada.join(room)
        assert is_room(ada.get(f"/rooms/{room.code}/"))


class TestTheLink:
    def test_leads_strangers_to_the_form_with_the_code_filled_in(
        self, ada: Person, client: Client
    ) -> None:
        room = ada.create()
        response = client.get(f"/rooms/{room.code}/")
        assert response.status_code == 200
        assert not is_room(response)
        assert value(response, "code") == room.code
        assert read(response).one("form").attributes["action"] == "/"
        assert "autofocus" in read(response).one("input", name="name").attributes

    def test_leads_a_known_person_to_the_form_with_both_filled_in(
        self, ada: Person, ben: Person
    ) -> None:
        room = ada.create()
        ben.create()
        response = ben.get(f"/rooms/{room.code}/")
        assert (value(response, "name"), value(response, "code")) == ("Ben", room.code)

    def test_says_nothing_of_the_room(self, ada: Person, client: Client) -> None:
        room = ada.create(title="Secret plans")
        text = client.get(f"/rooms/{room.code}/").content.decode()
        assert "Secret plans" not in text
        assert room.public_id not in text
        assert "Ada" not in text

    def test_is_the_same_for_open_unknown_closed_and_forbidden_rooms(
        self, ada: Person, ben: Person, client: Client
    ) -> None:
        opened, closed, forbidden = ada.create(), ada.create(), ada.create()
        ben.join(forbidden)
        remove(ben, forbidden)
        rooms.close(room=closed)
        strangers = {
            without_tokens(client.get(f"/rooms/{code}/")).replace(code, "CODE")
            for code in (opened.code, closed.code, forbidden.code, "WXZ2")
        }
        assert len(strangers) == 1
        bens = {
            without_tokens(ben.get(f"/rooms/{code}/")).replace(code, "CODE")
            for code in (opened.code, closed.code, forbidden.code, "WXZ2")
        }
        assert len(bens) == 1

    @pytest.mark.parametrize("text", ["hello", "call-555-0100-now", "K7O0", "%F0%9F%92%A5", "%00"])
    def test_that_is_no_code_keeps_what_was_typed(self, client: Client, text: str) -> None:
        response = client.get(f"/rooms/{text}/")
        assert response.status_code == 200
        assert len(value(response, "code")) <= 12
        assert read(response).one("h1").text == read(client.get("/")).one("h1").text

    def test_shows_the_code_in_messengers(self, client: Client) -> None:
        page = read(client.get("/rooms/K7QX/"))
        assert page.one("meta", property="og:title").attributes["content"] == "Join room K7QX"
        picture = page.one("meta", property="og:image").attributes["content"]
        assert picture == "http://testserver/rooms/K7QX/preview.png"
        assert page.one("meta", name="robots").attributes["content"] == "noindex"

    def test_has_a_picture(self, client: Client) -> None:
        response = client.get("/rooms/K7QX/preview.png")
        assert response.headers["Content-Type"] == "image/png"
        assert "public" in response.headers["Cache-Control"]
        data = response.content
        assert struct.unpack(">II", data[16:24]) == (1200, 630)
        start = data.index(b"IDAT")
        (length,) = struct.unpack(">I", data[start - 4 : start])
        assert len(zlib.decompress(data[start + 4 : start + 4 + length])) == 630 * 1201

    @pytest.mark.parametrize("text", ["k7qx", "K7-QX", "HELLO", "B" * 13])
    def test_has_no_picture_for_what_is_no_code(self, client: Client, text: str) -> None:
        assert client.get(f"/rooms/{text}/preview.png").status_code == 404


class TestAClosedRoom:
    def test_tells_those_who_were_there_where_its_transcript_is(self, ada: Person) -> None:
        room = ada.create()
        rooms.close(room=room)
        response = ada.get(f"/rooms/{room.code}/")
        assert response.status_code == 404
        page = read(response)
        assert page.one("a", href=f"/history/rooms/{room.public_id}/")
        assert "closed" in page.one("h1").text

    def test_whose_code_has_been_given_away_is_not_in_the_way(
        self, ada: Person, ben: Person
    ) -> None:
        room = ada.create()
        rooms.close(room=room)
        heir = ben.create()
        heir.code = room.code
        heir.save()
        ada.join(heir)
        page = read(ada.get(f"/rooms/{room.code}/")).one(id="room")
        assert page.attributes["data-room-id"] == heir.public_id


class TestLeaving:
    def test_is_at_once_and_can_be_undone_by_the_code(self, ada: Person) -> None:
        room = ada.create()
        ada.connect(room)
        response = ada.client.post(f"/rooms/{room.code}/leave/", follow=True)
        assert response.redirect_chain == [("/", 302)]
        assert room.code in read(response).one(role="status").text
        assert not ada.membership(room).present
        assert Message.objects.latest("seq").kind == Message.Kind.LEAVE
        assert not is_room(ada.get(f"/rooms/{room.code}/"))
        ada.join(room)
        assert is_room(ada.get(f"/rooms/{room.code}/"))

    def test_says_so_once(self, ada: Person) -> None:
        room = ada.create()
        ada.client.post(f"/rooms/{room.code}/leave/", follow=True)
        assert not read(ada.get("/")).all(role="status")

    @pytest.mark.parametrize("code", ["WXZ2", "nonsense", "%00"])
    def test_a_room_that_the_person_is_not_in_is_not_left(
        self, ada: Person, ben: Person, code: str
    ) -> None:
        room = ada.create()
        ben.create()
        for address in (code, room.code):
            response = ben.post(f"/rooms/{address}/leave/")
            assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert ada.membership(room).left_at is None

    def test_is_open_to_strangers_without_effect(self, client: Client) -> None:
        response = client.post("/rooms/WXZ2/leave/")
        assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert not User.objects.exists()

    def test_by_a_link_is_refused_with_a_page(self, ada: Person) -> None:
        room = ada.create()
        response = ada.get(f"/rooms/{room.code}/leave/")
        assert response.status_code == 405
        assert response.headers["Allow"] == "POST"
        assert read(response).one("h1").text
        assert ada.membership(room).left_at is None

    def test_needs_the_forms_token(self, ada: Person) -> None:
        room = ada.create()
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = ada.client.cookies
        assert strict.post(f"/rooms/{room.code}/leave/").status_code == 403
        assert ada.membership(room).left_at is None
