"""Bringing a guest's things along, having them as a file, and being gone."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from rooms.actions import bots
from rooms.models import Identity, Membership, User
from tests.http.conftest import NewPerson, Person
from tests.http.pages import alert, read
from tests.http.sending import send
from tests.http.test_account import PASSWORD, register, sign_in
from tests.http.test_handoff import FIREFOX, scan, show
from tests.support.push_keys import BrowserKeys


def test_a_guest_who_signs_in_may_bring_everything(ada: Person, ben: Person) -> None:
    ada.create()
    register(ada)
    room = ben.create()
    ben.connect(room)
    ben.say(room, "said as a guest")
    assert "Bring along" in read(ben.get("/account/login/")).text
    assert sign_in(ben, bring="on").status_code == 302
    assert ben.user == ada.user
    assert "said as a guest" in ben.get("/history/").content.decode()
    assert ben.membership(room).role == Membership.Role.OWNER
    page = ben.get(f"/rooms/{room.code}/").content.decode()
    assert f'data-me-id="{ada.user.public_id}"' in page


def test_or_leave_it_behind(ada: Person, ben: Person) -> None:
    ada.create()
    register(ada)
    room = ben.create()
    guest = ben.user
    sign_in(ben)
    assert Membership.objects.get(room=room).user == guest
    assert room.code not in ben.get("/").content.decode()


def test_somebody_registered_is_not_merged_into_another(ada: Person, ben: Person) -> None:
    for who, name in ((ada, "ada"), (ben, "ben")):
        who.create()
        register(who, name)
    sign_in(ben, "ada", bring="on")
    assert ben.user.username == "ben", "one has to sign out first"


@pytest.mark.django_db(transaction=True)  # read on threads that see only what is committed
def test_all_of_mine_comes_as_one_file(person: NewPerson) -> None:
    ada = person("Ada")
    room = ada.create(title="Ferry")
    ada.connect(room)
    ada.say(room, "one", "two")
    ada.post(f"/rooms/{room.code}/bell/", bell="to_me")
    register(ada)
    ada.post("/push/", **BrowserKeys().subscription("https://push.example.net/ada"))
    ben = person("Ben")
    ben.join(room)
    ada.post("/account/hidden/", person=ben.user.public_id, hidden="yes")
    scan(person("Phone"), show(ada))
    send(ada, room, b"draft", name="draft.txt", client_id="waits")
    bots.make(room=room, by=ada.user, name="Builds")
    Identity.objects.create(user=ada.user, issuer="https://login.example", subject="ada")
    given_up = send(ada, room, b"given up", client_id="gone")
    ada.client.delete(f"/files/{given_up}/")
    browser = AsyncClient()
    browser.cookies = ada.client.cookies

    async def fetch() -> tuple[str, bytes]:
        response = await browser.get("/account/data/")
        body = b"".join([part async for part in response])
        await sync_to_async(connections.close_all)()  # those of the view's thread
        return response.headers["Content-Disposition"], body

    disposition, body = asyncio.run(fetch())
    assert disposition.startswith("attachment")
    data = json.loads(body)
    assert set(data) == {
        *(
            "profile",
            "sign_ins",
            "identities",
            "second_factors",
            "push_subscriptions",
            "handoffs",
            "bots",
            "hooks",
        ),
        *("rooms", "reactions"),
        *("hidden_people", "unposted_files", "messages"),
    }
    assert [row["name"] for row in data["bots"]] == ["Builds"]
    assert [row["subject"] for row in data["identities"]] == ["ada"]
    (waiting,) = data["unposted_files"]
    assert waiting.pop("at").endswith("Z")
    assert waiting == {"room": room.public_id, "name": "draft.txt", "size": 5}
    assert [row["name"] for row in data["hidden_people"]] == ["Ben"]
    assert data["profile"]["username"] == "ada"
    assert data["profile"]["notifies_with_text"] is True
    assert [(row["title"], row["bell"]) for row in data["rooms"]] == [("Ferry", "to_me")]
    assert [row["body"] for row in data["messages"]] == ["two", "one"]
    assert len(data["sign_ins"]) == 1
    assert [row["endpoint"] for row in data["push_subscriptions"]] == [
        "https://push.example.net/ada"
    ]
    assert [(row["outcome"], row["browser"]) for row in data["handoffs"]] == [("asked", FIREFOX)]


class TestBeingGone:
    def test_needs_the_password(self, ada: Person) -> None:
        ada.create()
        register(ada)
        refused = ada.post("/account/delete/", texts="keep", password="no")
        assert "not your password" in alert(refused)
        both = read(ada.post("/account/delete/", password="no")).all(role="alert")
        assert [problem.text for problem in both] == [
            "Choose what happens to your messages.",
            "That is not your password.",
        ]
        assert ada.get("/account/").status_code == 200

    def test_leaves_no_way_back(self, ada: Person) -> None:
        ada.create()
        register(ada)
        user = ada.user
        ada.post("/push/", **BrowserKeys().subscription("https://push.example.net/ada"))
        assert user.push_subscriptions.exists()
        gone = ada.post("/account/delete/", texts="erase", password=PASSWORD)
        assert gone.status_code == 302
        assert not user.push_subscriptions.exists(), "nor is the browser notified"
        assert "sessionid" not in ada.client.cookies or not ada.client.cookies["sessionid"].value
        assert ada.get("/account/").status_code == 302
        assert sign_in(ada).status_code == 422
        assert User.objects.get(pk=user.pk).display_name == "deleted person"

    def test_is_for_guests_too(self, ada: Person) -> None:
        ada.create()
        assert "Tick this" in alert(ada.post("/account/delete/", texts="keep"))
        assert ada.post("/account/delete/", texts="keep", sure="on").status_code == 302
        assert ada.get("/account/").status_code == 302

    def test_is_not_for_staff(self, ada: Person) -> None:
        ada.create()
        register(ada)
        User.objects.update(is_staff=True)
        ada.post("/account/delete/", texts="keep", password=PASSWORD)
        assert ada.user.erased_at is None


def test_the_front_page_knows_a_returning_visitor(ada: Person) -> None:
    assert "Sign in" in read(ada.get("/")).one("p", class_="identity").text
    ada.create()
    identity = read(ada.get("/")).one("p", class_="identity")
    assert "knows you as Ada" in identity.text
    assert identity.one("a").attributes["href"] == "/account/register/"
    register(ada)
    assert "signed in as ada" in read(ada.get("/")).one("p", class_="identity").text


def test_a_transcript_marks_those_who_have_an_account(ada: Person, ben: Person) -> None:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    ada.say(room, "mine is a name to keep")
    ben.say(room, "mine is not")
    register(ada)
    page = read(ben.get(f"/history/rooms/{room.public_id}/"))
    marks = {
        row.one("bdi").text: [mark.text for mark in row.all("span", class_="registered")]
        for row in page.all("li", class_="line")
        if row.all("bdi", class_="line__author")
    }
    assert marks == {"Ada": ["has an account"], "Ben": []}


def test_a_guest_cannot_pass_for_a_member_who_has_an_account(ada: Person, ben: Person) -> None:
    room = ada.create()
    register(ada)
    assert not ada.membership(room).present, "not there, and still the name is kept"
    Membership.objects.update(reserved_until=None)
    for name in ("Ada", "АDA", "ada"):
        refused = ben.post(name=name, code=room.code, join="")
        assert refused.status_code == 422
        assert "already goes by that name" in alert(refused)
    assert "run this site" in alert(ben.post(name="Admin", code="", create=""))
