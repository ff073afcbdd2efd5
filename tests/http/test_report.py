"""A member reports a message or a person to the site's staff."""

from typing import Any

import pytest

from history.models import Message
from rooms.models import Membership, Report, Room
from tests.http.conftest import NewPerson, Person, remove
from tests.http.pages import alert, read, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(ada: Person, ben: Person) -> Room:
    room = ada.create()
    ada.connect(room)
    ben.come_in(room)
    return room


def send(by: Person, room: Room, /, **fields: Any) -> Any:
    """As the room page's script does."""
    data = {"reason": "abuse", **fields}
    path = f"/rooms/{room.code}/report/"
    return by.client.post(path, data, headers={"accept": "application/json"})


def bodies(report: Report) -> list[str]:
    return [message["body"] for message in report.excerpt if message["kind"] == "chat"]


def test_a_message_is_kept_with_what_was_said_around_it(
    ada: Person, ben: Person, room: Room
) -> None:
    said = ben.say(room, *(f"message {number}" for number in range(40)))
    answer = send(ada, room, seq=said[20].seq, comment="  That hurt.  ")

    assert answer.status_code == 200
    assert "Thank you" in answer.json()["message"]
    report = Report.objects.get()
    assert (report.room, report.reporter, report.person) == (room, ada.user, ben.user)
    assert (report.reason, report.comment, report.state) == ("abuse", "That hurt.", "open")
    assert bodies(report) == [f"message {number}" for number in range(10, 31)]
    assert report.excerpt[10]["seq"] == report.seq == said[20].seq

    Message.objects.filter(pk=said[20].pk).update(body="something nice")
    report.refresh_from_db()
    assert bodies(report)[10] == "message 20"


def test_the_page_shows_what_is_reported_and_whose_it_is(
    ada: Person, ben: Person, room: Room
) -> None:
    [said] = ben.say(room, "a **rude** word", rendered=True)
    path = f"/rooms/{room.code}/report/"
    page = read(ada.get(f"{path}?seq={said.seq}"))
    assert page.one("blockquote").text == "a rude word"
    assert ben.user.display_name in page.one("main").one("header").text
    Membership.objects.filter(user=ada.user).update(hidden_through=said.seq)
    assert not read(ada.get(f"{path}?seq={said.seq}")).all("blockquote")
    person = read(ada.get(f"{path}?person={ben.user.public_id}"))
    assert ben.user.display_name in person.one("main").text
    assert not person.all("blockquote")


def test_a_person_is_reported_with_what_they_said_last(
    ada: Person, ben: Person, room: Room
) -> None:
    ben.say(room, "nonsense")
    ada.say(room, *(f"please, {number}" for number in range(20)))
    assert send(ada, room, person=ben.user.public_id, reason="spam").status_code == 200
    report = Report.objects.get()
    assert (report.person, report.seq, report.reason) == (ben.user, None, "spam")
    assert bodies(report) == ["nonsense", *(f"please, {number}" for number in range(10))]


def test_the_same_is_reported_once(ada: Person, ben: Person, room: Room) -> None:
    [message] = ben.say(room, "nonsense")
    for fields in ({"seq": message.seq}, {"person": ben.user.public_id}):
        for _ in range(2):
            assert send(ada, room, **fields).status_code == 200
    assert Report.objects.count() == 2
    # A message that was looked at is not looked at again; a person who goes on may be.
    Report.objects.update(state="dismissed")
    send(ada, room, seq=message.seq)
    send(ada, room, person=ben.user.public_id)
    assert Report.objects.count() == 3


def test_only_what_the_reporter_may_see_is_reported_or_kept(
    ada: Person, person: NewPerson, room: Room
) -> None:
    [before] = ada.say(room, "a secret")
    eve = person("Eve")
    eve.come_in(room)
    Membership.objects.filter(user=eve.user).update(hidden_through=before.seq)
    [after] = ada.say(room, "hello")
    assert send(eve, room, seq=before.seq).status_code == 404
    assert send(eve, room, seq=after.seq).status_code == 200
    assert send(eve, room, person=ada.user.public_id).status_code == 200
    for report in Report.objects.all():
        assert bodies(report) == ["hello"]


def test_to_others_there_is_no_such_room(
    ada: Person, ben: Person, person: NewPerson, room: Room
) -> None:
    [message] = ada.say(room, "hello")
    elsewhere = person("Carl")
    elsewhere.create()
    remove(ben, room)
    answers = [send(who, room, seq=message.seq) for who in (person("Nobody"), elsewhere, ben)]
    fields = {"seq": 1, "reason": "spam"}
    unknown = ada.client.post("/rooms/BBBB/report/", fields, headers={"accept": "application/json"})
    for answer in (*answers, unknown):
        assert answer.status_code == 404
        assert answer.content == unknown.content
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"seq": 1}, 404),  # a join
        ({"seq": 9999}, 404),
        ({"person": "u_0000000000000000"}, 404),
        ({}, 404),
        ({"seq": "nonsense"}, 400),
        ({"seq": 3, "reason": "envy"}, 400),
        ({"seq": 3, "comment": "x" * 1001}, 400),
        ({"seq": 3, "comment": "\0"}, 400),
        ({"person": "itself"}, 400),
    ],
)
def test_an_invalid_report_is_refused(
    ada: Person, room: Room, fields: dict[str, Any], status: int
) -> None:
    if fields.get("person") == "itself":
        fields = {"person": ada.user.public_id}
    answer = send(ada, room, **fields)
    answered = answer.json()
    assert (answer.status_code, set(answered)) == (status, {"error", "code", "message"})
    assert answered["error"] == {name: answered[name] for name in ("code", "message")}
    assert not Report.objects.exists()


def test_reporting_everything_is_slowed_down(
    ada: Person, ben: Person, room: Room, settings: Any
) -> None:
    said = ben.say(room, *("nonsense" for _ in range(11)))
    settings.CHAT_RATE_LIMITS = True
    answers = [send(ada, room, seq=message.seq) for message in said]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 0 < answers[-1].json()["retry_after"] <= 60
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_many_guests_of_one_place_are_slowed_down_too(
    ada: Person, ben: Person, room: Room, person: NewPerson, settings: Any
) -> None:
    said = ben.say(room, *("nonsense" for _ in range(11)))
    guests = [person(f"Guest {number}") for number in range(22)]
    for each in guests:
        each.join(room)
    settings.CHAT_RATE_LIMITS = True
    # One browser, whoever it says it is.
    device = guests[0].client.cookies["device"].value
    for each, message in zip(guests, said, strict=False):
        each.client.cookies["device"] = device
        answer = send(each, room, seq=message.seq)
    assert answer.status_code == 429
    # One address, whatever browsers there are.
    answers = [send(each, room, seq=said[0].seq).status_code for each in guests[11:]]
    assert answers == [200] * 10 + [429]
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    path = f"/rooms/{room.code}/report/"
    fields = {"seq": said[0].seq, "reason": "spam"}
    assert ada.client.post(path, fields, **elsewhere).status_code == 302


def test_a_message_that_many_report_is_one_report_with_a_count(
    ada: Person, ben: Person, room: Room, person: NewPerson
) -> None:
    [message] = ben.say(room, "nonsense")
    guests = [person(f"Guest {number}") for number in range(3)]
    for each in guests:
        each.join(room)
    for fields in ({"seq": message.seq}, {"person": ben.user.public_id}):
        for each in (ada, *guests, *guests):
            assert send(each, room, reason="spam", comment="Look!", **fields).status_code == 200
        report = Report.objects.order_by("-pk")[0]
        assert (report.reporter, report.count) == (ada.user, 4)
        seconded = report.secondings.values_list("reporter", "reason", "comment")
        assert list(seconded) == [(each.user.pk, "spam", "Look!") for each in guests]
    assert Report.objects.count() == 2
    # A person's second report of a message is ignored; another person's is taken once the first is settled.
    Report.objects.update(state="dismissed")
    send(guests[0], room, seq=message.seq)
    assert Report.objects.count() == 2
    eve = person("Eve")
    eve.join(room)
    send(eve, room, seq=message.seq)
    assert Report.objects.count() == 3


def test_without_a_script_there_is_a_page(ada: Person, ben: Person, room: Room) -> None:
    [message] = ben.say(room, "nonsense")
    path = f"/rooms/{room.code}/report/"
    page = ada.client.get(path, {"seq": message.seq})
    assert value(page, "seq") == str(message.seq)
    assert value(page, "room") == room.public_id

    refused = ada.client.post(path, {"seq": message.seq})
    assert refused.status_code == 400
    assert "Please say what is wrong." in alert(refused)

    answer = ada.client.post(path, {"seq": message.seq, "reason": "other"}, follow=True)
    assert answer.redirect_chain == [(f"/rooms/{room.code}/", 302)]
    assert Report.objects.get().seq == message.seq


def test_from_the_transcript_of_a_room_whose_code_is_used_again(
    ada: Person, ben: Person, room: Room
) -> None:
    [message] = ben.say(room, "nonsense")
    Room.objects.filter(pk=room.pk).update(closed_at=room.created_at)
    other = ada.create()
    Room.objects.filter(pk=other.pk).update(code=room.code)
    ada.say(other, *("elsewhere" for _ in range(5)))

    transcript = read(ada.get(f"/history/rooms/{room.public_id}/"))
    [way] = [link for link in transcript.all("a") if "report" in link.attributes["href"]]
    form = ada.get(way.attributes["href"])
    ticket = read(form).one("form", class_="ticket__main")
    fields = {
        name: ticket.one("input", name=name).attributes.get("value", "")
        for name in ("seq", "person", "room")
    }
    answer = ada.post(f"/rooms/{room.code}/report/", reason="abuse", **fields)
    there = f"/history/rooms/{room.public_id}/?at={message.seq}#m{message.seq}"
    assert answer.headers["Location"] == there
    assert bodies(Report.objects.get()) == ["nonsense"]
