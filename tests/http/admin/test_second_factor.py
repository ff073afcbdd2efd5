"""The second factor of the staff: set up, asked for at the sign-in and before what concerns many, lost."""

import json
import re
from base64 import b32decode
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.asserts import assertContains, assertNotContains

from rooms import limits
from rooms.actions import deletion, factors
from rooms.models import Deed, Room, SignIn, User
from tests.http.admin.staff import PASSWORD, WHY, act, address, order, room_of

pytestmark = pytest.mark.django_db

PROVE, SET_UP, APP = "/account/factor/", "/admin/second-factor/", "/admin/second-factor/app/"
SECRET = "31" * 20


class App:
    """An authenticator app, which shows another code each time it is looked at."""

    def __init__(self, secret: str = SECRET) -> None:
        self._key, self._steps = bytes.fromhex(secret), count()

    def code(self) -> str:
        return f"{totp(self._key, drift=next(self._steps)):06d}"

    @property
    def wrong(self) -> str:
        now = {totp(self._key, drift=drift) for drift in range(-3, 9)}
        return next(f"{code:06d}" for code in range(100) if code not in now)


@pytest.fixture
def app(boss: User) -> App:
    """The app that the superuser has."""
    TOTPDevice.objects.create(user=boss, name="Phone", key=SECRET)
    return App()


def half(name: str = "boss", path: str = "/admin/login/?next=/admin/rooms/room/") -> Client:
    """A browser in which the password was typed."""
    browser = Client()
    answer = browser.post(path, {"username": name, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, PROVE)
    return browser


def signed_in(app: App) -> Client:
    browser = half()
    assert browser.post(PROVE, {"factor_code": app.code()}).status_code == 302
    return browser


def age(browser: Client, *, seconds: int) -> None:
    """Let it be so long since a browser has proven its factor."""
    session = browser.session
    pk, at = session["factor"]
    session["factor"] = [pk, at - seconds]
    session.save()


def wait(user: User) -> None:
    """Let the time pass for which no code is looked at after a wrong one."""
    past = timezone.now() - timedelta(days=1)
    TOTPDevice.objects.filter(user=user).update(throttling_failure_timestamp=past)


def verbs() -> list[str]:
    return list(Deed.objects.order_by("pk").values_list("verb", flat=True))


def shown(page: Any) -> tuple[App, dict[str, str]]:
    """Return the app that has scanned what the page shows, and what its form sends besides a code."""
    secret = b32decode(page.context["secret"].replace(" ", ""))
    return App(secret.hex()), {"shown": page.context["shown"]}


def test_a_secret_is_for_whom_it_was_shown_to(
    client: Client, boss: User, staff: Callable[..., User]
) -> None:
    app, form = shown(client.get(APP))
    staff(role="moderator")  # signs in here
    answer = client.post(APP, {**form, "code": app.code()})
    assert answer.status_code == 422
    assert shown(answer)[1] != form
    assert not TOTPDevice.objects.exists()


def test_an_app_is_set_up_and_the_password_alone_does_not_sign_in_any_more(
    client: Client, boss: User
) -> None:
    elsewhere = Client()
    elsewhere.force_login(boss)
    elsewhere.get("/admin/")
    assertContains(client.get("/admin/"), SET_UP)
    assertContains(client.get(SET_UP), "Add an app")
    page = client.get(APP)
    [link] = re.findall(r'data-add-app="([^"]+)"', page.content.decode())
    assert re.match(r"otpauth://totp/testserver%3Aboss\?secret=\w{32}&amp;issuer=testserver", link)
    app, form = shown(page)
    assertContains(
        client.post(APP, {**form, "code": app.wrong}), "Check the clock", status_code=422
    )
    page = client.post(APP, {**form, "code": app.code(), "name": "My\0 phone"})
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", page.content.decode())
    assert len(set(codes)) == 10
    assertNotContains(client.get(SET_UP), codes[0])
    assertContains(client.get(SET_UP), "My phone")
    assertNotContains(client.get("/admin/"), "Your password alone")
    assert elsewhere.get("/admin/").status_code == 302, "opened by the password alone"

    browser = half()
    assert not SignIn.objects.exclude(session_key=client.session.session_key).exists()
    assert browser.get("/admin/").headers["Location"].startswith("/admin/login/")
    assertContains(browser.get(PROVE), "boss")
    answer = browser.post(PROVE, {"factor_code": app.code(), "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/admin/rooms/room/"
    assert browser.get("/admin/rooms/room/").status_code == 200
    assert verbs() == ["add factor", "make recovery codes"]


def test_a_code_is_taken_once(boss: User, app: App) -> None:
    code = app.code()
    assert half().post(PROVE, {"factor_code": f"{code[:3]} {code[3:]}"}).status_code == 302
    again = half().post(PROVE, {"factor_code": code})
    assertContains(again, "was used before", status_code=403)
    assert verbs() == ["refuse factor"]


def test_after_wrong_codes_none_is_looked_at_for_a_while(boss: User, app: App) -> None:
    browser = half()
    refused = browser.post(
        PROVE, {"factor_code": app.wrong}, headers={"Accept": "application/json"}
    )
    assert refused.json()["error"]["code"] == "wrong_factor"
    none = browser.post(PROVE, {}, headers={"Accept": "application/json"})
    assert none.json()["error"]["code"] == "factor_needed"
    right = app.code()
    slowed = browser.post(PROVE, {"factor_code": right})
    assertContains(slowed, "Please try again in 1 seconds", status_code=429)
    assert slowed.headers["Retry-After"] == "1"
    # Twice as long with each, but never for days.
    for _ in range(15):
        wait(boss)
        assert browser.post(PROVE, {"factor_code": app.wrong}).status_code == 403
    left = int(browser.post(PROVE, {"factor_code": right}).headers["Retry-After"])
    assert 1800 < left <= 2048
    wait(boss)
    assert browser.post(PROVE, {"factor_code": right}).status_code == 302


def test_a_person_s_factor_is_tried_ten_times_whatever_is_tried(
    boss: User, app: App, settings: Any
) -> None:
    settings.CHAT_RATE_LIMITS, settings.REDIS_URL = True, ""
    browser = half()
    for number in range(10):
        wait(boss)
        code = app.wrong if number % 2 else f"recovery {number}"
        assert browser.post(PROVE, {"factor_code": code}).status_code == 403
    wait(boss)
    right = app.code()
    assert browser.post(PROVE, {"factor_code": right}).status_code == 429
    limits.table.proving.forget()
    assert browser.post(PROVE, {"factor_code": right}).status_code == 302


def test_a_recovery_code_works_once_and_is_nowhere_in_the_database(boss: User, app: App) -> None:
    codes = factors.make_codes(user=boss)
    kept = StaticToken.objects.values_list("token", flat=True)
    assert not {code.replace("-", "") for code in codes} & set(kept)
    browser = half()
    typed = codes[3].replace("-", " ").upper()
    assert browser.post(PROVE, {"factor_code": typed}).status_code == 302
    assert half().post(PROVE, {"factor_code": codes[3]}).status_code == 403
    assertContains(browser.get(SET_UP), "9 recovery codes left")
    # Others in their place.
    page = browser.post("/admin/second-factor/codes/")
    fresh = re.findall(r"<code>([a-z2-7-]{19})</code>", page.content.decode())
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert Deed.objects.get(verb="use recovery code").details == {"left": 9}


def test_half_a_sign_in_lasts_ten_minutes_and_ends_with_the_password(boss: User, app: App) -> None:
    browser = half()
    session = browser.session
    session["signing_in"] |= {"at": session["signing_in"]["at"] - 601}
    session.save()
    assert browser.post(PROVE, {"factor_code": app.code()}).headers["Location"] == "/account/login/"
    browser = half()
    boss.set_password("another good secret")
    boss.save()
    assert browser.post(PROVE, {"factor_code": app.code()}).headers["Location"] == "/account/login/"


def test_the_account_s_own_page_asks_for_it_too_and_brings_the_guest_along(
    boss: User, app: App
) -> None:
    browser = Client()
    browser.post("/", {"name": "Ada", "create": "1"})
    room = Room.objects.get()
    answer = browser.post(
        "/account/login/", {"username": "boss", "password": PASSWORD, "bring": "on"}
    )
    assert answer.headers["Location"] == PROVE
    assert room.owner_id != boss.pk, "nothing is brought by a password alone"
    assert browser.post(PROVE, {"factor_code": app.code()}).headers["Location"] == "/"
    room.refresh_from_db()
    assert room.owner_id == boss.pk
    assert browser.get("/admin/").status_code == 200


def test_who_has_to_have_one_gets_nothing_else_before(
    staff: Callable[..., User], client: Client, settings: Any, ada: User
) -> None:
    settings.CHAT_STAFF_FACTOR = "required"
    staff(role="moderator")
    room_of(ada, "hello")
    for path in ("", "rooms/room/", "history/message/", "password_change/", "jsi18n/"):
        answer = client.get(f"/admin/{path}", follow=True)
        assert answer.redirect_chain[-1] == (SET_UP, 302), path
    assertContains(answer, "This site asks its staff for a second factor.")
    assertContains(answer, "Sign out")
    app, form = shown(client.get(APP))
    assertContains(client.post(APP, {**form, "code": app.code()}), "Your recovery codes")
    assert client.get("/admin/rooms/room/").status_code == 200


def test_a_site_can_do_without(client: Client, boss: User, settings: Any) -> None:
    settings.CHAT_STAFF_FACTOR = "off"
    TOTPDevice.objects.create(user=boss, name="Phone", key=SECRET)
    assertNotContains(client.get("/admin/"), SET_UP)
    assert client.get(SET_UP).status_code == 404
    answer = Client().post("/admin/login/", {"username": "boss", "password": PASSWORD})
    assert answer.headers["Location"] != PROVE


def test_who_comes_by_a_provider_is_asked_there(boss: User, app: App, settings: Any) -> None:
    settings.CHAT_STAFF_FACTOR = "required"
    browser = Client()
    browser.force_login(boss)
    assert browser.get("/admin/").status_code == 302
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "tests.other.Backend"]
    session = browser.session
    session[BACKEND_SESSION_KEY] = "tests.other.Backend"
    session.save()
    assert browser.get("/admin/").status_code == 200


def test_who_has_not_proven_it_lately_does_so_before_what_concerns_many(
    boss: User, app: App, ada: User
) -> None:
    browser = signed_in(app)
    rooms = [room_of(ada), room_of(ada), room_of(ada)]
    age(browser, seconds=601)
    assert order(browser, "rooms_room_close", rooms[0]).status_code == 302, "one is a day's work"
    fields = {
        "action": "close_selected",
        "_selected_action": [room.pk for room in rooms[1:]],
        "confirmed": "yes",
        "reason": WHY,
    }
    lists = address("rooms_room_changelist")
    asked = browser.post(lists, fields)
    assertContains(asked, "Confirm that it is you", status_code=403)
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.content.decode()))
    assert kept["reason"] == WHY
    assert Room.objects.filter(closed_at=None).count() == 2
    wrong = browser.post(lists, fields | {"factor_code": app.wrong})
    assertContains(wrong, "That code is not right", status_code=403)
    wait(boss)
    told = browser.post(lists, fields | {"factor_code": app.code()}, follow=True)
    assertContains(told, "2 done")
    assertNotContains(act(browser, "rooms_room", "close_selected", *rooms), "Confirm that it is")


def test_roles_passwords_and_factors_are_given_by_who_has_proven_it_lately(
    boss: User, app: App
) -> None:
    browser = signed_in(app)
    bob = User.objects.create_user("bob", password=PASSWORD)
    TOTPDevice.objects.create(user=bob, name="Phone", key=SECRET)
    age(browser, seconds=601)
    fields = {"username": "bob", "is_staff": "on"}
    person = address("rooms_user_change", bob.pk)
    assert browser.post(person, fields).status_code == 403
    bob.refresh_from_db()
    assert not bob.is_staff
    for path in (address("auth_user_password_change", bob.pk), APP):
        answer = browser.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{PROVE}?next=")
    assertNotContains(browser.get(answer.headers["Location"]), "second-factor/app/app")
    kept = browser.post(address("auth_user_password_change", bob.pk), {"password1": "a new secret"})
    assertNotContains(kept, "a new secret", status_code=403)
    assert order(browser, "rooms_user_take_factors", bob).status_code == 403
    assert factors.listed(bob)
    answer = browser.post(PROVE, {"factor_code": app.code(), "next": person})
    assert answer.headers["Location"] == person
    assert browser.post(person, fields).status_code == 302


@pytest.mark.parametrize("by_list", [True, False])
def test_a_role_is_deleted_by_who_has_proven_it_lately(boss: User, app: App, by_list: bool) -> None:
    browser = signed_in(app)
    role = Group.objects.create(name="helpers")
    age(browser, seconds=601)
    if by_list:
        path = address("auth_group_changelist")
        fields = {"action": "delete_selected", "_selected_action": [str(role.pk)]}
    else:
        path, fields = address("auth_group_delete", role.pk), {}
    fields |= {"post": "yes"}
    asked = browser.post(path, fields)
    assertContains(asked, "Confirm that it is", status_code=403)
    assert Group.objects.filter(pk=role.pk).exists()
    browser.post(path, fields | {"factor_code": app.code()})
    assert not Group.objects.filter(pk=role.pk).exists()


def test_a_superuser_helps_who_has_lost_the_device(client: Client, boss: User, ada: User) -> None:
    bob = User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    TOTPDevice.objects.create(user=bob, name="Phone", key=SECRET)
    factors.make_codes(user=bob)
    thief = Client()
    thief.force_login(bob)
    thief.get("/account/")
    page = address("rooms_user_change", bob.pk)
    assertContains(client.get(page), "take_factors/")
    assert order(client, "rooms_user_take_factors", bob).status_code == 302
    assertNotContains(client.get(page), "take_factors/")
    assert not factors.listed(bob)
    assert not Session.objects.filter(session_key=thief.session.session_key).exists()
    assert Deed.objects.get(verb="take factors").reason == WHY
    # A moderator cannot, even with the address.
    TOTPDevice.objects.create(user=bob, name="Phone", key=SECRET)
    User.objects.filter(pk=boss.pk).update(is_superuser=False)
    boss.groups.set([])
    assert order(client, "rooms_user_take_factors", bob).status_code in {403, 404}
    assert factors.listed(bob)


def test_a_command_helps_the_last_superuser(boss: User, app: App, capsys: Any) -> None:
    call_command("removefactors", "boss", reason="Lost the phone")
    assert "signed out everywhere" in capsys.readouterr().out
    assert not factors.listed(boss)
    assert Deed.objects.get(verb="take factors").reason == "Lost the phone"
    for name in ("boss", "nobody"):
        with pytest.raises(CommandError):
            call_command("removefactors", name)


def test_the_last_factor_goes_with_its_recovery_codes(boss: User, app: App) -> None:
    browser = signed_in(app)
    factors.make_codes(user=boss)
    number = TOTPDevice.objects.get().pk
    page = browser.post("/admin/second-factor/remove/", {"app": number}, follow=True)
    assertContains(page, "It is removed.")
    assert not factors.listed(boss)
    gone = browser.post("/admin/second-factor/remove/", {"app": number})
    assertContains(gone, "That was removed already.", status_code=404)
    assert browser.get("/admin/").status_code == 200


def test_three_apps_are_enough(client: Client, boss: User) -> None:
    session = client.session
    session["factor"] = [boss.pk, int(timezone.now().timestamp())]
    session.save()
    for _ in range(3):
        app, form = shown(client.get(APP))
        client.post(APP, {**form, "code": app.code()})
    app, form = shown(client.get(APP))
    more = client.post(APP, {**form, "code": app.code()})
    assertContains(more, "as many of these as anybody can", status_code=422)


def test_django_otp_s_own_pages_are_not_there(client: Client, boss: User, app: App) -> None:
    for path in ("otp_totp/totpdevice/", "otp_static/staticdevice/"):
        assert client.get(f"/admin/{path}").status_code in {302, 404}
    assert "otp_totp" not in signed_in(app).get("/admin/").content.decode()


def test_a_person_s_file_has_them_without_secrets_and_a_deleted_one_has_none(
    boss: User, app: App
) -> None:
    codes = factors.make_codes(user=boss)
    told = json.dumps(factors.listed(boss), default=str)
    assert '"app"' in told
    assert "Phone" in told
    assert SECRET not in told
    assert codes[0] not in told
    deletion.delete_account(user=boss, erase=False)
    assert not factors.listed(boss)
    assert not StaticToken.objects.exists()
