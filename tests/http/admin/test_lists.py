"""Long lists at the admin stay fast."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from history.models import Message
from rooms import audit
from rooms.models import Report, Room, SignIn, User
from rooms.staff import base, paging
from rooms.staff.rooms import RoomAdmin
from tests.http.admin.staff import act, address, guest, room_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["rooms_room", "rooms_user", "rooms_membership", "history_message"]
)
def test_a_longer_list_takes_no_more_queries(client: Client, boss: User, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(f"{name}_changelist")).status_code == 200
        return len(captured)

    room_of(guest("Ada"), "hello")
    client.get(address(f"{name}_changelist"))  # what is cached on first use
    few = queries()
    for number in range(10):
        room_of(guest(f"Person {number}"), "hello")
    assert queries() == few


def test_a_verb_is_done_to_so_many_rows_and_no_more(
    client: Client, boss: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "VERB_LIMIT", 1)
    told = act(client, "rooms_room", "close_selected", room, room_of(guest("Bob")))
    assertContains(told, "No more than 1 at a time")
    assert Room.objects.filter(closed_at__isnull=True).count() == 2


def test_a_long_list_is_not_counted_to_its_end(
    client: Client, boss: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = {"kind": "chat"}
    monkeypatch.setattr(paging, "FIND_LIMIT", 1)
    page = client.get(address("history_message_changelist"), chat)
    assertContains(page, "There are more")
    assertContains(page, "goodbye")
    assertNotContains(page, "hello")
    monkeypatch.setattr(paging, "FIND_LIMIT", 2)
    page = client.get(address("history_message_changelist"), chat)
    assertNotContains(page, "There are more")


def test_pages_follow_one_another(
    client: Client, boss: User, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RoomAdmin, "list_per_page", 2)
    codes = [room_of(ada).code for _ in range(5)]
    for filters in ({}, {"state": "open"}):
        found = []
        for number in ("1", "2", "3"):
            page = client.get(address("rooms_room_changelist"), {"p": number, **filters})
            found.append([row.code for row in page.context["cl"].result_list])
        assert found == [[codes[4], codes[3]], [codes[2], codes[1]], [codes[0]]]


def test_a_whole_table_is_estimated_where_counting_it_is_slow(
    client: Client, boss: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FIND_LIMIT", 2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE history_message")
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address("history_message_changelist"))
    estimated = connection.vendor == "postgresql"
    assert ("That is an estimate." in page.content.decode()) is estimated
    statements = [query["sql"] for query in captured if "history_message" in query["sql"]]
    assert any("COUNT(" in statement for statement in statements) is not estimated


@pytest.mark.parametrize("typed", ["елена", "ЕЛЕНА", "елен", "Елена П"])
def test_people_are_found_in_any_case_of_any_alphabet(
    client: Client, boss: User, typed: str
) -> None:
    """In each list that looks for names; SQLite by itself knows the case of ASCII alone."""
    elena, zoe = guest("Елена Петрова"), guest("Zoë")
    User.objects.filter(pk=elena.pk).update(username="Ванда")
    SignIn.objects.create(user=elena, session_key="hers")
    room = room_of(elena, "привет", title="Совет ДОМА")
    room_of(zoe, "hello")
    Report.objects.create(room=room, person=elena, reporter=zoe, reason="spam", comment="Ужас")
    audit.record("ban", actor=boss, role="staff", room=room, target=elena, reason="СПАМ")
    for name in (
        "rooms_user",
        "rooms_membership",
        "rooms_room",
        "rooms_signin",
        "history_message",
    ):
        page = client.get(address(f"{name}_changelist"), {"q": typed})
        assert page.context["cl"].result_list, name
        nobody = client.get(address(f"{name}_changelist"), {"q": f"{typed}ян"})
        assert not nobody.context["cl"].result_list, name
    for name, text in (
        ("rooms_report", typed),
        ("rooms_deed", typed),
        ("rooms_report", "УЖАС"),
        ("rooms_deed", "спам"),
        ("rooms_room", "совет дома"),
        ("rooms_user", "ванда"),
        ("rooms_signin", "ванда"),
    ):
        page = client.get(address(f"{name}_changelist"), {"q": text})
        assert page.context["cl"].result_list, (name, text)


def test_a_page_names_the_zone_of_its_times_once(
    client: Client, boss: User, room: Room, ada: User
) -> None:
    audit.record("ban", actor=boss, role="staff", room=room, target=ada)
    message = Message.objects.filter(kind="chat").first()
    assert message is not None
    pages = [address(f"{name}_changelist") for name in ("rooms_room", "rooms_user", "rooms_deed")]
    pages += [address("history_message_changelist"), address("index")]
    pages += [address("history_message_change", message.pk), address("rooms_user_change", ada.pk)]
    for path in pages:
        text = client.get(path).content.decode()
        assert re.search(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}, \d{2}:\d{2}<", text), path
        assert not re.findall(r"[ap]\.m\.|noon|midnight|:\d\d UTC", text), path
        assert text.count("All times are UTC.") == 1, path


def test_a_list_says_by_which_column_it_is_sorted(client: Client, boss: User, room: Room) -> None:
    for name, column in (
        ("history_message", "Time"),
        ("rooms_room", "Created"),
        ("rooms_user", "Created"),
        ("rooms_report", "Report"),
        ("rooms_deed", "When"),
        ("rooms_signin", "First seen"),
        ("rooms_hookin", "Created"),
    ):
        page = client.get(address(f"{name}_changelist")).content.decode()
        assert re.findall(r'aria-sort="descending">([^<]*)', page) == [column], name
    memberships = client.get(address("rooms_membership_changelist"))
    assertNotContains(memberships, "aria-sort")  # their order is no column's
