"""A person goes on at another device: shown there, asked for here, and lost in no case."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.http import HttpResponse

from rooms import limits
from rooms.actions import accounts, deletion, handoffs, merge, sign_ins, site_bans
from rooms.models import Handoff, Room, SignIn, User
from tests.http.conftest import NewPerson, Person, remove
from tests.http.pages import alert, devices, read

FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
JSON = {"Accept": "application/json"}


def show(person: Person, room: Room | None = None) -> str:
    """Return the link of a new code."""
    answer = person.post("/account/handoff/", room=room.public_id if room else "")
    assert answer.status_code == 200
    return read(answer).one("input", id="link").attributes["value"]


def scan(person: Person, link: str, **fields: str) -> HttpResponse:
    form = {"token": link, **fields}
    return person.client.post("/account/continue/", form, headers={"User-Agent": FIREFOX})


def say(person: Person, answer: str) -> HttpResponse:
    page = read(person.get("/account/handoff/"))
    number = page.one("input", name="handoff").attributes["value"]
    return person.post("/account/handoff/answer/", handoff=number, answer=answer)


def come_in(person: Person) -> HttpResponse:
    return person.post("/account/continue/in/")


@pytest.fixture
def phone(person: NewPerson) -> Person:
    return person("Phone")


@pytest.fixture
def room(ada: Person) -> Room:
    return ada.create(title="Islands")


class TestOnTheWay:
    def test_the_same_person_is_in_the_same_room_in_another_session(
        self, ada: Person, phone: Person, room: Room
    ) -> None:
        link = show(ada, room)
        assert re.fullmatch(r"http://testserver/account/continue/#[\w-]{22}", link)
        asked = scan(phone, link)
        assert (asked.status_code, asked.headers["Location"]) == (302, "/account/continue/")
        assert come_in(phone).status_code == 403, "nobody has said yes"

        waiting, question = phone.get("/account/continue/"), ada.get("/account/handoff/")
        told = read(question).text
        number = read(question).one("p", class_="code-hero").text
        assert re.fullmatch(r"\d{4}", number)
        assert read(waiting).one("p", class_="code-hero").text == number
        assert "Firefox on Android · 127.0.0.1" in told
        assert say(ada, "yes").headers["Location"] == "/account/"
        assert "Firefox on Android goes on as you" in ada.get("/account/").content.decode()

        came = come_in(phone)
        assert came.headers["Location"] == f"/rooms/{room.code}/"
        assert "data-room-id" in phone.get(came.headers["Location"]).content.decode()
        assert phone.user == ada.user
        assert phone.client.session.session_key != ada.client.session.session_key
        assert len(devices(ada.get("/account/"))) == 2
        assert "is signed in" in read(ada.get("/account/handoff/")).text

    def test_without_a_room_the_way_leads_to_the_front_page(
        self, ada: Person, ben: Person, phone: Person, room: Room
    ) -> None:
        others = ben.create()
        scan(phone, show(ada, others))
        say(ada, "yes")
        assert come_in(phone).headers["Location"] == "/", "that room is not hers"

    def test_programs_are_told_the_same(self, ada: Person, phone: Person, room: Room) -> None:
        def ask(who: Person, path: str, **fields: str) -> Any:
            return who.client.post(path, fields, headers=JSON).json()

        made = ask(ada, "/account/handoff/", room=room.public_id)
        assert (made["state"], made["left"]) == ("open", 600)
        asked = ask(phone, "/account/continue/", token=made["link"])
        told = ada.client.get("/account/handoff/state/").json()
        assert {**asked, "address": "127.0.0.1"}.items() <= told.items()
        answered = ask(ada, "/account/handoff/answer/", handoff=told["handoff"], answer="yes")
        assert answered["state"] == "allowed"
        assert phone.client.get("/account/continue/state/").json()["state"] == "allowed"
        came = ask(phone, "/account/continue/in/")
        assert came == {"state": "done", "next": f"/rooms/{room.code}/"}


Break = Callable[[Person, Person], object]


def expire(ada: Person, phone: Person) -> None:
    Handoff.objects.update(expires_at=F("expires_at") - timedelta(minutes=11))


def turn_away(ada: Person, phone: Person) -> None:
    assert say(ada, "no").headers["Location"] == "/account/handoff/"


def sign_out_everywhere(ada: Person, phone: Person) -> None:
    sign_ins.end_all(user=ada.user)


def another_password(ada: Person, phone: Person) -> None:
    user = ada.user
    user.set_password("seven green lanterns")
    user.save()


BROKEN = {
    "ten minutes have passed": (expire, "has run out"),
    "the old device says no": (turn_away, "answered No"),
    "it was signed out": (sign_out_everywhere, "not signed in any more"),
    "its password is another one": (another_password, "not signed in any more"),
    "its person was banned": (lambda ada, phone: site_bans.ban(user=ada.user), "was banned"),
    "it shows a newer code": (lambda ada, phone: show(ada), "newer code"),
    "its person is gone": (
        lambda ada, phone: deletion.delete_account(user=ada.user, erase=True),
        "not one that this site has made",
    ),
}


@pytest.mark.parametrize(("broken", "reason"), BROKEN.values(), ids=BROKEN)
def test_nobody_comes_in_and_is_told_why_when(
    ada: Person, phone: Person, room: Room, broken: Break, reason: str
) -> None:
    scan(phone, show(ada, room))
    broken(ada, phone)
    assert phone.client.get("/account/continue/state/").json()["state"] in {"over", "none"}
    refused = come_in(phone)
    assert refused.status_code == 404
    assert reason in alert(refused)
    assert "_auth_user_id" not in phone.client.session


@pytest.mark.parametrize(("broken", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_link_that_was_not_opened_says_so_too_when(
    ada: Person, phone: Person, room: Room, broken: Break, reason: str
) -> None:
    link = show(ada, room)
    if broken is turn_away:
        scan(Person("Eve"), link)
    broken(ada, phone)
    refused = scan(phone, link)
    assert refused.status_code == 404
    assert reason in alert(refused)


def test_of_two_who_open_a_link_the_second_is_too_late(
    ada: Person, phone: Person, person: NewPerson, room: Room
) -> None:
    link, eve = show(ada, room), person("Eve")
    scan(eve, link)
    assert "works once" in alert(scan(phone, link))
    assert come_in(phone).status_code == 404
    say(ada, "yes")
    assert come_in(eve).status_code == 302
    assert come_in(eve).status_code == 403, "nor does the same device come in again"


def test_the_one_who_says_yes_is_the_session_that_shows_the_code(
    ada: Person, ben: Person, phone: Person, room: Room
) -> None:
    scan(phone, show(ada, room))
    number = str(Handoff.objects.get().pk)
    ben.create()
    elsewhere = Person("Ada")
    elsewhere.client.force_login(ada.user)
    for other in (ben, elsewhere, phone):
        other.post("/account/handoff/answer/", handoff=number, answer="yes")
        assert Handoff.objects.get().state == Handoff.State.ASKED
    for wrong in ("", "x", "9" * 30, str(int(number) + 1)):
        answer = ada.post("/account/handoff/answer/", handoff=wrong, answer="yes")
        assert answer.status_code == 404
    assert come_in(phone).status_code == 403


def test_an_answer_is_about_the_device_that_was_shown(
    ada: Person, phone: Person, person: NewPerson, room: Room
) -> None:
    scan(person("Eve"), show(ada, room))
    number = str(Handoff.objects.get().pk)
    scan(phone, show(ada, room))
    refused = ada.post("/account/handoff/answer/", handoff=number, answer="yes")
    assert "newer code" in alert(refused)
    assert come_in(phone).status_code == 403


def test_two_pages_that_ask_take_one_answer(ada: Person, phone: Person, room: Room) -> None:
    scan(phone, show(ada, room))
    number = str(Handoff.objects.get().pk)
    say(ada, "yes")
    for again in ("yes", "no"):
        late = ada.post("/account/handoff/answer/", handoff=number, answer=again)
        assert "answered that already" in alert(late)
        # Where its script goes when something happens: the page's own address takes no GET.
        page = read(late).one("div", data_state="allowed").attributes["data-page"]
        assert page == "/account/handoff/"
    assert come_in(phone).status_code == 302


class TestWhoeverWasHereBefore:
    def test_a_guest_is_asked_first_and_told_what_is_lost(
        self, ada: Person, ben: Person, room: Room
    ) -> None:
        own = ben.create(title="Lakes")
        ben.join(room)
        link, was = show(ada, room), ben.user
        page = read(ben.get("/account/continue/")).text
        assert f"Rooms that would be lost: {room.code} Islands, {own.code} Lakes." in page
        refused = scan(ben, link)
        assert refused.status_code == 403
        assert "Ben and all their rooms would be lost" in alert(refused)
        assert link in refused.content.decode(), "the link need not be scanned again"
        assert scan(ben, link, sure="on").status_code == 302
        assert ben.user == was, "not before the answer"
        say(ada, "yes")
        assert come_in(ben).status_code == 302
        assert ben.user == ada.user
        assert not SignIn.objects.filter(user=was).exists()

    def test_an_account_can_sign_in_again(self, ada: Person, ben: Person, room: Room) -> None:
        ben.create()
        accounts.register(user=ben.user, username="ben", password="seven green lanterns")
        ben.client.force_login(ben.user)
        assert "signed out of ben here" in read(ben.get("/account/continue/")).text
        assert scan(ben, show(ada, room)).status_code == 302

    def test_somebody_who_came_in_while_it_waited_is_not_lost(
        self, ada: Person, phone: Person, room: Room
    ) -> None:
        scan(phone, show(ada, room))
        say(ada, "yes")
        phone.create()
        assert "Somebody else came in here" in alert(come_in(phone))
        assert phone.user != ada.user

    def test_the_same_person_is_there_already(self, ada: Person, room: Room) -> None:
        link = show(ada, room)
        assert "You are Ada here already" in alert(scan(ada, link, sure="on"))
        assert Handoff.objects.get().state == Handoff.State.OPEN, (
            "and the link is as good as before"
        )


def test_banned_from_the_room_they_are_no_more_in_it_than_before(
    ada: Person, ben: Person, phone: Person, room: Room
) -> None:
    ben.come_in(room)
    scan(phone, show(ben, room))
    say(ben, "yes")
    remove(ben, room, ban=True)
    assert come_in(phone).headers["Location"] == "/"
    assert "data-room-id" not in phone.get(f"/rooms/{room.code}/").content.decode()


def test_those_who_run_the_site_sign_in_with_their_password(ada: Person, room: Room) -> None:
    User.objects.update(is_staff=True)
    refused = ada.post("/account/handoff/", room=room.public_id)
    assert refused.status_code == 403
    assert "signs in with the password" in alert(refused)
    assert not Handoff.objects.exists()


class TestTheSecret:
    def test_is_kept_as_a_hash(self, ada: Person, phone: Person, room: Room) -> None:
        link = show(ada, room)
        scan(phone, link)
        claim = phone.client.cookies["handoff"].value
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM rooms_handoff")
            kept = " ".join(map(str, cursor.fetchone()))
        assert link.rpartition("#")[2] not in kept
        assert claim.partition(":")[0] not in kept
        cookie = phone.client.cookies["handoff"]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"]) == ("Strict", "/account/continue/")

    def test_is_on_no_page_but_the_one_that_made_it(self, ada: Person, room: Room) -> None:
        token = show(ada, room).rpartition("#")[2]
        for path in ("/account/handoff/", "/account/handoff/state/", "/account/continue/"):
            assert token not in ada.get(path).content.decode(), path

    def test_is_not_to_be_guessed(
        self, ada: Person, phone: Person, room: Room, settings: Any
    ) -> None:
        link = show(ada, room)
        settings.CHAT_RATE_LIMITS = True
        burst = int(limits.table.continuing.rate.burst)
        for text in ["x" * 22, "", "#", "é", "\x00", "x" * 299][:burst]:
            refused = scan(phone, text)
            assert refused.status_code == 404
            assert "not one that this site has made" in alert(refused), "one answer for all"
        statuses = [scan(phone, f"{n:022}").status_code for n in range(burst)]
        assert set(statuses) == {404, 429}
        assert scan(phone, link).status_code == 429, "nor is a right one looked at"

    def test_a_right_one_costs_no_try(self, ada: Person, phone: Person, settings: Any) -> None:
        ada.create()
        settings.CHAT_RATE_LIMITS = True
        for _ in range(int(limits.table.handing_off.rate.burst)):
            assert scan(phone, show(ada)).status_code == 302
        assert ada.post("/account/handoff/").status_code == 429


class TestWhatIsKept:
    def test_goes_after_a_day(self, ada: Person, phone: Person, room: Room) -> None:
        scan(phone, show(ada, room))
        handoffs.forget_old()
        assert Handoff.objects.count() == 1
        Handoff.objects.update(created_at=F("created_at") - handoffs.KEPT_FOR)
        handoffs.forget_old()
        assert not Handoff.objects.exists()

    def test_a_guest_who_becomes_an_account_hands_nothing_on_any_more(
        self, ada: Person, ben: Person, phone: Person, room: Room
    ) -> None:
        ben.create()
        accounts.register(user=ben.user, username="ben", password="seven green lanterns")
        scan(phone, show(ada, room))
        guest = ada.user
        assert merge.merge(guest=guest, account=User.objects.get(username="ben"))
        assert Handoff.objects.get().user.username == "ben"
        assert "newer code" in alert(come_in(phone))
