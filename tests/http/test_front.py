"""The front page: the way in."""

from collections import Counter
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from history.models import Message
from rooms import limits
from rooms.actions import leaving, rooms
from rooms.codes import ALPHABET
from rooms.errors import RateLimited
from rooms.limits import buckets
from rooms.models import Membership, Room, User
from tests.http.conftest import NewPerson, Person, remove
from tests.http.pages import alert, read, value, without_tokens

pytestmark = pytest.mark.django_db

GOOD_CODE = "BCDF"


def unknown_code() -> str:
    taken = set(Room.objects.values_list("code", flat=True))
    return next(code for code in ("BCDF", "GHJK", "MNPQ") if code not in taken)


class TestThePage:
    def test_is_one_form_with_name_code_create_and_join(self, client: Client) -> None:
        form = read(client.get("/")).one("form")
        assert (form.attributes["method"], form.attributes["action"]) == ("post", "/")
        assert [field.attributes["name"] for field in form.all("input", class_="input")] == [
            "name",
            "title",
        ]
        assert form.one("input", name="code")
        assert form.one("input", name="csrfmiddlewaretoken")
        buttons = form.all("button", type="submit")
        assert [button.attributes.get("name") for button in buttons] == [None, "join", "create"]

    def test_labels_every_field(self, client: Client) -> None:
        page = read(client.get("/"))
        for name in ("name", "code", "title"):
            assert page.one("label", for_=name).text
            assert page.one("input", name=name).attributes["id"] == name

    @pytest.mark.parametrize(("length", "drawn_for"), [(1, 4), (4, 4), (5, 6), (12, 12)])
    def test_draws_a_cell_for_each_character_of_a_code(
        self, client: Client, settings: Any, length: int, drawn_for: int
    ) -> None:
        settings.CHAT_CODE_LENGTH = length
        cells = read(client.get("/")).one("div", class_=f"code-cells--{drawn_for}")
        assert len(cells.all("span")) == length

    def test_draws_no_cells_behind_what_is_longer_than_a_code(self, ada: Person) -> None:
        for typed, is_long in ((GOOD_CODE, False), ("no such code", True)):
            page = read(ada.post(name="Ada", code=typed, join=""))
            cells = page.one("div", class_="code-cells--4")
            assert ("data-long" in cells.attributes) == is_long

    def test_is_not_kept_by_caches(self, client: Client) -> None:
        assert "no-store" in client.get("/").headers["Cache-Control"]

    def test_a_visitor_who_only_looks_becomes_no_user(self, client: Client) -> None:
        client.get("/")
        assert not User.objects.exists()
        assert "sessionid" not in client.cookies

    def test_answers_head(self, client: Client) -> None:
        assert client.head("/").status_code == 200

    @pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
    def test_refuses_other_methods_with_a_page(self, client: Client, method: str) -> None:
        response = getattr(client, method)("/")
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
        assert read(response).one("h1").text


class TestCreating:
    def test_leads_into_a_room_of_ones_own(self, ada: Person) -> None:
        response = ada.post(name="Ada", code="", create="")
        assert response.status_code == 302
        room = Room.objects.get()
        assert response.headers["Location"] == f"/rooms/{room.code}/"
        assert ada.membership(room).role == Membership.Role.OWNER

    def test_makes_the_visitor_a_guest_with_a_session(self, ada: Person) -> None:
        ada.create()
        assert ada.user.is_guest
        assert not ada.user.has_usable_password()
        assert ada.user.display_name == "Ada"

    def test_pays_no_attention_to_a_code_left_in_the_form(self, ada: Person) -> None:
        assert ada.post(name="Ada", code="no such", create="").status_code == 302

    def test_takes_the_default_grace(self, ada: Person, settings: Any) -> None:
        settings.CHAT_ROOM_GRACE = 1234
        assert ada.create().grace == 1234

    def test_takes_a_grace_and_a_title(self, ada: Person) -> None:
        room = ada.create(grace="86400", title="Ferry to the islands")
        assert (room.grace, room.title) == (86_400, "Ferry to the islands")

    @pytest.mark.parametrize("grace", ["1", "-1", "nonsense", "9" * 5000])
    def test_refuses_a_grace_that_was_not_offered(self, ada: Person, grace: str) -> None:
        response = ada.post(name="Ada", create="", grace=grace)
        assert response.status_code == 422
        assert alert(response)
        assert not Room.objects.exists()

    @pytest.mark.parametrize(
        "title", ["x" * 81, "Is\u202elands", "Is\u200blands", "Z" + "\u0334" * 9]
    )
    def test_refuses_a_title_that_nothing_can_have(self, ada: Person, title: str) -> None:
        response = ada.post(name="Ada", create="", title=title)
        assert response.status_code == 422
        assert "topic" in alert(response) or "characters" in alert(response)
        assert value(response, "title") == title
        assert not Room.objects.exists()

    def test_says_so_when_codes_have_run_short(self, ada: Person, settings: Any) -> None:
        settings.CHAT_CODE_LENGTH = 1
        for _ in ALPHABET:
            ada.create()
        response = ada.post(name="Ada", create="", title="One more")
        assert response.status_code == 503
        assert "later" in alert(response)
        assert value(response, "title") == "One more"


class TestJoining:
    @pytest.mark.parametrize(
        "written",
        [
            *("{}", " {} ", "{lower}", "{head}-{tail}", "{head} {tail}", "{}\u200e", "“{}”."),
            *(
                "{head}\u3000{tail}",
                "https://chat.example/rooms/{}/",
                "Come to testserver/rooms/{lower}",
            ),
        ],
    )
    def test_takes_a_code_as_people_write_it(self, ada: Person, ben: Person, written: str) -> None:
        room = ada.create()
        code = room.code
        typed = written.format(code, lower=code.lower(), head=code[:2], tail=code[2:])
        response = ben.post(name="Ben", code=typed, join="")
        assert response.status_code == 302
        assert response.headers["Location"] == f"/rooms/{code}/"
        assert ben.membership(room).role == Membership.Role.MEMBER

    def test_again_is_no_second_membership(self, ada: Person) -> None:
        room = ada.create()
        ada.join(room)
        assert Membership.objects.count() == User.objects.count() == 1

    @pytest.mark.parametrize("code", [GOOD_CODE, "bcd2", "AEIO", "K7", "", " ", "💥", "B" * 500])
    def test_refuses_a_code_that_is_no_room(self, ada: Person, code: str) -> None:
        response = ada.post(name="Ada", code=code, join="")
        assert response.status_code == 404
        assert alert(response)
        assert value(response, "name") == "Ada"
        assert value(response, "code") == code

    def test_refuses_a_closed_and_a_forbidden_room_as_it_does_an_unknown_one(
        self, ada: Person, ben: Person, person: NewPerson
    ) -> None:
        closed, forbidden = ada.create(), ada.create()
        ben.join(closed)
        ben.join(forbidden)
        remove(ben, forbidden, ban=True)
        rooms.close(room=closed)
        unknown = unknown_code()
        answers = []
        for code in (unknown, closed.code, forbidden.code):
            response = ben.post(name="Ben", code=code, join="")
            assert response.status_code == 404
            answers.append(without_tokens(response).replace(code, "CODE"))
        assert len(set(answers)) == 1

    def test_leaves_no_guest_behind_when_it_fails(self, ada: Person) -> None:
        ada.post(name="Ada", code=GOOD_CODE, join="")
        assert not User.objects.exists()
        assert "sessionid" not in ada.client.cookies

    def test_keeps_the_former_name_when_it_fails(self, ada: Person) -> None:
        ada.create()
        ada.post(name="Lovelace", code=unknown_code(), join="")
        assert ada.user.display_name == "Ada"

    @pytest.mark.parametrize("name", ["Ada", "ada", " ADA ", "Ａｄａ"])
    def test_refuses_a_name_that_somebody_there_has(
        self, ada: Person, person: NewPerson, name: str
    ) -> None:
        room = ada.create()
        ada.connect(room)
        response = person(name).post(name=name, code=room.code, join="")
        assert response.status_code == 422
        page = read(response)
        assert page.one("input", name="name").attributes["aria-invalid"] == "true"
        assert "autofocus" in page.one("input", name="name").attributes
        assert User.objects.count() == 1


class TestTheEnterKey:
    """It presses neither button."""

    def test_joins_when_there_is_a_code(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        assert ben.post(name="Ben", code=room.code).status_code == 302
        assert Room.objects.count() == 1

    @pytest.mark.parametrize("code", ["", "  "])
    def test_creates_when_there_is_none(self, ada: Person, code: str) -> None:
        assert ada.post(name="Ada", code=code).status_code == 302
        assert Room.objects.count() == 1

    def test_takes_a_form_without_any_field_for_a_nameless_one(self, ada: Person) -> None:
        assert ada.post().status_code == 422


class TestNames:
    @pytest.mark.parametrize(
        "name",
        ["", "   ", "x" * 41, "A\0da", "A\u202eda", "A\u200bda", "A\u0007da", "\u3164"],
    )
    def test_that_are_not_fit_are_refused(self, ada: Person, name: str) -> None:
        response = ada.post(name=name, code=GOOD_CODE, create="")
        assert response.status_code == 422
        field = read(response).one("input", name="name")
        problem = read(response).one(role="alert")
        assert problem.text
        assert field.attributes["aria-describedby"] == problem.attributes["id"]
        assert "autofocus" in field.attributes
        assert value(response, "code") == GOOD_CODE
        assert not User.objects.exists()

    def test_are_shown_as_they_were_typed_and_as_text(self, ada: Person) -> None:
        name = "\"><script>alert('x')</script>"
        response = ada.post(name=name + "x" * 40, create="")
        assert value(response, "name") == name + "x" * 40
        assert "<script>alert" not in response.content.decode()

    @pytest.mark.parametrize("name", ["Ada", "山田 花子", "فاطمة", "O'Brien <3", "👩‍🚀 Sally"])
    def test_of_all_peoples_are_taken(self, person: NewPerson, name: str) -> None:
        visitor = person(name)
        visitor.create()
        assert value(visitor.get("/"), "name") == name

    def test_can_be_changed_on_the_way_in(self, ada: Person) -> None:
        room = ada.create()
        response = ada.post(name="Lovelace", code=room.code, join="")
        assert response.status_code == 302
        assert ada.user.display_name == "Lovelace"
        assert User.objects.count() == 1


class TestWhatIsWrong:
    def test_is_said_all_at_once(self, ada: Person) -> None:
        response = ada.post(name=" ", code=GOOD_CODE, join="")
        assert response.status_code == 404
        assert _problems(response) == ["name-problem", "code-problem"]
        response = ada.post(name="x" * 41, title="A\u202eda", create="")
        assert response.status_code == 422
        assert _problems(response) == ["name-problem", "title-problem"]

    def test_is_the_name_alone_where_the_rest_is_right(self, ada: Person, ben: Person) -> None:
        room = ada.create()
        assert _problems(ben.post(name="", code=room.code, join="")) == ["name-problem"]
        # To who is banned the code is that of no room, whatever else is wrong.
        ben.join(room)
        remove(ben, room, ban=True)
        answer = ben.post(name="", code=room.code, join="")
        assert (answer.status_code, _problems(answer)) == (404, ["name-problem", "code-problem"])


def _problems(response: Any) -> list[str]:
    return [problem.attributes["id"] for problem in read(response).all(role="alert")]


class TestComingBack:
    def test_shows_what_is_new_first_with_its_last_words(
        self, ada: Person, ben: Person, person: NewPerson
    ) -> None:
        rooms_of_ada = [ada.create(title=title) for title in ("Quiet", "Read", "Talk")]
        quiet, been_read, talk = rooms_of_ada
        for room in (been_read, talk):
            ben.join(room)
        ben.say(talk, "the ferry is late")
        *_, newest = ben.say(been_read, "one", "two", "see <b>you</b>")
        Membership.objects.filter(user=ada.user, room=been_read).update(read_through=newest.seq)
        page = read(ada.get("/"))
        assert page.one("h1").text == "Your rooms"
        rows = page.all("a", class_="board__row")
        assert [row.attributes["href"] for row in rows] == [
            f"/rooms/{room.code}/" for room in (talk, been_read, quiet)
        ]
        assert "1 unread" in rows[0].text
        last = [span.text for row in rows for span in row.all("span", class_="board__last")]
        assert last == ["Ben: the ferry is late", "Ben: see <b>you</b>"]
        assert [len(row.all("time", class_="board__at")) for row in rows] == [1, 1, 0]
        # Who came late is not shown what was said before.
        eve = person("Eve")
        Room.objects.update(history_open=False)
        eve.join(talk)
        assert not read(eve.get("/")).all("span", class_="board__last")
        # What was deleted is nobody's last word.
        Message.objects.filter(pk=newest.pk).update(deleted_at=newest.at)
        assert "Ben: two" in read(ada.get("/")).text

    def test_puts_the_form_first_when_something_was_wrong_with_it(self, ada: Person) -> None:
        ada.create()
        page = read(ada.post(name="", create=""))
        assert page.one("h1").text == "A short code, and you’re talking."
        assert page.one("h2", id="my-rooms").text == "Your rooms"

    def test_finds_ones_name_and_rooms(self, ada: Person, ben: Person) -> None:
        room = ada.create(title="<i>Islands</i>")
        ada.connect(room)
        ben.come_in(room)
        page = ben.get("/")
        assert value(page, "name") == "Ben"
        row = read(page).one("a", class_="board__row")
        assert row.attributes["href"] == f"/rooms/{room.code}/"
        assert room.code in row.text
        assert "2 here now" in row.text
        assert row.one("bdi").text == "<i>Islands</i>"

    def test_does_not_find_rooms_that_were_left_or_closed_or_forbidden(self, ada: Person) -> None:
        left, closed, forbidden = ada.create(), ada.create(), ada.create()
        leaving.leave(user=ada.user, room=left)
        rooms.close(room=closed)
        remove(ada, forbidden, ban=True)
        assert not read(ada.get("/")).all("a", class_="board__row")

    def test_does_not_find_the_rooms_of_others(self, ada: Person, ben: Person) -> None:
        ada.create()
        assert not read(ben.get("/")).all("a", class_="board__row")


class TestSafety:
    def test_a_form_without_its_token_is_refused_with_a_page(self) -> None:
        client = Client(enforce_csrf_checks=True)
        response = client.post("/", {"name": "Ada", "create": ""})
        assert response.status_code == 403
        assert "reload" in response.content.decode()
        assert not User.objects.exists()

    def test_the_session_is_a_new_one_for_a_new_person(self, ada: Person) -> None:
        session = ada.client.session
        session["planted"] = "by somebody else"
        session.save()
        ada.client.cookies["sessionid"] = session.session_key
        ada.create()
        assert ada.client.cookies["sessionid"].value != session.session_key

    def test_somebody_shut_out_of_the_site_is_nobody(self, ada: Person) -> None:
        room = ada.create()
        User.objects.update(is_active=False)
        assert value(ada.get("/"), "name") == ""
        assert "data-room-id" not in ada.get(f"/rooms/{room.code}/").content.decode()

    def test_guessing_codes_is_slowed_down_for_right_ones_too(
        self, ada: Person, person: NewPerson, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = ada.create()
        settings.CHAT_RATE_LIMITS = True
        monkeypatch.setattr(limits.table, "guessing", limits.Limiter(limits.Rate(3, 0.1)))
        monkeypatch.setattr(limits.table, "entering", limits.Limiter(limits.Rate(100, 0.1)))
        guesser = person("Eve")
        wrong = unknown_code()
        tries = [guesser.post(name="Eve", code=wrong, join="").status_code for _ in range(4)]
        assert tries == [404, 404, 404, 429]
        # An impossible code is no guess.
        for none in ("a e i", "ＡＥＩ\u200e", "x" * 1000):
            assert guesser.post(name="Eve", code=none, join="").status_code == 404
        response = guesser.post(name="Eve", code=room.code, join="")
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) in range(1, 11)
        assert alert(response)
        assert value(response, "code") == room.code
        other = guesser.client.post(
            "/", {"name": "Eve", "code": room.code, "join": ""}, REMOTE_ADDR="192.0.2.7"
        )
        assert other.status_code == 302

    def test_joining_right_codes_is_no_guessing(
        self, ada: Person, person: NewPerson, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = ada.create()
        settings.CHAT_RATE_LIMITS = True
        monkeypatch.setattr(limits.table, "guessing", limits.Limiter(limits.Rate(3, 0.1)))
        monkeypatch.setattr(limits.table, "entering", limits.Limiter(limits.Rate(100, 0.1)))
        for number in range(10):
            person(f"Pupil {number}").join(room)

    def test_many_guesses_at_once_are_no_more_than_in_turn(
        self, ada: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each is paid for before the code is looked up, and given back if it was right."""
        settings.CHAT_RATE_LIMITS = True
        monkeypatch.setattr(limits.table, "guessing", limits.Limiter(limits.Rate(3, 0.1)))
        inside = 0

        def guess_once_more() -> None:
            nonlocal inside
            with limits.join(person="", address="192.0.2.7", code="BCDF", at_home=False):
                inside += 1
                guess_once_more()

        with pytest.raises(RateLimited):
            guess_once_more()
        assert inside == 3

    def test_guesses_from_everywhere_have_a_ceiling_which_known_people_do_not_feel(
        self, ada: Person, person: NewPerson, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = ada.create()
        User.objects.update(date_joined=timezone.now() - timedelta(days=2))
        settings.CHAT_RATE_LIMITS = True
        monkeypatch.setattr(limits.table, "guessing_at_all", limits.Limiter(limits.Rate(5, 0.1)))
        monkeypatch.setattr(limits.table, "guessing_first", limits.Limiter(limits.Rate(2, 0.1)))
        wrong = unknown_code()
        eve = person("Eve").client
        tries = [
            eve.post(
                "/", {"name": "Eve", "code": wrong, "join": ""}, REMOTE_ADDR=f"192.0.2.{number}"
            ).status_code
            for number in range(9)
        ]
        assert tries == [404] * 7 + [429] * 2
        assert person("Bob").post(name="Bob", code=room.code, join="").status_code == 429
        assert ada.post(name="Ada", code=room.code, join="").status_code == 302

    @pytest.mark.once
    def test_ten_thousand_rooms_from_one_address_are_refused(
        self, ada: Person, person: NewPerson, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CHAT_RATE_LIMITS = True
        # All at one moment: on a busy machine a token would come back meanwhile.
        moment = monotonic()
        monkeypatch.setattr(buckets, "monotonic", lambda: moment)
        ada.create()
        statuses = Counter(
            person(f"Eve {number}").post(name="Eve", create="").status_code for number in range(300)
        )
        made = statuses.pop(302)
        assert list(statuses) == [429]
        assert 100 <= made <= 260, "a class may, a program may not"
        # The other 9,800 do not even come to the form: the limit alone is asked.
        for _ in range(9_800):
            with pytest.raises(RateLimited):
                limits.create(person="", address="127.0.0.1")
        assert Room.objects.count() == made + 1

    def test_one_person_does_not_make_rooms_without_end(
        self, ada: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada.create()
        settings.CHAT_RATE_LIMITS = True
        monkeypatch.setattr(limits.table, "creating_as", limits.Limiter(limits.Rate(2, 0.1)))
        statuses = [
            ada.client.post(
                "/", {"name": "Ada", "create": ""}, REMOTE_ADDR=f"192.0.2.{number}"
            ).status_code
            for number in range(3)
        ]
        assert statuses == [302, 302, 429]
