"""Reports at the admin: read, acted on, settled."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from history.models import Message
from rooms.actions import reports, saying
from rooms.models import Membership, Report, Room, User
from tests.http.admin.staff import WHY, act, address, deeds, guest, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(room: Room) -> User:
    """Return the person who reports."""
    user = guest("Ben")
    Membership.objects.create(room=room, user=user)
    return user


def report(who: User, room: Room, *, seq: int | None = None, person: User | None = None) -> Report:
    found, _ = reports.report(
        by=Membership.objects.select_related("room", "user").get(room=room, user=who),
        reason="abuse",
        comment="<b>Look!</b>",
        seq=seq,
        person_id=person.public_id if person else "",
    )
    return found


@pytest.fixture
def reported(ben: User, room: Room) -> Report:
    """Ben has reported Ada's "hello"."""
    return report(ben, room, seq=Message.objects.get(body="hello").seq)


def state(report: Report) -> tuple[str, str | None, str]:
    report.refresh_from_db()
    judge = report.handled_by
    return (report.state, str(judge) if judge else None, report.note)


def test_a_report_is_listed_and_shows_what_was_said(
    client: Client, boss: User, reported: Report
) -> None:
    Message.objects.filter(body="hello").update(body="sweet nothings")
    listed = client.get(address("rooms_report_changelist"), {"state__exact": "open"})
    page = client.get(address("rooms_report_change", reported.pk))
    for answer in (listed, page):
        assertContains(answer, "hello")
        assertNotContains(answer, "sweet nothings")
        assertNotContains(answer, "<b>Look!")
    assertContains(page, "goodbye")
    assertNotContains(page, ">None<")
    assertContains(page, "is-reported", count=1)
    assertContains(page, "Reported message")
    asked = client.get(address("rooms_report_ban", reported.pk))
    assertContains(asked, f'<h1>Ban <bdi dir="auto">{reported.person}</bdi> from the site?</h1>')
    assertContains(page, 'class="day"', count=1)
    assertContains(page, "Ben")
    assertNotContains(
        client.get(address("rooms_report_changelist"), {"state__exact": "upheld"}), "hello"
    )


def test_what_was_said_is_drawn_as_in_the_transcript(
    client: Client, boss: User, ben: User, room: Room
) -> None:
    said = "\n".join(["**Look** at [this](https://example.org/)", "<script>alert(1)</script>"])
    assert room.owner
    saying.say(room=room, by=room.owner, body=said, client_id="1")
    found = report(ben, room, seq=Message.objects.get(body=said).seq)
    page = client.get(address("rooms_report_change", found.pk))
    _, _, log = page.content.decode().partition('<ol class="log excerpt">')
    assert '<strong>Look</strong> at <a href="https://example.org/"' in log
    assert "**Look**" not in log
    assertNotContains(page, "<script>alert")


def test_a_report_says_what_files_the_message_had(
    client: Client, boss: User, reported: Report
) -> None:
    files = [{"id": "f_00000001", "name": "a.png", "type": "image/png", "size": 1}] * 5
    said = next(m for m in reported.excerpt if m["seq"] == reported.seq)
    said["files"] = files
    reported.save()
    for path in (
        address("rooms_report_changelist"),
        address("rooms_report_change", reported.pk),
        address("rooms_report_uphold", reported.pk),
    ):
        assertContains(client.get(path), "5 photos")


@pytest.mark.parametrize(("verb", "outcome"), [("uphold", "upheld"), ("dismiss", "dismissed")])
def test_it_is_settled_by_somebody_with_a_note_and_may_be_taken_up_again(
    client: Client, boss: User, reported: Report, verb: str, outcome: str
) -> None:
    order(client, f"rooms_report_{verb}", reported)
    assert state(reported) == (outcome, "boss", WHY)
    assert reported.handled_at is not None
    order(client, f"rooms_report_{verb}", reported)  # a second time there is nothing to do

    order(client, "rooms_report_reopen", reported)
    assert state(reported) == ("open", None, "")
    assert [(did, whom) for _, did, whom, _, _ in deeds()] == [
        (f"{verb} report", "Ada"),
        ("reopen report", "Ada"),
    ]


def test_everyone_who_reported_the_same_is_answered(
    client: Client, boss: User, room: Room, reported: Report
) -> None:
    eve = guest("Eve")
    Membership.objects.create(room=room, user=eve)
    same = report(eve, room, seq=reported.seq)
    other = report(eve, room, person=room.owner)
    order(client, "rooms_report_uphold", reported)
    assert state(same)[0] == "upheld"
    assert state(other)[0] == "open"
    [entry] = deeds()
    assert entry[1] == "uphold report"


def test_the_message_is_deleted_from_the_report(
    client: Client, boss: User, reported: Report, room: Room
) -> None:
    assertContains(client.get(address("rooms_report_delete", reported.pk)), "Abuse or harassment")
    order(client, "rooms_report_delete", reported)
    message = room.stream.messages.get(seq=reported.seq)
    assert (message.is_deleted, message.deleted_by) == (True, boss)
    assert state(reported) == ("upheld", "boss", f"Delete the message. {WHY}")
    assert deeds() == [
        ("boss", "delete message", "Ada", room.code, WHY),
        ("boss", "uphold report", "Ada", room.code, f"Delete the message. {WHY}"),
    ]
    assertContains(client.get(address("rooms_report_change", reported.pk)), "hello")


def test_the_person_is_banned_and_the_room_closed_from_the_report(
    client: Client, boss: User, reported: Report, room: Room, ada: User
) -> None:
    order(client, "rooms_report_ban", reported)
    order(client, "rooms_report_close", reported)
    ada.refresh_from_db()
    room.refresh_from_db()
    assert (ada.is_active, room.is_open) == (False, False)
    assert [did for _, did, _, _, _ in deeds()] == ["ban from site", "uphold report", "close room"]
    page = client.get(address("rooms_report_change", reported.pk))
    assert [verb.name for verb in page.context["verbs"]] == ["delete", "reopen"]


def test_many_are_dismissed_at_once(client: Client, boss: User, ben: User, room: Room) -> None:
    said = Message.objects.filter(kind="chat")
    several = [report(ben, room, seq=message.seq) for message in said]
    told = act(client, "rooms_report", "dismiss_selected", *several)
    assertContains(told, "Dismiss: 2 done.")
    assert not Report.objects.filter(state="open").exists()


def test_staff_who_may_not_ban_cannot_ban_by_a_report(
    client: Client, staff: Callable[..., User], reported: Report, ada: User
) -> None:
    staff("view_report", "change_report")
    page = client.get(address("rooms_report_change", reported.pk))
    assert [verb.name for verb in page.context["verbs"]] == ["uphold", "dismiss"]
    assert order(client, "rooms_report_ban", reported).status_code == 403
    act(client, "rooms_report", "ban_selected", reported)
    ada.refresh_from_db()
    assert ada.is_active


def test_a_report_is_found_by_person_room_and_comment(
    client: Client, boss: User, reported: Report, room: Room
) -> None:
    for text in ("ada", room.code.lower(), "look"):
        page = client.get(address("rooms_report_changelist"), {"q": text})
        assert list(page.context["cl"].result_list) == [reported]
    page = client.get(address("rooms_report_changelist"), {"q": "nothing of the kind"})
    assert not list(page.context["cl"].result_list)


def test_a_page_says_what_upholding_does_and_how_often_such_reports_came(
    client: Client, boss: User, ben: User, room: Room, reported: Report
) -> None:
    report(ben, room, person=room.owner)
    Report.objects.filter(pk=reported.pk).update(reason="other")
    page = client.get(address("rooms_report_change", reported.pk))
    for way in ("Reports about this person", "Reports by this reporter"):
        assertContains(page, f'<span>{way}</span><span class="ways__count">2</span>')
    assertContains(page, f"Report {reported.pk}: Something else")
    assertContains(page, "It does nothing to the message or the person.")
    order(client, "rooms_report_dismiss", reported)
    settled = client.get(address("rooms_report_change", reported.pk))
    assertNotContains(settled, "It does nothing to the message or the person.")
