"""People at the admin: told apart, banned and let in again; staff accounts."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from history.models import Message
from rooms.actions import accounts, bots
from rooms.models import Membership, Room, User
from tests.http.admin.staff import PASSWORD, WHY, act, address, deeds, order

pytestmark = pytest.mark.django_db


def test_a_superuser_is_made_without_an_e_mail_address() -> None:
    assert User.REQUIRED_FIELDS == []
    call_command("createsuperuser", "--noinput", username="first", verbosity=0)
    assert User.objects.get(username="first").email == ""


def test_a_person_is_banned_and_let_in_again(client: Client, boss: User, ada: User) -> None:
    for verb, active in (("ban", False), ("unban", True)):
        path = address(f"rooms_user_{verb}", ada.pk)
        assertContains(client.get(path), ada.public_id)
        order(client, f"rooms_user_{verb}", ada)
        ada.refresh_from_db()
        assert ada.is_active is active
    assert deeds() == [
        ("boss", "ban from site", "Ada", "", WHY),
        ("boss", "lift site ban", "Ada", "", WHY),
    ]
    [log] = [client.get(f"{address('rooms_user_history', ada.pk)}", follow=True)]
    assertContains(log, "Banned from the site")


def test_a_banned_person_leaves_every_room(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    order(client, "rooms_user_ban", ada)
    assert not Membership.objects.get(user=ada).present
    assert room.stream.messages.latest("seq").kind == Message.Kind.LEAVE
    room.refresh_from_db()
    assert room.closes_at is not None


def test_a_banned_person_does_not_come_back_as_somebody_else(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    browser = Client()
    browser.force_login(ada)
    order(client, "rooms_user_ban", ada)
    for button in ({"join": "1", "code": room.code}, {"create": "1"}):
        answer = browser.post("/", {"name": "Eve", **button})
        assertContains(answer, "A moderator has removed you.", status_code=403)
    assert not User.objects.filter(display_name="Eve").exists()
    order(client, "rooms_user_unban", ada)
    assert browser.post("/", {"name": "Ada", "create": "1"}).status_code == 302


def test_nobody_bans_themselves(client: Client, boss: User) -> None:
    told = act(client, "rooms_user", "ban_selected", boss)
    assertContains(told, "1 unchanged")
    boss.refresh_from_db()
    assert boss.is_active


def test_people_are_told_apart(client: Client, boss: User, ada: User) -> None:
    everyone, her = address("rooms_user_changelist"), address("rooms_user_change", ada.pk)
    assertNotContains(client.get(everyone, {"kind": "registered"}), her)
    assertNotContains(client.get(everyone, {"kind": "guest"}), "boss@")
    assertContains(client.get(everyone, {"kind": "guest"}), her)
    assertContains(client.get(everyone, {"q": ada.public_id}), her)
    assertNotContains(client.get(everyone, {"kind": "banned"}), her)


def test_a_bot_is_no_guest_and_is_shown_with_its_owner(
    client: Client, boss: User, ada: User, room: Room
) -> None:
    accounts.register(user=ada, username="ada.l", password=PASSWORD)
    bot = bots.make(room=room, by=ada, name="Builds").bot.user
    everyone, its = address("rooms_user_changelist"), address("rooms_user_change", bot.pk)
    assertNotContains(client.get(everyone, {"kind": "guest"}), its)
    only = client.get(everyone, {"kind": "bot"})
    its_kind = (
        f'bot of <a href="{address("rooms_user_change", ada.pk)}"><bdi dir="auto">Ada</bdi></a>'
    )
    for page in (only, client.get(its)):
        assertContains(page, its_kind)
    assertContains(only, its)
    assertNotContains(only, "boss@")


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


def test_a_password_is_taken_away_and_set_again(client: Client, boss: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD)
    path = address("auth_user_password_change", bob.pk)
    assertContains(client.get(path), "Take the password away")
    client.post(path, {"usable_password": "false", "unset-password": "1"})
    bob.refresh_from_db()
    assert not bob.has_usable_password()
    assertContains(client.get(address("rooms_user_change", bob.pk)), "None. Set one")
    assertNotContains(client.get(path), "Take the password away")


def test_what_an_account_may_is_folded_and_can_be_given(client: Client, boss: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    path = address("rooms_user_change", bob.pk)
    page = client.get(path).content.decode()
    folded = page.partition(">Permissions</h2>")[0].rpartition("<details")[2]
    assert "open" not in folded.partition(">")[0]
    wanted = Permission.objects.get(codename="view_room")
    fields = {"username": "bob", "is_staff": "on", "user_permissions": [str(wanted.pk)]}
    assert client.post(path, fields).status_code == 302
    assert list(bob.user_permissions.all()) == [wanted]
    page = client.get(path).content.decode()
    assert re.search(r"<summary>\s*Room\s*<span[^>]*><span>view</span></span>", page)


def test_the_name_that_a_guest_signs_in_with_is_nobody_s_business(
    client: Client, boss: User, ada: User
) -> None:
    assertNotContains(client.get(address("rooms_user_changelist")), ada.username)
    assertNotContains(client.get(address("rooms_user_change", ada.pk)), ada.username)


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
    [(who, did, whom, _, _)] = deeds()
    assert (who, did, whom) == ("boss", "change account", "Bobby")


def test_a_staff_account_is_made(client: Client, boss: User) -> None:
    fields = {"username": "grace", "password1": PASSWORD, "password2": PASSWORD}
    client.post(address("rooms_user_add"), fields | {"usable_password": "true"})
    grace = User.objects.get(username="grace")
    assert grace.check_password(PASSWORD)
    assert (grace.is_staff, grace.is_guest) == (False, False)
