"""An account is got, used and left on pages: the person stays the same, the session never does."""

from typing import Any
from unicodedata import normalize

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from history.models import Message
from rooms.models import Membership, PushSubscription, SignIn, User
from tests.http.conftest import NewPerson, Person
from tests.http.pages import Element, alert, devices, read, value
from tests.support.push_keys import BrowserKeys

PASSWORD = "seven green lanterns"


def register(person: Person, username: str = "ada", **fields: str) -> Any:
    typed = {"username": username, "password": PASSWORD, "again": PASSWORD}
    return person.post("/account/register/", **(typed | fields))


def sign_in(person: Person, username: str = "ada", password: str = PASSWORD, **fields: str) -> Any:
    return person.post("/account/login/", username=username, password=password, **fields)


def key(person: Person) -> str:
    found = person.client.session.session_key
    assert found
    return found


class TestAGuestWhoChoosesAPassword:
    def test_stays_the_same_person_under_another_key(self, ada: Person) -> None:
        room = ada.create()
        guest, before = ada.user, key(ada)
        response = register(ada)
        assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert ada.user == guest
        assert not ada.user.is_guest
        assert (ada.user.username, ada.user.display_name) == ("ada", "Ada")
        assert ada.membership(room).role == Membership.Role.OWNER
        assert key(ada) != before, "a key that somebody planted is worth nothing"

        Client().cookies["sessionid"] = before
        stranger = Person("Eve")
        stranger.client.cookies["sessionid"] = before
        assert stranger.get("/account/").status_code == 302

    def test_finds_everything_on_another_device(self, ada: Person, person: NewPerson) -> None:
        room = ada.create()
        ada.connect(room)
        ada.say(room, "kept for ever")
        register(ada)
        phone = person("Ada")
        assert sign_in(phone, "ADA").status_code == 302, "capitals do not matter"
        assert "kept for ever" in phone.get("/history/").content.decode()
        assert room.code in phone.get("/").content.decode()

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"username": ""}, "Choose a user name"),
            ({"username": "a b"}, "letters, digits"),
            ({"username": "x" * 41}, "at most 40"),
            ({"username": "Admin"}, "who run this site"),
            ({"username": "guest-1"}, "who run this site"),
            ({"username": "TAKEN"}, "Somebody has that"),
            ({"password": "short1", "again": "short1"}, "too short"),
            ({"password": "password1", "again": "password1"}, "too common"),
            ({"again": "something else"}, "not the same"),
        ],
    )
    @pytest.mark.once
    def test_is_told_what_is_wrong_and_stays_a_guest(
        self, ada: Person, ben: Person, fields: dict[str, str], reason: str
    ) -> None:
        ben.create()
        assert register(ben, "taken").status_code == 302
        ada.create()
        response = register(ada, **fields)
        assert response.status_code == 422
        assert reason in alert(response)
        assert ada.user.is_guest

    def test_need_not_have_been_here_before(self, ada: Person) -> None:
        assert "what to call you" in alert(register(ada))
        assert register(ada, name="Ada").status_code == 302
        assert ada.user.display_name == "Ada"


class TestSigningIn:
    def test_says_only_that_the_two_do_not_belong_together(self, ada: Person, ben: Person) -> None:
        ada.create()
        register(ada)
        wrong, unknown = sign_in(ben, password="wrong"), sign_in(ben, "nobody")
        assert wrong.status_code == unknown.status_code == 422
        assert alert(wrong) == alert(unknown) == "That user name and password do not match."

    def test_takes_the_password_from_any_keyboard(self, ada: Person, person: NewPerson) -> None:
        typed = "sieben grüne Lampen 42"
        apart, wide = normalize("NFD", typed), "sieben grüne\u3000Lampen ４２"
        ada.create()
        assert register(ada, password=typed, again=apart).status_code == 302
        for other in (apart, wide):
            assert sign_in(person("Ada"), password=other).status_code == 302
        another = {"password": wide + "!", "again": wide + "!"}
        assert ada.post("/account/password/", current=apart, **another).status_code == 302
        assert sign_in(person("Ada"), password=apart + "!").status_code == 302
        gone = ada.post("/account/delete/", texts="keep", password=apart + "!")
        assert gone.status_code == 302

    def test_still_takes_a_password_that_was_hashed_as_it_was_typed(
        self, ada: Person, ben: Person
    ) -> None:
        ada.create()
        register(ada)
        typed = normalize("NFD", "sieben grüne Lampen")
        User.objects.update(password=make_password(typed))
        assert sign_in(ben, password=typed).status_code == 302

    def test_gives_another_key(self, ada: Person, ben: Person) -> None:
        ada.create()
        register(ada)
        ben.create()
        before = key(ben)
        sign_in(ben)
        assert key(ben) != before
        assert ben.user == ada.user

    @pytest.mark.parametrize(
        ("wanted", "led"),
        [
            ("/history/", "/history/"),
            ("//evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("https:///evil.example", "/"),
            ("/\\evil.example", "/"),
            ("javascript:alert(1)", "/"),
            *(("foo", "/"), ("logout", "/"), ("account/", "/"), ("admin:index", "/"), ("?a", "/")),
            *(
                ("./history/", "/"),
                ("/history/?q=a#b", "/history/?q=a#b"),
                ("/\n/evil.example", "/"),
            ),
            ("/" + "\u0315\u0300" * 4000, "/"),
        ],
    )
    @pytest.mark.once
    def test_leads_nowhere_outside(self, ada: Person, ben: Person, wanted: str, led: str) -> None:
        ada.create()
        register(ada)
        assert sign_in(ben, next=wanted).headers["Location"] == led

    def test_needs_a_form_of_this_site(self, ada: Person) -> None:
        ada.create()
        register(ada)
        elsewhere = Client(enforce_csrf_checks=True)
        for path in ("login", "logout", "register", "password", "sessions"):
            fields = {"username": "ada", "password": PASSWORD}
            assert elsewhere.post(f"/account/{path}/", fields).status_code == 403

    def test_is_slowed_down_for_people_who_guess(
        self, ada: Person, ben: Person, settings: Any
    ) -> None:
        ada.create()
        register(ada)
        settings.CHAT_RATE_LIMITS = True
        name = "guessed"
        answers = [sign_in(ben, name, password=f"wrong {n}").status_code for n in range(11)]
        assert answers == [422] * 10 + [429]
        refused = sign_in(ben, name)
        assert int(refused.headers["Retry-After"]) > 0
        assert sign_in(ben).status_code == 302, "others are not kept out"


class TestSessions:
    def test_are_listed_in_plain_words(self, ada: Person, person: NewPerson) -> None:
        firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        ada.client.defaults["HTTP_USER_AGENT"] = firefox
        ada.create()
        register(ada)
        phone = person("Ada")
        phone.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) Version/18 Safari/605"
        sign_in(phone)
        rows = [row.text for row in devices(ada.get("/account/"))]
        assert len(rows) == 2
        assert rows[0].startswith("Firefox on Linux This device")
        assert rows[1].startswith("Safari on iPhone")

    def test_can_be_ended_from_another_one(self, ada: Person, person: NewPerson) -> None:
        ada.create()
        register(ada)
        phone, laptop = person("Ada"), person("Ada")
        sign_in(phone)
        sign_in(laptop)
        [row] = SignIn.objects.filter(session_key=key(phone))
        ada.post("/account/sessions/", session=str(row.pk))
        assert phone.get("/account/").status_code == 302
        assert laptop.get("/account/").status_code == 200
        ada.post("/account/sessions/", session="no number")
        assert laptop.get("/account/").status_code == 200
        ada.post("/account/sessions/")
        assert laptop.get("/account/").status_code == 302
        assert ada.get("/account/").status_code == 200
        assert SignIn.objects.count() == 1

    def test_of_others_are_not_to_be_ended(self, ada: Person, ben: Person) -> None:
        ada.create()
        ben.create()
        [row] = SignIn.objects.filter(session_key=key(ada))
        ben.post("/account/sessions/", session=str(row.pk))
        assert ada.get("/account/").status_code == 200

    def test_end_everywhere_else_with_another_password(
        self, ada: Person, person: NewPerson
    ) -> None:
        ada.create()
        register(ada)
        phone = person("Ada")
        sign_in(phone)
        before = key(ada)
        new = {"password": "eight blue lanterns", "again": "eight blue lanterns"}
        assert "not your password" in alert(ada.post("/account/password/", current="no", **new))
        bad = {"current": "no", "password": "short", "again": "other"}
        page = read(ada.post("/account/password/", **bad))
        wrong = [
            name for name in bad if page.one("input", name=name).attributes.get("aria-invalid")
        ]
        assert wrong == [*bad], "all of it is told at once"
        assert ada.post("/account/password/", current=PASSWORD, **new).status_code == 302
        assert phone.get("/account/").status_code == 302
        assert ada.get("/account/").status_code == 200
        assert key(ada) != before
        assert sign_in(phone).status_code == 422
        assert sign_in(phone, password=new["password"]).status_code == 302

    def test_outlive_the_key_that_signed_them(
        self, ada: Person, ben: Person, settings: Any
    ) -> None:
        """As DEPLOYMENT has it: the former key is a fallback for as long as people need to come by."""
        former = settings.SECRET_KEY
        ada.create()
        ben.create()
        before = key(ada)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [former]
        assert ada.get("/account/").status_code == 200
        assert key(ada) == before, "open sockets go on"
        settings.SECRET_KEY_FALLBACKS = []
        assert ada.get("/account/").status_code == 200, "signed with the new key meanwhile"
        assert ben.get("/account/").status_code == 302, "ben did not come by"

    def test_are_gone_once_signed_out(self, ada: Person) -> None:
        ada.create()
        before = key(ada)
        ada.post("/account/logout/")
        assert not SignIn.objects.filter(session_key=before).exists()
        stranger = Person("Eve")
        stranger.client.cookies["sessionid"] = before
        assert stranger.get("/account/").status_code == 302


class TestAnotherName:
    def test_is_taken_in_all_rooms_with_the_same_checks(self, ada: Person, ben: Person) -> None:
        rooms = [ada.create(), ada.create()]
        for room in rooms:
            ada.connect(room)
        ben.come_in(rooms[0])
        assert read(ada.get("/account/")).one("a", href="/account/name/").text == "Change name"
        assert value(ada.get("/account/name/"), "name") == "Ada"
        for name in ("", "Ben", "BEN", "Admin", "A" * 5000):
            refused = ada.post("/account/name/", name=name)
            assert refused.status_code == 422
            assert alert(refused)
            assert value(refused, "name") == name
        assert ada.user.display_name == "Ada"
        done = ada.post("/account/name/", name=" Augusta ")
        assert (done.status_code, done.headers["Location"]) == (302, "/account/")
        assert "You are called Augusta now" in read(ada.get("/account/")).one(role="status").text
        for room in rooms:
            assert Message.objects.filter(
                stream=room.stream_id, body="Ada is now called Augusta"
            ).exists()

    def test_is_taken_from_within_a_room(self, ada: Person, settings: Any) -> None:
        ada.create()
        settings.CHAT_RATE_LIMITS = True

        def ask(name: str) -> Any:
            headers = {"accept": "application/json"}
            return ada.client.post("/account/name/", {"name": name}, headers=headers)

        assert ask("Augusta").json() == {"name": "Augusta"}
        for name in ("Admin", "A" * 5000):
            refused = ask(name)
            assert (refused.status_code, refused.json()["error"]["code"]) == (422, "bad_name")
        answers = [ask(f"Ada {number}").status_code for number in range(9)]
        assert answers == [200] * 8 + [429]

    def test_is_announced_by_the_form_that_gives_one(self, ada: Person) -> None:
        hint = "If you change your name here, it changes in all your rooms."
        assert hint not in read(ada.get("/")).text
        room = ada.create()
        for path in ("/", f"/rooms/{room.code}/", "/rooms/ZZZZ/"):
            answer = ada.get(path)
            if "name" in {e.attributes.get("name") for e in read(answer).all("input")}:
                assert hint in read(answer).text, path


class TestSigningOut:
    def test_asks_a_guest_first_and_says_what_is_lost(self, ada: Person) -> None:
        ada.create()
        page = read(ada.get("/account/"))
        assert not page.all("form", action="/account/logout/")
        assert page.one("a", href="/account/logout/").text == "Sign out…"
        asked = read(ada.get("/account/logout/"))
        assert "nobody can give you back your name" in asked.text
        assert ada.get("/account/").status_code == 200, "to be asked is not to be signed out"
        asked.one("form", action="/account/logout/")
        ada.post("/account/logout/")
        assert ada.get("/account/logout/").headers["Location"] == "/"

    def test_is_one_press_for_people_who_can_come_back(self, ada: Person) -> None:
        ada.create()
        register(ada)
        form = read(ada.get("/account/")).one("form", action="/account/logout/")
        assert form.attributes["method"] == "post"


class TestHowFarOneHasRead:
    def test_is_shown_until_one_says_no(self, ada: Person) -> None:
        ada.create()  # a guest: nobody needs an account for it
        for shown, said in ((False, "Nobody can see"), (True, "can see again")):
            ada.post("/account/reading/", shown=_switch(ada, "shown").attributes["value"])
            page = read(ada.get("/account/"))
            assert said in page.one(role="status").text
            assert _switch(ada, "shown").attributes["aria-checked"] == str(shown).lower()
            assert ada.user.shows_reading is shown


class TestNotifications:
    def test_show_what_was_said_until_one_says_no(self, ada: Person) -> None:
        ada.create()
        for shown, said in ((False, "only who wrote"), (True, "text again")):
            ada.post("/account/notifications/", text=_switch(ada, "text").attributes["value"])
            page = read(ada.get("/account/"))
            assert said in page.one(role="status").text
            assert _switch(ada, "text").attributes["aria-checked"] == str(shown).lower()
            assert ada.user.notifies_with_text is shown

    def test_leave_no_choice_where_the_site_lets_them_show_names_only(
        self, ada: Person, settings: Any
    ) -> None:
        ada.create()
        settings.CHAT_PUSH = "names"
        page = read(ada.get("/account/"))
        assert not page.all("button", name="text")
        assert "only say who wrote, and where" in page.text

    def test_of_a_browser_are_turned_off_by_whoever_has_them(
        self, ada: Person, ben: Person
    ) -> None:
        ada.create()
        ben.create()
        ada.post("/push/", **BrowserKeys().subscription("https://push.example.net/send/ada"))
        page = read(ada.get("/account/"))
        device = page.one("input", name="device").attributes["value"]
        [button] = [one for one in page.all("button") if one.text == "Turn off"]
        assert button.attributes["aria-label"].startswith("Turn off notifications for ")
        for wrong in (device + "0", "x", "", "9" * 30):
            ada.post("/account/notifications/", device=wrong)
        ben.post("/account/notifications/", device=device)
        assert PushSubscription.objects.filter(user=ada.user).exists()
        ada.post("/account/notifications/", device=device)
        assert not PushSubscription.objects.exists()
        assert "press the bell in a room" in read(ada.get("/account/")).text


def _switch(person: Person, name: str) -> Element:
    return read(person.get("/account/")).one("button", role="switch", name=name)
