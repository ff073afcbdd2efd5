"""The admin: what staff sees, and that everything it does is a verb, asked about and logged."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from history import log
from history.models import Message
from rooms.actions import people, rooms
from rooms.admin import RoomAdmin, desk, paging
from rooms.models import Membership, Room, User

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
LISTS = ("rooms_room", "rooms_user", "rooms_membership", "history_message", "admin_logentry")


def guest(name: str) -> User:
    return people.enter_as(user=None, name=name)


def room_of(owner: User, *said: str, title: str = "") -> Room:
    """A room where the owner has joined and said something."""
    room = rooms.create(user=owner, title=title)
    Membership.objects.filter(room=room, user=owner).update(present=True)
    Room.objects.filter(pk=room.pk).update(closes_at=None)
    entries = [log.entry(Message.Kind.JOIN, owner)]
    entries += [log.entry(Message.Kind.CHAT, owner, body=body) for body in said]
    with transaction.atomic():
        log.append(log.lock(room.stream_id), entries)
    return room


@pytest.fixture
def boss(client: Client) -> User:
    """A superuser, signed in."""
    call_command(
        "createsuperuser", "--noinput", username="boss", email="boss@chat.example", verbosity=0
    )
    user = User.objects.get(username="boss")
    user.set_password(PASSWORD)
    user.save()
    assert client.login(username="boss", password=PASSWORD)
    return user


@pytest.fixture
def ada() -> User:
    return guest("Ada")


@pytest.fixture
def room(ada: User) -> Room:
    return room_of(ada, "hello", "goodbye", title="Analytical Engine")


def address(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def act(client: Client, model: str, action: str, *rows: Any, confirmed: bool = True) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    data |= {"confirmed": "yes"} if confirmed else {"index": 0}
    return client.post(address(f"{model}_changelist"), data, follow=True)


# Who gets in --------------------------------------------------------------------------------------


@pytest.fixture
def everything(room: Room, ada: User) -> list[str]:
    message = Message.objects.filter(kind="chat").earliest("pk")
    return [
        "/admin/",
        *(address(f"{name}_changelist") for name in LISTS),
        address("rooms_room_change", room.pk),
        address("rooms_room_close", room.pk),
        address("history_message_change", message.pk),
        address("history_message_delete", message.pk),
        address("rooms_user_change", ada.pk),
        address("rooms_user_ban", ada.pk),
        address("auth_user_password_change", ada.pk),
    ]


@pytest.mark.parametrize("who", ["nobody", "a guest"])
def test_whoever_is_not_staff_gets_nothing(
    client: Client, who: str, ada: User, room: Room, everything: list[str]
) -> None:
    if who == "a guest":
        client.force_login(ada)
    for path in everything:
        for answer in (client.get(path), client.post(path, {"action": "close_selected"})):
            assertRedirects(
                answer, f"/admin/login/?next={path}", fetch_redirect_response=False, msg_prefix=path
            )
            assert not answer.content
    room.refresh_from_db()
    ada.refresh_from_db()
    assert room.is_open
    assert ada.is_active


def test_a_guest_cannot_log_in(client: Client, ada: User) -> None:
    for password in ("", "!", ada.password):
        answer = client.post("/admin/login/", {"username": ada.username, "password": password})
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert not answer.wsgi_request.user.is_authenticated


def test_a_superuser_who_enters_a_room_is_called_what_the_form_says(
    client: Client, boss: User, room: Room
) -> None:
    assert str(boss) == "boss"
    client.post("/", {"name": "Grace", "code": room.code, "join": "1"})
    boss.refresh_from_db()
    assert str(boss) == boss.display_name == "Grace"
    assert Membership.objects.filter(room=room, user=boss).exists()
    assert client.get("/admin/").status_code == 200


# Rooms --------------------------------------------------------------------------------------------


def row(page: str, text: str) -> str:
    """The table row with a text, without its tags."""
    [found] = [tr for tr in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if text in tr]
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def test_rooms_are_listed_with_state_people_and_messages(client: Client, boss: User) -> None:
    ada, bob = guest("Ada"), guest("Bob")
    talk = room_of(ada, "one", "two", "three", title="Talk")
    Membership.objects.create(room=talk, user=bob, present=True)
    over = room_of(bob)
    rooms.close(room=over)

    page = client.get(address("rooms_room_changelist")).content.decode()

    assert re.match(rf"{talk.code} open Talk Ada 2 3 \w", row(page, talk.code))
    assert re.match(rf"{over.code} closed Bob 0 0 \w", row(page, over.code))


@pytest.mark.parametrize("name", ["rooms_room", "rooms_membership", "history_message"])
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


@pytest.mark.parametrize(
    ("state", "shown"),
    [("open", "TF"), ("occupied", "T"), ("empty", "F"), ("closed", "C")],
)
def test_rooms_are_filtered_by_state(client: Client, boss: User, state: str, shown: str) -> None:
    room_of(guest("Ada"), title="The busy one")
    rooms.create(user=guest("Bob"), title="Free for all")
    rooms.close(room=room_of(guest("Carl"), title="Closed by now"))

    page = client.get(address("rooms_room_changelist"), {"state": state})

    for title in ("The busy one", "Free for all", "Closed by now"):
        (assertContains if title[0] in shown else assertNotContains)(page, title)


@pytest.mark.parametrize("find", ["code", "spelled", "title", "owner"])
def test_a_room_is_found_by_code_title_or_owner(
    client: Client, boss: User, room: Room, find: str
) -> None:
    other = room_of(guest("Zoe"))
    texts = {
        "code": room.code,
        "spelled": f" {room.code[:2]}-{room.code[2:]} ".lower(),
        "title": "tical eng",
        "owner": "ada",
    }
    page = client.get(address("rooms_room_changelist"), {"q": texts[find]})
    assertContains(page, f">{room.code}<")
    assertNotContains(page, f">{other.code}<")


def test_a_rooms_page_leads_to_its_messages_and_members(
    client: Client, boss: User, room: Room
) -> None:
    room_of(guest("Zoe"), "elsewhere")
    page = client.get(address("rooms_room_change", room.pk)).content.decode()
    messages, members = re.findall(r'href="([^"]*\?room=\d+)"', page)

    assertContains(client.get(messages), "goodbye")
    assertNotContains(client.get(messages), "elsewhere")
    assertContains(client.get(members), "Ada")
    assertNotContains(client.get(members), "Zoe")


def test_closing_is_asked_about_done_and_logged(client: Client, boss: User, room: Room) -> None:
    path = address("rooms_room_close", room.pk)
    assertContains(client.get(path), room.code)
    room.refresh_from_db()
    assert room.is_open

    assertRedirects(client.post(path), address("rooms_room_change", room.pk))

    room.refresh_from_db()
    assert not room.is_open
    assert room.stream.messages.latest("seq").kind == Message.Kind.NOTICE
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (boss, str(room.pk))
    assert entry.change_message == f"Closed room {room.code} ({room.public_id})."
    # A second time there is nothing to do and nothing to log.
    client.post(path)
    assert room.stream.messages.filter(kind=Message.Kind.NOTICE).count() == 1
    assert LogEntry.objects.count() == 1


def test_several_rooms_are_closed_at_once(client: Client, boss: User) -> None:
    several = [room_of(guest(f"Person {number}")) for number in range(3)]
    rooms.close(room=several[2])

    asked = act(client, "rooms_room", "close_selected", *several, confirmed=False)
    assertContains(asked, several[0].code)
    assert Room.objects.filter(closed_at__isnull=True).count() == 2

    told = act(client, "rooms_room", "close_selected", *several)
    assertContains(told, "Close the room: 2 done.")
    assertContains(told, "Close the room: 1 left as they were.")
    assert not Room.objects.filter(closed_at__isnull=True).exists()
    assert LogEntry.objects.count() == 2


def test_a_verb_is_done_to_so_many_rows_and_no_more(
    client: Client, boss: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "VERB_LIMIT", 1)
    told = act(client, "rooms_room", "close_selected", room, room_of(guest("Bob")))
    assertContains(told, "No more than 1 at once")
    assert Room.objects.filter(closed_at__isnull=True).count() == 2


# Messages -----------------------------------------------------------------------------------------


def test_a_deleted_message_leaves_a_tombstone(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    message = Message.objects.get(body="hello")
    assertContains(client.get(address("history_message_delete", message.pk)), "hello")
    head = log.heads([room.stream_id])[room.stream_id][0]

    client.post(address("history_message_delete", message.pk))

    message.refresh_from_db()
    assert (message.body, message.is_deleted, message.deleted_by) == ("", True, boss)
    assert message.changed_seq == head + 1
    entry = LogEntry.objects.get()
    assert entry.change_message == f"Deleted message #2 in room {room.code} by Ada."


def test_selected_messages_become_tombstones_and_joins_stay(
    client: Client, boss: User, room: Room
) -> None:
    told = act(client, "history_message", "delete_selected", *room.stream.messages.all())
    assertContains(told, "Delete: 2 done.")
    assertContains(told, "Delete: 1 left as they were.")
    rows = room.stream.messages.order_by("seq")
    assert [(row.kind, row.body, row.is_deleted) for row in rows] == [
        ("join", "", False),
        ("chat", "", True),
        ("chat", "", True),
    ]
    assert LogEntry.objects.filter(user=boss).count() == 2


@pytest.mark.parametrize("find", ["text", "author", "code"])
def test_a_message_is_found_by_text_author_or_room_code(
    client: Client, boss: User, room: Room, find: str
) -> None:
    room_of(guest("Zoe"), "something else")
    texts = {"text": "GOODB", "author": "ada", "code": room.code.lower()}
    page = client.get(address("history_message_changelist"), {"q": texts[find]})
    assertContains(page, "goodbye")
    assertNotContains(page, "something else")


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"kind__exact": "chat"}, True),
        ({"kind__exact": "join"}, False),
        ({"at__gte": "2020-01-01 00:00:00+00:00", "at__lt": "2020-01-02 00:00:00+00:00"}, False),
        ({"deleted": "yes"}, False),
        ({"room": "999999"}, False),
        ({"author": "nonsense"}, False),
    ],
)
def test_messages_are_filtered(
    client: Client, boss: User, room: Room, filters: dict[str, str], shown: bool
) -> None:
    page = client.get(address("history_message_changelist"), filters)
    (assertContains if shown else assertNotContains)(page, "goodbye")


def test_what_people_wrote_is_shown_as_text(client: Client, boss: User) -> None:
    room_of(guest("<b>Eve</b>"), "<script>alert(1)</script>", title="<i>title</i>")
    for name in ("rooms_room", "rooms_user", "history_message"):
        page = client.get(address(f"{name}_changelist"))
        for tag in ("<b>Eve", "<script>alert", "<i>title"):
            assertNotContains(page, tag)


# People -------------------------------------------------------------------------------------------


def test_a_person_is_banned_and_let_in_again(client: Client, boss: User, ada: User) -> None:
    for verb, active in (("ban", False), ("unban", True)):
        path = address(f"rooms_user_{verb}", ada.pk)
        assertContains(client.get(path), ada.public_id)
        client.post(path)
        ada.refresh_from_db()
        assert ada.is_active is active
    said = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(said) == [
        f"Banned Ada ({ada.public_id}).",
        f"Let Ada ({ada.public_id}) in again.",
    ]


def test_who_is_banned_leaves_every_room(client: Client, boss: User, ada: User, room: Room) -> None:
    client.post(address("rooms_user_ban", ada.pk))
    assert not Membership.objects.get(user=ada).present
    assert room.stream.messages.latest("seq").kind == Message.Kind.LEAVE
    room.refresh_from_db()
    assert room.closes_at is not None


def test_who_is_banned_does_not_come_back_as_somebody_else(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    browser = Client()
    browser.force_login(ada)
    client.post(address("rooms_user_ban", ada.pk))
    for button in ({"join": "1", "code": room.code}, {"create": "1"}):
        answer = browser.post("/", {"name": "Eve", **button})
        assertContains(answer, "A moderator has removed you.", status_code=403)
    assert not User.objects.filter(display_name="Eve").exists()
    client.post(address("rooms_user_unban", ada.pk))
    assert browser.post("/", {"name": "Ada", "create": "1"}).status_code == 302


def test_nobody_bans_themselves(client: Client, boss: User) -> None:
    told = act(client, "rooms_user", "ban_selected", boss)
    assertContains(told, "1 left as they were")
    boss.refresh_from_db()
    assert boss.is_active


def test_people_are_told_apart(client: Client, boss: User, ada: User) -> None:
    everyone = address("rooms_user_changelist")
    assertNotContains(client.get(everyone, {"kind": "registered"}), ada.username)
    assertNotContains(client.get(everyone, {"kind": "guest"}), "boss@")
    assertContains(client.get(everyone, {"kind": "guest"}), ada.username)
    assertContains(client.get(everyone, {"q": ada.public_id}), ada.username)
    assertNotContains(client.get(everyone, {"kind": "banned"}), ada.username)


def test_a_password_is_changed_for_an_account_not_for_a_guest(
    client: Client, boss: User, ada: User
) -> None:
    new = {"password1": "another good secret", "password2": "another good secret"}
    new |= {"usable_password": "true", "set-password": "1"}
    bob = User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    client.post(address("auth_user_password_change", bob.pk), new)
    bob.refresh_from_db()
    assert bob.check_password("another good secret")
    assert client.post(address("auth_user_password_change", ada.pk), new).status_code == 403
    ada.refresh_from_db()
    assert not ada.has_usable_password()


def test_editing_an_account_leaves_a_ban_alone(client: Client, boss: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD)
    page = client.get(address("rooms_user_change", bob.pk))
    fields = {k: v for k, v in page.context["adminform"].form.initial.items() if v is not None}
    User.objects.filter(pk=bob.pk).update(is_active=False, display_name="Bobby")

    answer = client.post(
        address("rooms_user_change", bob.pk), fields | {"is_staff": "on", "email": "b@chat.example"}
    )

    assert answer.status_code == 302
    bob.refresh_from_db()
    assert (bob.is_active, bob.display_name) == (False, "Bobby")
    assert (bob.is_staff, bob.email) == (True, "b@chat.example")


def test_a_staff_account_is_made(client: Client, boss: User) -> None:
    fields = {"username": "grace", "password1": PASSWORD, "password2": PASSWORD}
    client.post(address("rooms_user_add"), fields | {"usable_password": "true"})
    grace = User.objects.get(username="grace")
    assert grace.check_password(PASSWORD)
    assert (grace.is_staff, grace.is_guest) == (False, False)


# Rights -------------------------------------------------------------------------------------------


@pytest.fixture
def moderator(client: Client) -> Callable[..., User]:
    """Someone of the staff with some of Django's permissions, signed in."""

    def moderator(*codenames: str) -> User:
        user = User.objects.create_user("mod", password=PASSWORD, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return moderator


def test_staff_that_may_only_look_does_nothing(
    client: Client, moderator: Callable[..., User], ada: User, room: Room
) -> None:
    moderator("view_room", "view_user", "view_message")
    for name, row_ in (("rooms_room", room), ("rooms_user", ada)):
        page = client.get(address(f"{name}_change", row_.pk))
        assert page.status_code == 200
        assert page.context["verbs"] == []
    assert client.post(address("rooms_room_close", room.pk)).status_code == 403
    assert client.post(address("rooms_user_ban", ada.pk)).status_code == 403
    act(client, "history_message", "delete_selected", *room.stream.messages.all())
    assert not Message.objects.filter(deleted_at__isnull=False).exists()
    assert client.get(address("admin_logentry_changelist")).status_code == 403


def test_a_moderator_bans_guests_but_no_staff_and_gets_no_accounts(
    client: Client, moderator: Callable[..., User], ada: User
) -> None:
    moderator("view_user", "change_user", "add_user")
    chief = User.objects.create_superuser("chief", password=PASSWORD)
    act(client, "rooms_user", "ban_selected", ada, chief)
    ada.refresh_from_db()
    chief.refresh_from_db()
    assert (ada.is_active, chief.is_active) == (False, True)
    assert client.get(address("auth_user_password_change", chief.pk)).status_code == 403
    assert client.get(address("rooms_user_add")).status_code == 403
    assertNotContains(client.get(address("rooms_user_change", chief.pk)), "is_superuser")


def test_nothing_is_added_changed_or_removed_but_by_a_verb(
    client: Client, boss: User, room: Room, ada: User
) -> None:
    rows = {
        "rooms_room": room,
        "history_message": Message.objects.get(body="hello"),
        "rooms_membership": Membership.objects.get(),
    }
    for name, row_ in rows.items():
        assert client.post(address(f"{name}_add"), {}).status_code == 403
        assert client.post(address(f"{name}_change", row_.pk), {}).status_code == 403
    for name, pk in (("rooms_room", room.pk), ("rooms_user", ada.pk), ("rooms_user", boss.pk)):
        assert client.post(address(f"{name}_delete", pk), {"post": "yes"}).status_code == 403


# Long lists ---------------------------------------------------------------------------------------


def test_a_long_list_is_not_counted_to_its_end(
    client: Client, boss: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = {"kind__exact": "chat"}
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
    assert any("COUNT(" in query["sql"] for query in captured) is not estimated


def test_everything_done_is_on_record(client: Client, boss: User, room: Room) -> None:
    client.post(address("rooms_room_close", room.pk))
    page = client.get(address("admin_logentry_changelist"))
    assertContains(page, f"Closed room {room.code}")
    assertContains(page, "boss")
