"""What the staff's pages have in common: cards for narrow screens, words for what has happened."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from rooms import audit
from rooms.actions import verbs
from rooms.models import Deed, Room, SignIn, User
from rooms.staff import wording
from tests.http.admin.staff import address, guest, room_of

pytestmark = pytest.mark.django_db

LISTS = ("rooms_room", "rooms_user", "rooms_membership", "history_message", "rooms_deed")
LISTS += ("rooms_signin", "auth_group")


@pytest.fixture
def used(boss: User, ada: User, room: Room) -> Room:
    """A room, with a row for each list."""
    audit.record("mute", actor=ada, role="owner", room=room)
    SignIn.objects.create(user=boss, session_key="here")
    return room


@pytest.mark.parametrize("name", LISTS)
def test_every_cell_of_a_list_names_its_column(client: Client, used: Room, name: str) -> None:
    page = client.get(address(f"{name}_changelist")).content.decode()
    heads = re.findall(r'<th scope="col"[^>]*class="column-[^>]*>([^<]+)', page)
    rows = re.findall(r'<tr role="row">(.*?)</tr>', page.partition("<tbody")[2], re.DOTALL)
    assert rows
    for row in rows:
        assert re.findall(r'data-label="([^"]+)"', row) == heads


@pytest.mark.parametrize("name", LISTS)
def test_what_is_not_there_is_written_in_one_way(client: Client, used: Room, name: str) -> None:
    room_of(guest("Bob"))  # without a title
    page = client.get(address(f"{name}_changelist")).content.decode()
    for cell in re.findall(r"<t[dh] [^>]*data-label[^>]*>.*?</t[dh]>", page, re.DOTALL):
        text = re.sub(r"<[^>]*>", "", cell).strip()
        assert text not in {"", "-", "None"}, cell
        assert ("data-empty" in cell) is (text == "–"), cell


def test_so_it_is_on_the_page_of_a_row(client: Client, boss: User, room: Room) -> None:
    page = client.get(address("rooms_room_change", room.pk)).content.decode()
    facts = re.findall(r'<div class="readonly">(.*?)</div>', page, re.DOTALL)
    assert "–" in facts
    assert not {"", "-", "None"}.intersection(fact.strip() for fact in facts)
    assert room.public_id not in page.partition('<details class="facts__fold"')[0]
    assertContains(client.get(address("rooms_room_change", room.pk)), "No new people after")


def test_filters_are_folded_and_named_when_they_narrow_a_list_down(
    client: Client, boss: User, room: Room
) -> None:
    rooms = address("rooms_room_changelist")
    assertContains(client.get(rooms), '<details class="filters" id="changelist-filter">')
    assertNotContains(client.get(rooms), "Clear the filters")
    assertContains(client.get(rooms, {"state": "open"}), "<b>State Open</b>")
    assertContains(client.get(rooms, {"state": "open"}), "Clear the filters")


def test_every_verb_of_the_audit_log_has_words(client: Client, boss: User, room: Room) -> None:
    unsaid = [verb for verb in verbs.AUDITED if verb.removeprefix("undo ") not in wording._DONE]
    assert not unsaid
    audit.record("undo ban", actor=boss, role="self", room=room)
    page = client.get(address("rooms_deed_changelist"))
    assertContains(page, "Took back “banned from the room”")
    assertContains(page, "for themselves")


def test_what_an_entry_undoes_is_named_and_led_to(client: Client, boss: User, room: Room) -> None:
    ban = audit.record("ban", actor=boss, role="staff", room=room)
    lifted = audit.record("undo ban", actor=boss, role="staff", room=room, undoes=ban)
    page = client.get(address("rooms_deed_change", lifted.pk))
    assertContains(page, address("rooms_deed_change", ban.pk))


@pytest.mark.parametrize("by_list", [True, False])
def test_a_group_is_deleted_after_a_question(client: Client, boss: User, by_list: bool) -> None:
    group = Group.objects.create(name="helpers")
    if by_list:
        path = address("auth_group_changelist")
        fields = {"action": "delete_selected", "_selected_action": [str(group.pk)]}
    else:
        path, fields = address("auth_group_delete", group.pk), {}
    asked = client.post(path, fields) if by_list else client.get(path)
    assertContains(asked, "helpers")
    assertContains(asked, "This cannot be undone")
    client.post(path, fields | {"post": "yes"})
    assert not Group.objects.filter(pk=group.pk).exists()
    assert Deed.objects.latest("pk").verb == "remove group"


@pytest.mark.parametrize(
    "path", ["", "rooms/room/", "rooms/user/add/", "password_change/", "auth/group/add/"]
)
def test_no_style_sheet_of_django_is_loaded(client: Client, boss: User, path: str) -> None:
    assertNotContains(client.get(f"/admin/{path}"), "admin/css")
