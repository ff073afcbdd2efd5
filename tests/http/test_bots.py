"""Bots as those who run a room meet them: made, with a key that is shown once, given another, removed."""

import json
import re
from typing import Any

import pytest
from django.http import HttpResponse

from rooms import bot_keys
from rooms.actions import bots, roles, sanctions
from rooms.models import Bot, Deed, HookIn, Membership, Room
from tests.actions.factories import last_notice
from tests.http.conftest import NewPerson, Person
from tests.http.pages import alert, read

pytestmark = pytest.mark.django_db

PASSWORD = "seven green lanterns"


@pytest.fixture
def room(ada: Person) -> Room:
    """Ada, who has an account, owns it and is there."""
    found = ada.create(title="Engines")
    ada.connect(found)
    register(ada)
    return found


@pytest.fixture
def bob(room: Room, ada: Person, person: NewPerson) -> Person:
    """Bob has an account and is a moderator."""
    bob = person("Bob")
    bob.come_in(room)
    register(bob)
    roles.make_moderator(room=room, by=ada.user, user=bob.user)
    return bob


def register(person: Person) -> None:
    fields = {"username": person.name.lower(), "password": PASSWORD, "again": PASSWORD}
    assert person.post("/account/register/", **fields).status_code == 302


def page(room: Room, path: str = "") -> str:
    return f"/rooms/{room.code}/manage/bots/{path}"


def send(person: Person, room: Room, path: str = "", **fields: str) -> HttpResponse:
    return person.client.post(page(room, path), fields)


def key_of(answer: HttpResponse) -> str:
    return read(answer).one("input", id="bot-key").attributes["value"]


def ask_as_program(person: Person, room: Room, path: str = "", **fields: str) -> Any:
    answer = person.client.post(page(room, path), fields, headers={"accept": "application/json"})
    return json.loads(answer.content)


def make(person: Person, room: Room, name: str = "Builds") -> Bot:
    assert send(person, room, name=name).status_code == 200
    return Bot.objects.get(user__display_name=name)


def test_a_key_is_shown_once_and_kept_as_a_hash(ada: Person, room: Room) -> None:
    answer = send(ada, room, name="Builds")
    key = key_of(answer)
    assert answer.status_code == 200, "a redirect would have to keep the key somewhere"
    assert "no-store" in answer.headers["Cache-Control"]
    assert Bot.objects.get().key_digest == bot_keys.digest(key)
    assert last_notice(room) == "Ada added the bot Builds."
    later = ada.get(page(room)).content.decode()
    assert bot_keys.PREFIX not in later
    assert "Builds" in later
    assert "not used yet" in later
    assert key not in json.dumps(list(Deed.objects.values("details")))


def test_a_new_key_is_asked_about_first_and_replaces_the_former(ada: Person, room: Room) -> None:
    bot = make(ada, room)
    before = bot.key_digest
    asked = ada.get(page(room, f"{bot.user.public_id}/key/"))
    assert "signed out" in asked.content.decode()
    assert "no-store" in asked.headers["Cache-Control"]
    [path] = re.findall(r'action="(/rooms/[^"]+/bots/[^"]*)"', asked.content.decode())
    assert Bot.objects.get().key_digest == before, "asking changes nothing"
    fields = {"bot": read(asked).one("input", name="bot").attributes["value"]}
    answer = ada.client.post(path, fields)
    bot.refresh_from_db()
    assert bot.key_digest == bot_keys.digest(key_of(answer)) != before
    assert Deed.objects.latest("pk").verb == "make bot key"


def test_programs_get_the_key_and_refusals_by_their_codes(ada: Person, room: Room) -> None:
    made = ask_as_program(ada, room, name="Builds")
    bot = Bot.objects.select_related("user").get()
    assert made["bot"] == bot.user.public_id
    assert bot.key_digest == bot_keys.digest(made["key"])
    again = ask_as_program(ada, room, bot=made["bot"])
    bot.refresh_from_db()
    assert bot.key_digest == bot_keys.digest(again["key"])
    assert ask_as_program(ada, room, name="Builds")["error"]["code"] == "name_taken"
    assert ask_as_program(ada, room, name=" ")["error"]["code"] == "bad_name"
    assert ask_as_program(ada, room, bot="u_nobody")["error"]["code"] == "not_found"
    gone = ask_as_program(ada, room, f"{made['bot']}/remove/")
    assert gone == {"message": "Builds is removed."}


def test_a_name_that_is_refused_stays_in_its_field(ada: Person, room: Room) -> None:
    make(ada, room)
    answer = send(ada, room, name="Builds")
    assert answer.status_code == 422
    field = read(answer).one("input", id="bot-name").attributes
    assert (field["value"], field["aria-invalid"]) == ("Builds", "true")
    assert alert(answer)
    assert Bot.objects.count() == 1


def test_the_sixth_is_refused_and_not_offered(ada: Person, room: Room) -> None:
    for number in range(bots.BOTS_MAX):
        make(ada, room, f"Bot {number}")
    assert "bot-name" not in ada.get(page(room)).content.decode()
    answer = send(ada, room, name="One more")
    assert answer.status_code == 403
    assert "at most 5 bots" in alert(answer)


def test_a_guest_is_shown_the_way_to_an_account(ben: Person) -> None:
    room = ben.create()
    ben.connect(room)
    shown = ben.get(page(room)).content.decode()
    assert 'href="/account/register/"' in shown
    assert "bot-name" not in shown
    answer = send(ben, room, name="Builds")
    assert answer.status_code == 403
    assert "account" in alert(answer)
    assert not Bot.objects.exists()


def test_an_owner_ends_a_bot_for_good(ada: Person, room: Room) -> None:
    bot = make(ada, room)
    path = f"{bot.user.public_id}/remove/"
    assert "Nobody can bring it back" in ada.get(page(room, path)).content.decode()
    assert bots.inside(room).exists(), "asking changes nothing"
    answer = send(ada, room, path)
    assert (answer.status_code, answer.headers["Location"]) == (302, page(room))
    bot.refresh_from_db()
    assert bot.retired_at is not None
    assert bot.key_digest is None
    assert last_notice(room) == "Ada removed the bot Builds."
    assert "Builds" not in read(ada.get(page(room))).one("section", aria_labelledby="bot-list").text


def test_who_runs_the_room_removes_another_s_bot_but_gets_no_key(
    ada: Person, bob: Person, room: Room
) -> None:
    bot = make(ada, room)
    key = bot.key_digest
    assert "/key/" not in bob.get(page(room)).content.decode()
    refused = bob.get(page(room, f"{bot.user.public_id}/key/"))
    assert (refused.status_code, refused.headers["Location"]) == (302, page(room))
    assert send(bob, room, bot=bot.user.public_id).status_code == 404
    assert send(bob, room, f"{bot.user.public_id}/remove/").status_code == 302
    bot.refresh_from_db()
    assert (bot.key_digest, bot.retired_at) == (key, None)
    assert not bots.inside(room).exists()
    assert last_notice(room) == "Bob removed Builds."
    assert "Builds" not in read(bob.get(page(room))).one("section", aria_labelledby="bot-list").text
    # Its owner still sees it, and can end it.
    assert "removed from this room" in ada.get(page(room)).content.decode()
    assert send(ada, room, f"{bot.user.public_id}/remove/").status_code == 302
    bot.refresh_from_db()
    assert bot.retired_at is not None


def test_members_and_strangers_are_turned_back(ada: Person, room: Room, person: NewPerson) -> None:
    bot = make(ada, room)
    who = bot.user.public_id
    eve, zoe = person("Eve"), person("Zoe")
    eve.come_in(room)
    for other in (eve, zoe):
        for path in ("", f"{who}/key/", f"{who}/remove/"):
            answer = other.get(page(room, path))
            assert (answer.status_code, answer.headers["Location"]) == (302, f"/rooms/{room.code}/")
        send(other, room, name="Mine")
        send(other, room, bot=who)
        send(other, room, f"{who}/remove/")
    assert list(Bot.objects.values_list("key_digest", "retired_at")) == [(bot.key_digest, None)]
    assert Membership.objects.filter(Membership.INSIDE, user=bot.user).exists()


def test_a_bot_of_another_room_is_not_removed_from_here(
    ada: Person, bob: Person, room: Room
) -> None:
    bot = make(ada, room)
    elsewhere = bob.create()
    bob.connect(elsewhere)
    assert send(bob, elsewhere, f"{bot.user.public_id}/remove/").status_code == 302
    assert bots.inside(room).exists()


def test_a_banned_bot_is_its_owner_s_to_end(ada: Person, bob: Person, room: Room) -> None:
    bot = make(bob, room)
    sanctions.ban(room=room, by=ada.user, user=bot.user, reason="noise")
    assert "removed from this room" in bob.get(page(room)).content.decode()
    assert "Builds" not in read(ada.get(page(room))).one("section", aria_labelledby="bot-list").text


@pytest.mark.parametrize("lost", ["demoted", "banned", "left"])
def test_who_no_longer_runs_the_room_ends_their_bots_and_hooks_on_the_account_page(
    ada: Person, bob: Person, room: Room, lost: str
) -> None:
    bot = make(bob, room)
    fields = {"kind": "in", "bot": bot.user.public_id}
    for _ in range(2):
        assert bob.post(f"/rooms/{room.code}/manage/hooks/", **fields).status_code == 200
    match lost:
        case "demoted":
            roles.unmake_moderator(room=room, by=ada.user, user=bob.user)
        case "banned":
            sanctions.ban(room=room, by=ada.user, user=bob.user, reason="")
        case "left":
            assert bob.post(f"/rooms/{room.code}/leave/").status_code == 302
    assert bob.get(page(room)).status_code == 302
    listed = read(bob.get("/account/")).one("section", aria_labelledby="machines").text
    first, second = HookIn.objects.order_by("pk")
    for told in ("Builds", "Engines", first.public_id, second.public_id, "Key not used yet"):
        assert told in listed
    assert "machines" not in ada.get("/account/").content.decode()

    for other in ({"bot": bot.user.public_id}, {"hook": first.public_id}, {"hook": "\0"}):
        refused = ada.client.post("/account/bots/", other, headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")
    assert bob.post("/account/bots/", hook=first.public_id).status_code == 302
    assert list(HookIn.objects.all()) == [second]
    alone = read(bob.get("/account/")).one("section", aria_labelledby="machines").text
    assert second.public_id not in alone, "there is no other that it could be taken for"
    assert (Deed.objects.latest("pk").verb, Deed.objects.latest("pk").role) == (
        "remove hook",
        "self",
    )
    asked = re.findall(r'"(/account/bots/[?][^"]+)"', bob.get("/account/").content.decode())
    questions = [read(bob.get(path)) for path in asked]
    assert [page.one("h1").text for page in questions] == [
        "Remove Builds?",
        "Remove the webhook of Builds?",
    ]
    assert all("Nobody can bring it back" in page.text for page in questions)
    for path in asked:
        assert ada.get(path).status_code == 302, "another's is nothing to ask about"
    assert bots.inside(room).exists(), "asking changes nothing"
    assert list(HookIn.objects.all()) == [second]
    assert bob.post("/account/bots/", bot=bot.user.public_id).status_code == 302
    bot.refresh_from_db()
    assert bot.retired_at is not None
    assert not HookIn.objects.exists()
    assert "machines" not in bob.get("/account/").content.decode()
