"""What the staff's pages have in common: cards for narrow screens, words for what has happened."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from history.models import Message
from rooms import audit
from rooms.actions import verbs
from rooms.models import Deed, Membership, Report, Room, SignIn, User
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


def test_a_list_is_called_what_is_in_it(client: Client, used: Room) -> None:
    for name, called in (("auth_group", "Groups"), ("rooms_room", "Rooms")):
        page = client.get(address(f"{name}_changelist"))
        assertContains(page, f'<h1 class="in-bar">{called}</h1>')


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
    assertContains(client.get(rooms), '<details class="filters" id="changelist-filter"')
    assertNotContains(client.get(rooms), "Show all")
    assertNotContains(client.get(rooms), "Remove the filter")
    narrowed = client.get(rooms, {"state": "open", "q": room.code})
    assertContains(narrowed, "Show all")
    assertContains(narrowed, f'<a class="chip chip--on" href="?q={room.code}">')
    assertContains(narrowed, "State: Open")


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


def test_a_page_says_each_fact_once(client: Client, boss: User, room: Room, ada: User) -> None:
    """What its heading says is no fact below it, and what can be counted stands at the way there."""
    message = Message.objects.get(body="hello")
    report = Report.objects.create(room=room, person=ada, reason="spam", seq=message.seq)
    entry = audit.record("mute", actor=ada, role="owner", room=room)
    member = Membership.objects.get(user=ada)
    for name, pk, heading in (
        ("history_message", message.pk, f"Message #{message.seq}"),
        ("rooms_report", report.pk, f"Report {report.pk}: Spam"),
        ("rooms_room", room.pk, f"{room.code} {room.title}"),
        ("rooms_user", ada.pk, "Ada"),
        ("rooms_deed", entry.pk, "Muted"),
        ("rooms_membership", member.pk, f"Ada in {room.code}"),
    ):
        page = client.get(address(f"{name}_change", pk)).content.decode()
        [h1] = re.findall(r"<h1>(.*?)</h1>", page)
        assert " ".join(re.sub(r"<[^>]*>", "", h1).split()) == heading
        facts = re.findall(r'<div class="readonly">(.*?)</div>', page, re.DOTALL)
        said = {re.sub(r"<[^>]*>", "", fact).strip() for fact in facts}
        assert not said & {heading, *re.split(r":? ", heading)}, name
    ways = client.get(address("rooms_user_change", ada.pk)).content.decode()
    assert re.findall(r'<span>(\w+)</span><span class="ways__count">(\d+)</span>', ways) == [
        ("Messages", "2"),
        ("Rooms", "1"),
        ("Reports", "1"),
    ]


def test_what_the_site_did_by_itself_is_said_once(client: Client, boss: User, room: Room) -> None:
    entry = audit.record("succeed", actor=None, role="system", room=room)
    for path in (address("rooms_deed_changelist"), address("rooms_deed_change", entry.pk)):
        page = client.get(path).content.decode()
        shown = page.partition("<tbody")[2] or page.partition('class="facts"')[2]
        assert shown.lower().count("the site") == 1, path


def test_fields_are_explained_in_the_sites_own_words(client: Client, boss: User) -> None:
    for path in (address("rooms_user_add"), address("rooms_user_change", boss.pk)):
        page = client.get(path)
        assertContains(page, "To sign in with; others do not see it.")
        for theirs in ("150 characters", "Designates", "The groups this user belongs to"):
            assertNotContains(page, theirs)


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
