"""The page from which a room is run, as plain forms."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from rooms.models import Deed, JoinRequest, Membership, Room
from tests.http.conftest import NewPerson, Person
from tests.http.pages import alert, read, without_tokens

pytestmark = pytest.mark.django_db
SAVED = {"title": "", "slow_mode": "0", "grace": "3600", "history_open": "on"}


def where(room: Room, path: str = "") -> str:
    return f"/rooms/{room.code}/manage/{path}"


def about(room: Room, person: Person, verb: str) -> str:
    return where(room, f"people/{person.user.public_id}/{verb}/")


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


def test_nobody_else_finds_it_and_it_tells_nothing(room: Room, ada: Person, ben: Person) -> None:
    assert ada.get(where(room)).status_code == 200
    stranger = Person("Eve")
    for path in (where(room), "/rooms/ZZZZ/manage/"):
        for person in (ben, stranger):
            answer = person.get(path)
            assert answer.status_code == 302
            assert answer.headers["Location"] == path.replace("manage/", "")
    answers = [
        stranger.client.post(f"/rooms/{code}/manage/code/", headers={"accept": "application/json"})
        for code in (room.code, "ZZZZ", "AEIO")
    ]
    assert {(a.status_code, a.content) for a in answers} == {
        (403, b'{"error": {"code": "forbidden", "message": "You are not in this room."}}')
    }
    code = room.code
    assert ben.post(where(room, "code/")).status_code == 302
    room.refresh_from_db()
    assert room.code == code


def test_settings_are_kept_and_shown(room: Room, ada: Person) -> None:
    ada.post(
        where(room, "settings/"), **SAVED | {"title": "Engines", "capacity": "7", "locked": "on"}
    )
    room.refresh_from_db()
    assert (room.title, room.capacity, room.locked, room.history_open) == ("Engines", 7, True, True)
    page = read(ada.get(where(room)))
    assert page.one("input", name="title").attributes["value"] == "Engines"
    assert "checked" in page.one("input", name="locked").attributes
    for title in ("Engines\u202e", "x" * 81):
        refused = ada.post(where(room, "settings/"), **SAVED | {"title": title})
        assert refused.status_code == 422
    refused = ada.post(where(room, "settings/"), **SAVED | {"capacity": "0"})
    assert refused.status_code == 422
    assert alert(refused)
    refused = ada.post(where(room, "settings/"), **SAVED | {"title": "a\0b"})
    room.refresh_from_db()
    assert room.title == "Engines"


def test_all_that_is_wrong_is_told_beside_its_field_in_a_section_that_is_open(
    room: Room, ada: Person
) -> None:
    wrong = {"call_link": "meet.example", "capacity": "0", "retention_days": "soon"}
    refused = read(ada.post(where(room, "settings/"), **SAVED | wrong | {"passcode": "sesame"}))
    for name in wrong:
        field = refused.one("input", name=name).attributes
        assert field["aria-invalid"] == "true"
        assert f"{name}-problem" in field["aria-describedby"].split()
        assert refused.one("p", id=f"{name}-problem", role="alert")
        assert field["value"] == wrong[name]
    assert refused.one("input", name="passcode").attributes["value"] == "sesame"
    sections = {part.attributes["id"]: part for part in refused.all("details", class_="fold")}
    is_open = {name for name, part in sections.items() if "open" in part.attributes}
    assert is_open == {"fold-room", "fold-joining", "fold-messages", "fold-people"}
    assert "fold-joining" in sections
    page = read(ada.get(where(room)))
    assert "open" not in page.one("details", id="fold-joining").attributes


def test_what_a_folded_section_says(room: Room, ada: Person) -> None:
    def lines() -> list[str]:
        return [line.text for line in read(ada.get(where(room))).all("span", class_="fold__now")]

    title, *settings, people, bots, hooks, ending, code = lines()
    assert settings == ["Anyone with the code", "Kept forever"]
    assert (title, people, bots, hooks) == ("No topic", "2", "None", "None")
    assert (ending, code) == ("No time set", f"Now {room.code}")
    strict = {"locked": "on", "by_request": "on", "passcode": "sesame", "capacity": "1"}
    slow = {"slow_mode": "30", "retention_days": "2"}
    ada.post(where(room, "settings/"), **SAVED | strict | slow)
    assert lines()[1:3] == [
        "Locked · By request · Passcode · Up to 1 person",
        "Slow mode: 30 seconds · Kept for 2 days",
    ]


def test_a_mute_and_a_clearing_have_choices_of_their_own(
    room: Room, ada: Person, ben: Person
) -> None:
    ben.say(room, "spam")
    room.stream.messages.update(at=Now() - timedelta(hours=2))  # type: ignore[union-attr]
    path = where(room, f"people/{ben.user.public_id}/")
    names = [button.text for button in read(ada.get(path)).all("button")]
    assert "Mute" in names
    assert "Unmute" not in names
    typed = {"mute_minutes": "60", "clear_minutes": "1440", "minutes": "1"}
    ada.post(about(room, ben, "mute"), **typed)
    left = ben.membership(room).muted_until - Deed.objects.latest("pk").at
    assert timedelta(minutes=59) < left < timedelta(minutes=61)
    names = [button.text for button in read(ada.get(path)).all("button")]
    assert "Unmute" in names
    assert "Mute" not in names
    ada.post(about(room, ben, "clear"), **typed)
    assert Deed.objects.latest("pk").verb == "clear", "of the last day, not of the last hour"


def test_a_ban_reaches_the_network_unless_the_person_alone_is_meant(
    room: Room, ada: Person, ben: Person
) -> None:
    for chosen, reaches in (
        ({}, True),
        ({"person_only": ""}, True),
        ({"person_only": "on"}, False),
    ):
        ada.post(about(room, ben, "ban"), **chosen)
        assert Deed.objects.latest("pk").details["network"] is reaches
        ada.post(about(room, ben, "unban"))


def test_the_plain_forms_judge_and_undo(room: Room, ada: Person, ben: Person) -> None:
    ada.post(about(room, ben, "mute"), reason="shouting", minutes="60")
    page = ada.get(where(room))
    assert "muted until" in page.content.decode()
    [path] = [
        action
        for form in read(page).all("form")
        if "/undo/" in (action := form.attributes.get("action", ""))
    ]
    ada.post(path)
    assert ben.membership(room).muted_until is None
    ada.post(about(room, ben, "ban"), reason="spam")
    assert ben.membership(room).banned_at is not None
    assert "Lift the ban" in ada.get(where(room)).content.decode()
    ada.post(about(room, ben, "unban"))
    assert ben.membership(room).banned_at is None
    for path in ("people/u_none/mute/", "people/u_none/crown/", "people/%00/mute/", "undo/99/"):
        assert ada.post(where(room, path)).status_code in {302, 404}


def test_the_page_answers_programs_with_json(room: Room, ada: Person, ben: Person) -> None:
    def ask(path: str, **fields: str) -> tuple[int, dict[str, object]]:
        answer = ada.client.post(path, fields, headers={"accept": "application/json"})
        return answer.status_code, answer.json()

    assert ask(about(room, ben, "moderator")) == (200, {"code": room.code})
    status, body = ask(about(room, ada, "ban"))
    assert (status, body["error"]["code"]) == (403, "forbidden")  # type: ignore[index]
    status, body = ask(where(room, "code/"))
    room.refresh_from_db()
    assert (status, body) == (200, {"code": room.code})


def test_all_waiting_requests_are_refused_at_once(
    room: Room, ada: Person, ben: Person, person: NewPerson
) -> None:
    Room.objects.filter(pk=room.pk).update(by_request=True)
    path, json = where(room, "waiting/refuse/"), {"accept": "application/json"}
    for name in ("Eve", "Zoe"):
        person(name).join(room)
    [button] = read(ada.get(where(room))).all("form", action=path)
    assert button.text == "Turn everyone away"
    assert ben.client.post(path, headers=json).status_code == 403
    answer = ada.client.post(path, headers=json)
    assert (answer.status_code, answer.json()) == (200, {"code": room.code})
    assert not JoinRequest.objects.filter(state="waiting").exists()
    assert ada.client.post(path, headers=json).status_code == 200, "nobody is there any more"
    assert "Turn everyone away" not in ada.get(where(room)).content.decode()


def test_only_a_right_code_tells_the_room_s_settings(
    room: Room, ada: Person, person: NewPerson
) -> None:
    eve = person("Eve")
    before = without_tokens(eve.get(f"/rooms/{room.code}/"))
    ada.post(where(room, "settings/"), **SAVED | {"passcode": "sesame", "by_request": "on"})
    assert without_tokens(eve.get(f"/rooms/{room.code}/")) == before, "a link tells nothing"
    answer = eve.post(name="Eve", code=room.code, join="")
    assert (answer.status_code, alert(answer)) == (
        403,
        "This room has a passcode. Ask whoever invited you for it.",
    )
    answer = eve.post(name="Eve", code=room.code, join="", passcode="sesam")
    assert (answer.status_code, alert(answer)) == (403, "That is not this room’s passcode.")
    assert not Membership.objects.filter(user__display_name="Eve").exists()
    assert eve.post(name="Eve", code=room.code, join="", passcode="sesame").status_code == 302
    assert JoinRequest.objects.get().user == eve.user
    assert eve.client.cookies["device"]["httponly"]
    waiting = eve.get(f"/rooms/{room.code}/waiting/").content
    assert waiting == b'{"waiting": true}'
    answer = eve.post(f"/rooms/{room.code}/waiting/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert not JoinRequest.objects.exists()
    assert eve.get(f"/rooms/{room.code}/waiting/").content == b'{"waiting": false}'
    assert person("Zoe").post("/rooms/ZZZZ/waiting/").status_code == 302
    answer = person("Zoe").post(name="Zoe", code="ZZZZ", join="", passcode="x")
    assert answer.status_code == 404


def test_wrong_passcodes_are_few(
    room: Room, ada: Person, person: NewPerson, settings: object
) -> None:
    ada.post(where(room, "settings/"), **SAVED | {"passcode": "sesame"})
    settings.CHAT_RATE_LIMITS = True  # type: ignore[attr-defined]
    eve = person("Eve")
    tries = [
        eve.post(name="Eve", code=room.code, join="", passcode=f"{number}") for number in range(7)
    ]
    assert [answer.status_code for answer in tries] == [403] * 5 + [429] * 2
    assert int(tries[-1].headers["Retry-After"]) > 1


def test_an_action_that_cannot_be_undone_asks_first_and_says_what_is_lost(
    room: Room, ada: Person, ben: Person
) -> None:
    """Without a script too: the page leads to a question, and only its form does it."""
    page = read(ada.get(where(room)))
    owner, code = about(room, ben, "owner"), where(room, "code/")
    actions = {form.attributes.get("action") for form in page.all("form")}
    actions |= {button.attributes.get("formaction") for button in page.all("button")}
    assert not {owner, code} & actions
    for path, lost, name in (
        (owner, "only Ben can hand the room back", "Hand over the room…"),
        (code, "stops working", "Change the code…"),
    ):
        [link] = [link for link in page.all("a") if link.attributes["href"] == path]
        assert link.text == name
        asked = ada.get(path)
        assert lost in read(asked).text
        [form] = read(asked).all("form", action=path)
        assert form.attributes["method"] == "post"
        assert ben.get(path).headers["Location"] == where(room).replace("manage/", "")
    room.refresh_from_db()
    assert room.owner == ada.user
    ada.post(owner)
    room.refresh_from_db()
    assert room.owner == ben.user
    assert ada.get(owner).status_code == 302, "a moderator is not asked what only the owner does"


def test_the_enter_key_gives_no_order(room: Room, ada: Person, ben: Person) -> None:
    for path in (where(room), where(room, f"people/{ben.user.public_id}/")):
        for form in read(ada.get(path)).all("form", class_="manage__orders"):
            first = form.all("button")[0].attributes
            assert first.keys() >= {"disabled", "hidden"}, "the browser presses the first button"


def test_a_removal_and_a_ban_are_undone_as_if_they_had_left(
    room: Room, ada: Person, ben: Person
) -> None:
    ada.post(about(room, ben, "moderator"))
    for verb in ("remove", "ban"):
        answer = ada.client.post(about(room, ben, verb), headers={"accept": "application/json"})
        body = answer.json()
        assert body["message"].startswith(("Ben is ", "Ben was "))
        ada.post(where(room, f"undo/{body['undo']}/"))
        member = ben.membership(room)
        assert (member.removed_at, member.banned_at, member.role) == (None, None, "moderator")
        ben.come_in(room)


def test_fewer_days_erase_messages_only_after_a_question(room: Room, ada: Person) -> None:
    ada.say(room, "long ago")
    room.stream.messages.update(at=Now() - timedelta(days=5))  # type: ignore[union-attr]
    asked = ada.post(
        where(room, "settings/"), **SAVED | {"retention_days": "3", "title": "Engines"}
    )
    assert asked.status_code == 422
    page = read(asked)
    assert "Erase 1 older message for everyone." in page.text
    assert page.one("input", name="title").attributes["value"] == "Engines"
    assert page.one("input", name="erase")
    room.refresh_from_db()
    assert (room.retention_days, room.title) == (None, "")
    ada.post(where(room, "settings/"), **SAVED | {"retention_days": "3", "erase": "on"})
    room.refresh_from_db()
    assert room.retention_days == 3
    # Nothing is lost by that, so nothing is asked.
    answer = ada.post(where(room, "settings/"), **SAVED | {"retention_days": "30"})
    assert answer.status_code == 302
