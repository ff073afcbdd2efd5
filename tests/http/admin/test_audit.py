"""The audit log at the admin: found by who, what, whom, where and when; and only read."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.text import capfirst
from pytest_django.asserts import assertContains

from rooms import audit
from rooms.models import Deed, Room, User
from tests.http.admin.staff import PASSWORD, address, guest, order, row
from tests.http.pages import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(boss: User, ada: User, room: Room) -> dict[str, Deed]:
    bob = guest("Bob")
    return {
        "mute": audit.record(
            "mute", actor=ada, role="owner", room=room, target=bob, reason="<i>shouting</i>"
        ),
        "ban": audit.record("ban from site", actor=boss, role="staff", target=bob, reason="spam"),
    }


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "ban mute"),
        ({"q": "bob"}, "ban mute"),
        ({"q": "boss"}, "ban"),
        ({"q": "shouting"}, "mute"),
        ({"q": "{room.public_id}"}, "mute"),
        ({"q": "{room.code}"}, "mute"),
        ({"role": "owner"}, "mute"),
        ({"verb": "mute"}, "mute"),
        ({"actor_id": "{ada.public_id}"}, "mute"),
        ({"room_id": "{room.public_id}"}, "mute"),
        ({"target_id": "u_nobody"}, ""),
        ({"at__gte": "2020-01-01 00:00:00+00:00", "at__lt": "2020-01-02 00:00:00+00:00"}, ""),
    ],
)
def test_an_entry_is_found(
    client: Client,
    done: dict[str, Deed],
    ada: User,
    room: Room,
    filters: dict[str, str],
    found: str,
) -> None:
    query = {name: value.format(ada=ada, room=room) for name, value in filters.items()}
    page = client.get(address("rooms_deed_changelist"), query)
    assert list(page.context["cl"].result_list) == [done[name] for name in found.split()]


def test_every_verb_can_be_chosen_also_one_that_nobody_has_done(
    client: Client, done: dict[str, Deed]
) -> None:
    page = client.get(address("rooms_deed_changelist"))
    assertContains(page, "?verb=mute")
    assertContains(page, "?verb=undo+ban")


def test_an_entry_is_only_read(client: Client, done: dict[str, Deed]) -> None:
    path = address("rooms_deed_change", done["mute"].pk)
    assertContains(client.get(path), "&lt;i&gt;shouting")
    for answer in (
        client.post(path, {"reason": "none"}),
        client.get(address("rooms_deed_add")),
        client.post(address("rooms_deed_delete", done["mute"].pk), {"post": "yes"}),
    ):
        assert answer.status_code == 403
    assert Deed.objects.count() == 2


@pytest.mark.parametrize(
    ("verb", "details", "told"),
    [
        ("clear", {"seqs": [5, 6]}, "messages 5 and 6"),
        ("clear", {"seqs": [5, 6, 9]}, "messages 5, 6 and 9"),
        ("delete message", {"seq": 5}, "message 5"),
        ("uphold report", {"seq": None, "reports": [3]}, "report 3"),
        ("mute", {"minutes": 60}, "for 1 hour"),
        ("ban", {"was": "moderator", "network": False}, "was moderator, the person only"),
        ("delete account", {"erased": True}, "erased: yes"),
        (
            "end",
            {"was": "2026-11-30T22:15:30.123456+00:00"},
            "was planned for 30 Nov 2026, 22:15",
        ),
        (
            "plan the end",
            {"ends_at": "2026-11-30T22:15:00.000Z", "door_closes_at": "2026-11-30T22:00:00.000Z"},
            "planned for 30 Nov 2026, 22:15, the door closes on 30 Nov 2026, 22:00",
        ),
        (
            "plan the end",
            {"ends_at": None, "door_closes_at": None},
            "not planned any more, the door does not close at a time any more",
        ),
        (
            "change account",
            {"fields": ["staff status", "groups"]},
            "fields: staff status and groups",
        ),
        (
            "settings",
            {"history_open": False, "slow_mode": 30},
            "turned on slow mode (one message every 30 seconds) and hid earlier messages",
        ),
    ],
)
def test_details_are_told_in_words(
    client: Client, boss: User, verb: str, details: dict[str, Any], told: str
) -> None:
    entry = audit.record(verb, actor=boss, role="staff", **details)
    page = client.get(address("rooms_deed_change", entry.pk))
    assertContains(page, f'<bdi dir="auto">{capfirst(told)}')
    entry = audit.record(verb, actor=boss, role="staff", reason="It had to be.", **details)
    said = row(client.get(address("rooms_deed_changelist")).content.decode(), "It had to be.")
    assert f"“It had to be.” · {told}" in said


def test_recent_actions_say_to_whom_in_a_sentence(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    for verb in ("succeed", "mute", "merge"):
        audit.record(verb, actor=boss, role="staff", room=room, target=ada)
    entries = read(client.get("/admin/")).one("ul", class_="overview__entries").all("li")
    assert [entry.all("span")[0].text for entry in entries] == [
        "boss merged two accounts: Ada",
        "boss muted Ada",
        "boss made Ada the owner",
    ]


def test_what_is_done_to_accounts_and_roles_is_there_too(client: Client, boss: User) -> None:
    fields = {"username": "grace", "password1": PASSWORD, "password2": PASSWORD}
    client.post(address("rooms_user_add"), fields | {"usable_password": "true"})
    grace = User.objects.get(username="grace")
    new = {"password1": "another good secret", "password2": "another good secret"}
    client.post(
        address("auth_user_password_change", grace.pk),
        new | {"usable_password": "true", "set-password": "1"},
    )
    client.post(address("auth_group_add"), {"name": "helpers"})
    entries = Deed.objects.order_by("pk").values_list("verb", "target_name", "details")
    assert [(verb, whom) for verb, whom, _ in entries] == [
        ("make account", "grace"),
        ("change account", "grace"),
        ("make group", ""),
    ]
    assert "secret" not in str(list(entries))
    assert not LogEntry.objects.exists()


def test_a_rooms_page_leads_to_what_was_done_there(client: Client, boss: User, room: Room) -> None:
    order(client, "rooms_room_close", room)
    log = client.get(address("rooms_room_history", room.pk), follow=True)
    assertContains(log, "Closed the room")
    assert [deed.room_id for deed in log.context["cl"].result_list] == [room.public_id]
