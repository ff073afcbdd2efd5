"""Hooks as programs and those who run a room meet them: posted to, made, shown once, removed."""

import html
import json
import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client

from rooms import refusal_counts
from rooms.actions import bots, roles, rooms, sanctions
from rooms.hooks import cursors, keys
from rooms.models import Bot, Deed, HookIn, HookOut, Membership, Room
from tests.actions.factories import last_notice, said
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


def register(person: Person) -> None:
    fields = {"username": person.name.lower(), "password": PASSWORD, "again": PASSWORD}
    assert person.post("/account/register/", **fields).status_code == 302


def make(person: Person, room: Room, **fields: Any) -> HttpResponse:
    path = f"/rooms/{room.code}/manage/hooks/"
    return person.client.post(path, {"kind": "in", "name": "Builds"} | fields)


def make_for_programs(person: Person, room: Room, **fields: Any) -> dict[str, str]:
    path = f"/rooms/{room.code}/manage/hooks/"
    fields = {"kind": "in", "name": "Builds"} | fields
    response = person.client.post(path, fields, headers={"accept": "application/json"})
    assert response.status_code == 200, response.content
    return json.loads(response.content)  # type: ignore[no-any-return]


def address(made: dict[str, str]) -> str:
    return made["url"].removeprefix("http://testserver")


def whole(answer: HttpResponse) -> bytes:
    """Return a download, all of it."""

    async def parts() -> bytes:
        return b"".join([part async for part in answer.streaming_content])  # type: ignore[attr-defined]

    return async_to_sync(parts)()


def send(path: str, data: Any = "hello", kind: str = "text/plain", **headers: str) -> HttpResponse:
    """Post as a program does: without a cookie, a token of a form, or a page it came from."""
    body = data if isinstance(data, str | bytes) else json.dumps(data)
    return Client(enforce_csrf_checks=True).post(path, body, content_type=kind, headers=headers)


# Posting ------------------------------------------------------------------------------------------


def test_a_program_posts_in_the_name_of_a_bot(ada: Person, room: Room) -> None:
    made = make_for_programs(ada, room)
    answer = send(address(made), {"text": "*done* <https://example.org|see>"}, "application/json")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    [message] = room.stream.messages.filter(kind="chat")
    assert message.body == "**done** [see](https://example.org)"
    assert "<strong>done</strong>" in message.html
    assert message.author is not None
    assert (str(message.author), message.author.is_bot) == ("Builds", True)
    assert HookIn.objects.get().used_at is not None


def test_a_post_that_is_sent_again_under_its_name_is_one_message(ada: Person, room: Room) -> None:
    path = address(make_for_programs(ada, room))
    for _ in range(2):
        assert send(path, "once", **{"idempotency-key": "7"}).status_code == 200
        assert send(path, "twice").status_code == 200
    assert said(room) == ["once", "twice", "twice"]


def test_an_unknown_hook_and_one_that_is_no_more_are_answered_alike(
    ada: Person, room: Room
) -> None:
    made = make_for_programs(ada, room)
    ada.post(f"/rooms/{room.code}/manage/hooks/{made['hook']}/remove/")
    gone = send(address(made))
    unknown = send(f"/hooks/{keys.new_token()}")
    other = send("/hooks/x")
    assert gone.status_code == 404
    assert gone.content == unknown.content == other.content == b"There is no such hook.\n"
    each_has_own = {"X-Request-ID": "", "Expires": ""}  # the moment of the answer
    heads = [dict(each.headers) | each_has_own for each in (gone, unknown, other)]
    assert heads[0] == heads[1] == heads[2]


@pytest.mark.parametrize("what", ["bot removed", "owner banned", "bot retired", "room closed"])
def test_a_hook_whose_bot_may_not_speak_reads_like_none(
    ada: Person, room: Room, person: NewPerson, what: str
) -> None:
    eve = person("Eve")
    eve.come_in(room)
    register(eve)
    roles.make_moderator(room=room, by=ada.user, user=eve.user)
    path = address(make_for_programs(eve, room))
    bot = Bot.objects.get()
    match what:
        case "bot removed":
            sanctions.remove(room=room, by=ada.user, user=bot.user, reason="")
        case "owner banned":
            sanctions.ban(room=room, by=ada.user, user=eve.user, reason="")
        case "bot retired":
            bots.retire(bot=bot, by=eve.user)
        case "room closed":
            rooms.close(room=room, reason="")
    answer = send(path)
    assert (answer.status_code, answer.content) == (404, b"There is no such hook.\n")
    assert said(room) == []


def test_a_muted_bot_is_told_so(ada: Person, room: Room) -> None:
    path = address(make_for_programs(ada, room))
    sanctions.mute(room=room, by=ada.user, user=Bot.objects.get().user, minutes=10, reason="")
    refusal_counts.take()
    answer = send(path)
    assert answer.status_code == 403
    assert int(answer.headers["Retry-After"]) > 500
    assert refusal_counts.take() == {"muted": 1}


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        ("", "text/plain", 422),
        (" \n", "text/plain", 422),
        ("{}", "application/json", 422),
        ("{", "application/json", 400),
        ("x" * (64 * 1024 + 1), "text/plain", 413),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(
    ada: Person, room: Room, data: str, kind: str, status: int
) -> None:
    answer = send(address(make_for_programs(ada, room)), data, kind)
    assert answer.status_code == status
    assert answer.content.endswith(b".\n")


def test_a_long_text_is_cut(ada: Person, room: Room) -> None:
    assert send(address(make_for_programs(ada, room)), "x" * 60_000).status_code == 200
    assert len(said(room)[0]) == 4000


def test_only_posts_are_taken(ada: Person, room: Room) -> None:
    answer = Client().get(address(make_for_programs(ada, room)))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert b"<" not in answer.content, "no page, and no link that would name this address"


def test_a_flood_is_slowed_down_and_others_are_not(ada: Person, room: Room, settings: Any) -> None:
    settings.CHAT_RATE_LIMITS = True
    path = address(make_for_programs(ada, room))
    other = address(make_for_programs(ada, room, bot=Bot.objects.get().user.public_id))
    taken = 0
    # A bucket fills by one a second, however slow this machine is.
    while (limited := send(path)).status_code == 200 and taken < 200:
        taken += 1
    assert taken >= 20
    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) >= 1
    assert send(other).status_code == 200
    assert len(said(room)) == taken + 1


# The page -----------------------------------------------------------------------------------------


def test_an_address_is_shown_once_and_kept_as_a_hash(ada: Person, room: Room) -> None:
    page = make(ada, room)
    [token] = re.findall(rf"/hooks/({keys.PREFIX}\w+)", page.content.decode())
    assert "no-store" in page.headers["Cache-Control"]
    later = ada.get(f"/rooms/{room.code}/manage/hooks/").content.decode()
    assert token not in later
    assert HookIn.objects.get().token_digest == keys.digest(token)
    assert token not in json.dumps(list(Deed.objects.values("details")))
    assert "Not used yet" in later


def test_the_room_is_told_of_hooks(ada: Person, room: Room) -> None:
    make(ada, room)
    assert (
        last_notice(room)
        == "Ada added the incoming webhook Builds, which lets a program post here."
    )
    bot = Bot.objects.get().user.public_id
    make(ada, room, kind="out", bot=bot, url="https://ci.example.org/x?key=1", events=["posted"])
    assert (
        last_notice(room)
        == "Ada added the outgoing webhook Builds, which sends messages to ci.example.org."
    )
    hook = HookOut.objects.get()
    said = read(ada.get(f"/rooms/{room.code}/manage/")).one("section", data_part="hooks")
    assert said.one("span", class_="fold__now").text == "1 incoming · 1 outgoing"
    path = f"/rooms/{room.code}/manage/hooks/{hook.public_id}"
    assert read(ada.get(f"{path}/remove/")).one("h1").text == (
        "Remove the webhook to ci.example.org?"
    )
    assert ada.get(f"{path}/pause/").status_code == 405
    assert HookOut.objects.filter(stop="").exists(), "nothing is done by looking"
    ada.post(f"{path}/remove/")
    assert last_notice(room) == "Ada removed a webhook of the bot Builds."
    verbs = Deed.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["add bot", "add hook in", "add hook out", "remove hook"]


def test_a_secret_is_shown_once(ada: Person, room: Room) -> None:
    page = make(ada, room, kind="out", url="https://ci.example.org/x", events=["posted"])
    assert HookOut.objects.get().secret in page.content.decode()
    later = ada.get(f"/rooms/{room.code}/manage/hooks/").content.decode()
    assert HookOut.objects.get().secret not in later
    assert "https://ci.example.org/x" not in later, "whoever may post there knows the address"
    assert "ci.example.org" in later


@pytest.mark.parametrize(
    "url",
    [
        "http://ci.example.org/x",
        "https://127.0.0.1/x",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://ci.example.org:8443/x",
        "https://ada@ci.example.org/",
        "ftp://ci.example.org/",
        "x",
        "",
    ],
)
def test_an_address_inside_is_refused_at_once(ada: Person, room: Room, url: str) -> None:
    page = make(ada, room, kind="out", url=url, events=["posted"])
    assert page.status_code == 400
    assert alert(page).startswith("That address cannot be told")
    assert not HookOut.objects.exists()
    assert not Bot.objects.exists(), "nothing is half done"


def test_there_are_five_in_and_three_out(ada: Person, room: Room) -> None:
    make(ada, room)
    bot = Bot.objects.get().user.public_id
    ins = [make(ada, room, bot=bot).status_code for _ in range(5)]
    assert ins == [200] * 4 + [403]
    fields = {"kind": "out", "bot": bot, "url": "https://ci.example.org", "events": ["posted"]}
    assert [make(ada, room, **fields).status_code for _ in range(4)] == [200] * 3 + [403]


def test_a_guest_needs_an_account_first(ben: Person) -> None:
    room = ben.create()
    ben.connect(room)
    page = make(ben, room)
    assert page.status_code == 403
    assert "account" in alert(page)
    assert not HookIn.objects.exists()


def test_members_and_strangers_see_no_hooks(ada: Person, room: Room, person: NewPerson) -> None:
    made = make_for_programs(ada, room)
    bob, eve = person("Bob"), person("Eve")
    bob.come_in(room)
    for who in (bob, eve):
        assert who.get(f"/rooms/{room.code}/manage/hooks/").status_code == 302
        make(who, room)
        who.post(f"/rooms/{room.code}/manage/hooks/{made['hook']}/remove/")
    assert HookIn.objects.count() == 1


def test_a_moderator_leaves_the_owner_s_hooks_alone(
    ada: Person, room: Room, person: NewPerson
) -> None:
    made = make_for_programs(ada, room)
    bob = person("Bob")
    bob.come_in(room)
    roles.make_moderator(room=room, by=ada.user, user=bob.user)
    bob.post(f"/rooms/{room.code}/manage/hooks/{made['hook']}/remove/")
    assert HookIn.objects.count() == 1
    register(bob)
    own = make_for_programs(bob, room, name="Bob's")
    ada.post(f"/rooms/{room.code}/manage/hooks/{own['hook']}/remove/")
    assert HookIn.objects.count() == 1


def test_an_owner_sees_how_far_a_hook_is_behind_and_goes_on(ada: Person, room: Room) -> None:
    fields = {"url": "https://ci.example.org", "events": ["posted"]}
    made = make_for_programs(ada, room, kind="out", **fields)
    ada.say(room, "one", "two", "three")
    [taken] = cursors.take(1)
    assert cursors.following(taken) is not None
    cursors.failed(taken, problem="503")
    page = f"/rooms/{room.code}/manage/hooks/"
    row = read(ada.get(page)).one("section", aria_labelledby="hooks-out").one("li").text
    assert "Failing: 503" in row
    assert "Behind by 3" in row
    for what, state in (("pause", "paused"), ("resume", ""), ("pause", "paused"), ("skip", "")):
        assert ada.post(f"{page}{made['hook']}/{what}/").status_code == 302
        assert HookOut.objects.get().stop == state
    room.stream.refresh_from_db()
    assert HookOut.objects.get().through == room.stream.head
    assert ada.post(f"{page}{made['hook']}/explode/").status_code == 404


def registered_moderator(bob: Person, ada: Person, room: Room) -> Person:
    bob.come_in(room)
    roles.make_moderator(room=room, by=ada.user, user=bob.user)
    register(bob)
    return bob


def test_a_secret_is_changed_by_who_added_the_hook_and_the_former_lasts_a_day(
    ada: Person, room: Room, person: NewPerson
) -> None:
    bob = registered_moderator(person("Bob"), ada, room)
    fields = {"kind": "out", "url": "https://ci.example.org", "events": ["posted"]}
    made = make_for_programs(bob, room, **fields)
    path = f"/rooms/{room.code}/manage/hooks/"
    where = f"{path}{made['hook']}/secret/"
    assert where in bob.get(path).content.decode()
    assert where not in ada.get(path).content.decode()
    assert ada.post(where).status_code == 302
    assert HookOut.objects.get().secret == made["secret"], "the room's owner did not add it"
    assert bob.post(where.replace("secret", "address")).status_code == 302
    assert HookOut.objects.get().secret == made["secret"], "it has no address of its own"

    asked = read(bob.get(where))
    assert asked.one("h1").text == "Give the webhook to ci.example.org a new secret?"
    assert HookOut.objects.get().secret == made["secret"], "nothing is done by looking"
    assert ada.get(where).status_code == 302
    answer = bob.post(path, kind="out", hook=made["hook"])
    [secret] = re.findall(r"whsec_[\w+/=]+", html.unescape(answer.content.decode()))
    assert "whsec_" not in bob.get(path).content.decode()
    assert Deed.objects.latest("pk").verb == "make hook secret"
    assert secret not in json.dumps(list(Deed.objects.values("details")))
    ada.say(room, "news")

    def signed() -> set[str]:
        HookOut.objects.update(due_at=Now(), lease="")
        [taken] = cursors.take(1)
        found = cursors.following(taken)
        assert found is not None
        return {found.hook.secret, found.hook.former_secret} - {""}

    assert signed() == {made["secret"], secret}
    HookOut.objects.update(former_until=Now())
    assert signed() == {secret}
    assert HookOut.objects.get().former_secret == ""


def test_an_address_is_changed_by_who_added_the_hook_and_the_former_is_unknown_at_once(
    ada: Person, room: Room, person: NewPerson
) -> None:
    bob = registered_moderator(person("Bob"), ada, room)
    made = make_for_programs(bob, room)
    former = address(made)
    assert send(former, "before").status_code == 200
    path = f"/rooms/{room.code}/manage/hooks/"
    where = f"{path}{made['hook']}/address/"

    # The room's owner did not add it: the bot whose words these are is another's.
    assert where in bob.get(path).content.decode()
    assert where not in ada.get(path).content.decode()
    assert ada.get(where).status_code == 302
    for refused in (ada.post(where), ada.post(path, kind="in", hook=made["hook"])):
        assert refused.status_code == 302
    no_more = person("Eve")
    no_more.come_in(room)
    assert no_more.post(where).status_code in {302, 403}
    assert Client().post(where).status_code in {302, 403}
    # Nothing is done by looking, or by an order about a hook out.
    assert read(bob.get(where)).one("h1").text == "Give the webhook of Builds a new URL?"
    assert bob.post(f"{path}{made['hook']}/secret/").status_code == 302
    assert send(former, "still").status_code == 200

    page = bob.post(path, kind="in", hook=made["hook"])
    [token] = re.findall(rf"/hooks/({keys.PREFIX}\w+)", page.content.decode())
    assert "The old URL no longer works." in read(page).text
    assert token not in bob.get(path).content.decode(), "it is shown once"
    gone, unknown = send(former, "leaked"), send(f"/hooks/{keys.new_token()}")
    assert (gone.status_code, gone.content) == (404, unknown.content)
    assert "Not used yet" in read(bob.get(path)).text
    assert send(f"/hooks/{token}", "after").status_code == 200
    assert said(room) == ["before", "still", "after"]
    deed = Deed.objects.latest("pk")
    assert (deed.verb, deed.details["hook"]) == ("make hook address", made["hook"])
    assert token not in json.dumps(list(Deed.objects.values("details")))

    again = bob.client.post(where, headers={"accept": "application/json"}).json()
    assert again["hook"] == made["hook"]
    assert send(f"/hooks/{token}").status_code == 404
    assert send(address(again)).status_code == 200


def test_hooks_go_with_their_bot_and_with_its_owner(ada: Person, room: Room) -> None:
    make(ada, room)
    bot = Bot.objects.get()
    make(ada, room, kind="out", bot=bot.user.public_id, url="https://x.org", events=["posted"])
    bots.retire(bot=bot, by=ada.user)
    assert not HookIn.objects.exists()
    assert not HookOut.objects.exists()

    made = make_for_programs(ada, room, name="Other")
    assert ada.post("/account/delete/", texts="keep", password=PASSWORD).status_code == 302
    assert not HookIn.objects.exists()
    assert send(address(made)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_one_s_own_hooks_are_among_one_s_data(ada: Person, room: Room) -> None:
    made = make_for_programs(ada, room)
    bot = Bot.objects.get().user.public_id
    make(ada, room, kind="out", bot=bot, url="https://ci.example.org/x", events=["posted"])
    data = json.loads(whole(ada.get("/account/data/")))
    [one_in, one_out] = data["hooks"]
    assert (one_in["id"], one_in["room"], one_in["way"]) == (made["hook"], room.public_id, "in")
    assert (one_out["way"], one_out["url"]) == ("out", "https://ci.example.org/x")
    assert "whsec_" not in json.dumps(data)
    assert HookOut.objects.get().secret not in json.dumps(data)
    assert Membership.objects.filter(user__is_bot=True).count() == 1
