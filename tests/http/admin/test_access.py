"""Only staff get into the admin, and each role sees and does only its own."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from history.models import Message
from rooms import roles
from rooms.models import Membership, Room, SignIn, User
from tests.http.admin.staff import PASSWORD, act, address, order
from tests.support.programs import ROOT

pytestmark = pytest.mark.django_db

ADMINS = (
    "rooms_room",
    "rooms_user",
    "rooms_membership",
    "rooms_joinrequest",
    "rooms_shunned",
    "rooms_report",
    "rooms_deed",
    "history_message",
    "auth_group",
)


@pytest.fixture
def everything(room: Room, ada: User) -> list[str]:
    message = Message.objects.filter(kind="chat").earliest("pk")
    return [
        "/admin/",
        *(address(f"{name}_changelist") for name in ADMINS),
        address("rooms_room_change", room.pk),
        address("rooms_room_close", room.pk),
        address("history_message_change", message.pk),
        address("history_message_delete", message.pk),
        address("rooms_user_change", ada.pk),
        address("rooms_user_ban", ada.pk),
        address("auth_user_password_change", ada.pk),
    ]


@pytest.mark.parametrize("who", ["nobody", "a guest"])
@pytest.mark.once
def test_people_who_are_not_staff_get_nothing(
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


def test_staff_that_may_only_look_does_nothing(
    client: Client, staff: Callable[..., User], ada: User, room: Room
) -> None:
    staff("view_room", "view_user", "view_message")
    for name, row_ in (("rooms_room", room), ("rooms_user", ada)):
        page = client.get(address(f"{name}_change", row_.pk))
        assert page.status_code == 200
        assert page.context["verbs"] == []
    assert order(client, "rooms_room_close", room).status_code == 403
    assert order(client, "rooms_user_ban", ada).status_code == 403
    act(client, "history_message", "delete_selected", *room.stream.messages.all())
    assert not Message.objects.filter(deleted_at__isnull=False).exists()
    assert client.get(address("rooms_deed_changelist")).status_code == 403


def test_a_moderator_bans_guests_but_no_staff_and_gets_no_accounts(
    client: Client, staff: Callable[..., User], ada: User
) -> None:
    staff("view_user", "change_user", "add_user")
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


def test_a_moderator_works_without_what_people_sign_in_with(
    client: Client, staff: Callable[..., User], room: Room
) -> None:
    bob = User.objects.create_user(
        "bob-signs-in", email="bob@chat.example", password=PASSWORD, display_name="Bob"
    )
    staff(role="moderator")
    for name in ("rooms_room", "rooms_user", "history_message", "rooms_report", "rooms_deed"):
        assert client.get(address(f"{name}_changelist")).status_code == 200
    for page in (
        client.get(address("rooms_user_changelist"), {"q": "Bob"}),
        client.get(address("rooms_user_change", bob.pk)),
    ):
        assertContains(page, "Bob")
        for private in ("bob-signs-in", "bob@chat.example", bob.password[:12]):
            assertNotContains(page, private)
    found = client.get(address("rooms_user_changelist"), {"q": "signs-in"})
    assert not found.context["cl"].result_list
    for forbidden in (
        address("auth_group_changelist"),
        address("rooms_signin_changelist"),
        address("auth_user_password_change", bob.pk),
    ):
        assert client.get(forbidden).status_code == 403
    order(client, "rooms_room_close", room)
    room.refresh_from_db()
    assert not room.is_open


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        *(("rooms_user", name) for name in ("username__startswith", "email__contains", "username")),
        *(("rooms_user", name) for name in ("password__startswith", "last_login__gte", "id__gt")),
        *(("rooms_room", name) for name in ("passcode__startswith", "owner__username__startswith")),
        ("rooms_membership", "user__email__startswith"),
        ("history_message", "author__password__startswith"),
        ("history_message", "deleted_by__username__contains"),
        ("rooms_report", "reporter__email__startswith"),
        ("rooms_deed", "details__contains"),
        ("rooms_user", "date_joined__year__gte"),
    ],
)
def test_a_list_is_narrowed_by_its_own_filters_and_no_others(
    client: Client, staff: Callable[..., User], name: str, asked: str
) -> None:
    staff(role="moderator")
    answer = client.get(address(f"{name}_changelist"), {asked: "1"})
    assert answer.status_code == 400


DAY = "2026-01-01 00:00:00+00:00"  # as the filter by days writes it


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("rooms_user", {"date_joined__gte": DAY, "date_joined__lt": DAY}),
        ("rooms_membership", {"role__exact": "owner"}),
        ("history_message", {"kind": "chat", "at__gte": DAY}),
    ],
)
def test_a_list_is_narrowed_by_the_filters_it_offers(
    client: Client, boss: User, name: str, asked: dict[str, str]
) -> None:
    assert client.get(address(f"{name}_changelist"), asked).status_code == 200


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_an_administrator_sees_accounts_and_where_they_are_signed_in_but_makes_no_staff(
    client: Client, staff: Callable[..., User]
) -> None:
    bob = User.objects.create_user("bob-signs-in", email="bob@chat.example", password=PASSWORD)
    SignIn.objects.create(user=bob, session_key="secret-key", address="192.0.2.7", agent=FIREFOX)
    staff(role="administrator")
    assertContains(client.get(address("rooms_user_changelist"), {"q": "signs-in"}), "bob-signs-in")
    page = client.get(address("rooms_user_change", bob.pk))
    assertContains(page, "bob@chat.example")
    assertNotContains(page, bob.password[:12])
    signed_in = client.get(address("rooms_signin_changelist"), {"q": "bob-signs-in"})
    assertContains(signed_in, "192.0.2.7")
    assertContains(signed_in, "Firefox on Linux")
    assertNotContains(signed_in, FIREFOX)
    assertNotContains(signed_in, "secret-key")
    client.post(address("rooms_user_change", bob.pk), {"username": "bob", "is_superuser": "on"})
    bob.refresh_from_db()
    assert not bob.is_superuser
    assert client.get(address("rooms_user_add")).status_code == 403


def test_the_roles_are_the_sites_own_again_after_each_release() -> None:
    moderator = Group.objects.get(name="moderator")
    moderator.permissions.set(Permission.objects.filter(codename="add_user"))
    call_command("migrate", verbosity=0)
    granted = set(moderator.permissions.values_list("codename", flat=True))
    assert granted == {name.partition(".")[2] for name in roles.MODERATOR}


@pytest.mark.parametrize(
    ("path", "printed"),
    [("staff/desk", "/staff/desk/ /staff/desk/login/"), ("rooms/", "CHAT_ADMIN_PATH must be")],
)
@pytest.mark.once
def test_the_admin_is_where_a_setting_says(path: str, printed: str) -> None:
    program = (
        "import django; django.setup(); from django.conf import settings; "
        "from django.urls import reverse; print(reverse('admin:index'), reverse('admin:login'))"
    )
    env = os.environ | {"CHAT_ADMIN_PATH": path, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert printed in ran.stdout
