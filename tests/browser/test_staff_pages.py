"""The staff admin in a real browser, and what a room sees of what is done there."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenContext
from tests.browser.room_page import RoomPage
from tests.support.client import csrf_token
from tests.support.programs import ROOT
from tests.support.story import step
from tests.support.workers import Site

NAME, PASSWORD = "looker", "a long enough password"


@pytest.fixture(scope="module")
def superuser(site: Site) -> str:
    """The name of one, whose password is PASSWORD."""
    env = site.env | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    who = ["--noinput", "--verbosity=0", f"--username={NAME}"]
    command = [sys.executable, "manage.py", "createsuperuser", *who]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    return NAME


class AdminPages:
    """Opens windows of a superuser, on the admin's first page."""

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name = url, name
        self._cookies: Any = []

    def open(self, page: Page) -> Page:
        page.context.add_cookies(self._cookies)
        page.goto(self._url)
        if not self._cookies:
            self._sign_in(page)
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        return page

    def _sign_in(self, page: Page) -> None:
        """By the form, which hashes the password on purpose slowly: once for all tests."""
        page.get_by_label("User name").fill(self._name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        self._cookies = page.context.cookies()


@pytest.fixture(scope="module")
def way_in(superuser: str, site: Site) -> AdminPages:
    return AdminPages(f"{site.url}/admin/", superuser)


@pytest.fixture
def admin_page(way_in: AdminPages, open_context: OpenContext) -> Page:
    """A superuser's window, on the admin's first page."""
    return way_in.open(open_context().new_page())


def test_a_reported_message_reaches_the_admin_and_is_deleted_from_there(
    ada: RoomPage, invite: Callable[..., RoomPage], admin_page: Page, site: Site
) -> None:
    ben = invite(ada, "Ben")
    ada.say("good morning", "something unspeakable", "good night")
    ben.expect_bodies(["good morning", "something unspeakable", "good night"])

    with step("a message is reported"):
        ben.message("unspeakable").hover()
        ben.message("unspeakable").get_by_role("button", name="More").click()
        ben.page.get_by_role("menuitem", name="Report").click()
        dialog = ben.page.get_by_role("dialog", name="Report a message from Ada")
        expect(dialog).to_contain_text("something unspeakable")
        dialog.get_by_role("button", name="Send the report").click()
        expect(dialog).to_be_visible()  # nothing was said to be wrong
        dialog.get_by_label("Abuse or harassment").check()
        dialog.get_by_label("Anything to add").fill("That hurt")
        dialog.get_by_role("button", name="Send the report").click()
        expect(dialog).to_be_hidden()
        expect(ben.page.locator("[data-notice]")).to_contain_text("Thank you for telling us.")

    with step("a person can be reported"):
        ben.people.get_by_role("button", name="Actions for Ada").click()
        ben.page.get_by_role("menuitem", name="Report").click()
        expect(ben.page.get_by_role("dialog", name="Report Ada")).to_be_visible()
        ben.page.keyboard.press("Escape")

    with step("the staff read the report, delete, and the room sees it"):
        admin_page.goto(f"{site.url}/admin/rooms/report/?q={ada.code}")
        admin_page.locator("#result_list").get_by_role("link").first.click()
        expect(admin_page.locator(".is-reported")).to_contain_text("something unspeakable")
        admin_page.get_by_role("link", name="Delete the message").click()
        expect(admin_page.get_by_label("Reason (")).to_have_value("Abuse or harassment")
        admin_page.get_by_role("button", name="Delete").click()
        for window in (ada, ben):
            expect(window.message("This message was deleted")).to_be_visible()
            window.expect_bodies(["good morning", "good night"])
        expect(admin_page.get_by_text("upheld")).to_be_visible()


def test_a_message_and_a_room_are_found_and_put_an_end_to(
    ada: RoomPage, admin_page: Page, site: Site
) -> None:
    page = ada.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.say("hello", "for the record")
    ada.expect_bodies(["hello", "for the record"])

    with step("a message is found and deleted"):
        admin_page.get_by_role("link", name="Messages").first.click()
        admin_page.locator("#searchbar").fill(ada.code)
        admin_page.get_by_role("button", name="Search").click()
        expect(admin_page.locator("#result_list tbody tr")).to_have_count(3)
        admin_page.locator("#result_list tbody tr", has_text="hello").get_by_role(
            "checkbox"
        ).check()
        admin_page.get_by_role("combobox").select_option(label="Delete")
        admin_page.get_by_role("button", name="Go").click()
        expect(admin_page.get_by_text("Ada: hello")).to_be_visible()
        admin_page.get_by_label("Reason (").fill("Nobody says hello here")
        admin_page.get_by_role("button", name="Delete").click()
        expect(admin_page.get_by_text("Delete: 1 done.")).to_be_visible()
        expect(admin_page.locator("#result_list").get_by_text("(deleted)")).to_be_visible()
        ada.expect_bodies(["for the record"])

    # What is on its way when the room closes: the server is not heard any more.
    page.evaluate("""() => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) {
            if (!data.includes("too late")) send.call(this, data);
        };
    }""")
    ada.say("too late")
    ada.box.fill("half a thought")

    with step("a room is closed from its page"):
        admin_page.goto(f"{site.url}/admin/rooms/room/?q={ada.code}")
        admin_page.get_by_role("link", name=ada.code).click()
        admin_page.get_by_role("link", name="Close the room").click()
        admin_page.get_by_role("link", name="Cancel").click()
        admin_page.get_by_role("link", name="Close the room").click()
        admin_page.get_by_label("Reason (").fill("It is late")
        admin_page.get_by_role("button", name="Close the room").click()
        expect(admin_page.get_by_text("Close the room: 1 done.")).to_be_visible()
        expect(admin_page.get_by_role("link", name="Close the room")).to_have_count(0)

    with step("the room says so, and keeps what was not sent"):
        expect(ada.status).to_have_text("Closed")
        expect(ada.message("too late")).to_contain_text("Not sent. The room has closed.")
        expect(page.locator(".message__state")).to_have_count(0)
        expect(ada.box).to_have_value("half a thought")
        expect(ada.box).not_to_be_editable()

    with step("nothing is offered that cannot be done"):
        for gone in ("Send", "Retry", "Leave the room", "Room code"):
            expect(page.get_by_role("button", name=gone)).to_have_count(0)
        expect(page.get_by_text("after the last person leaves")).to_be_hidden()

    with step("what was written can be copied, and what was said read"):
        ada.banner.get_by_role("button", name="Copy what you wrote").click()
        expect(ada.banner.get_by_role("button", name="Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == "too late\n\nhalf a thought"
        ada.banner.get_by_role("link", name="Read the transcript").click()
        expect(page.get_by_text("for the record")).to_be_visible()

    with step("every page of the admin keeps the policy"):
        # The console fixture fails a test whose pages violated it, or had any other error.
        [(looker,)] = site.rows("SELECT id FROM rooms_user WHERE username = %s", [NAME])
        for path in (
            "rooms/room/",
            "rooms/membership/",
            "rooms/user/",
            "rooms/user/add/",
            f"rooms/user/{looker}/change/",
            f"rooms/user/{looker}/password/",
            "auth/group/add/",
            "rooms/deed/",
            "rooms/report/",
            "rooms/signin/",
            "figures/",
            "password_change/",
        ):
            answer = admin_page.goto(f"{site.url}/admin/{path}")
            assert answer is not None
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            expect(admin_page.locator("#content h1")).to_be_visible()


def test_the_desks_are_for_everybody(
    ada: RoomPage, way_in: AdminPages, site: Site, open_context: OpenContext
) -> None:
    """axe finds nothing, on a wide screen in both themes; nothing sticks out of a narrow one."""
    ada.say("hello")
    ada.expect_bodies(["hello"])
    admin_page = way_in.open(open_context(bypass_csp=True).new_page())
    found = []
    for path in (
        *("", "rooms/report/", "rooms/deed/", "rooms/room/", "history/message/", "rooms/user/"),
        *("rooms/membership/", "rooms/signin/", "rooms/user/add/", "auth/group/add/"),
        f"rooms/room/?q={ada.code}",
    ):
        admin_page.goto(f"{site.url}/admin/{path}")
        found += violations(admin_page)
    admin_page.locator("#result_list").get_by_role("link", name=ada.code).click()
    found += violations(admin_page)
    [(looker,)] = site.rows("SELECT id FROM rooms_user WHERE username = %s", [NAME])
    admin_page.goto(f"{site.url}/admin/rooms/user/{looker}/change/")
    found += violations(admin_page)
    admin_page.goto(f"{site.url}/admin/rooms/room/?q={ada.code}")
    admin_page.locator("#result_list").get_by_role("link", name=ada.code).click()
    admin_page.get_by_role("link", name="Close the room").click()
    found += violations(admin_page)
    assert not found, "\n".join(found)


# What is wider than the window, or cut off at its side, though nothing is there to scroll it.
WIDE = """() => [...document.querySelectorAll("#content, #content *")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    const isOut = width > 1 && (left < 0 || right > innerWidth) && element.checkVisibility();
    return isOut && !element.closest(".overview__table");
}).map((element) => element.outerHTML.slice(0, 120))"""
# What a finger has to hit and is too small for it; a link that covers a card or a box is as large as that.
SMALL = """() => [...document.querySelectorAll("#content :is(a, button, select, summary, [type=checkbox])")]
    .filter((element) => element.checkVisibility() && !element.closest("p, th, dd"))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 1 && (width < 44 || height < 44))
    .map(([element, { width, height }]) => `${width} by ${height}: ${element.outerHTML.slice(0, 120)}`)"""


def test_the_desks_fit_a_phone(
    ada: RoomPage, way_in: AdminPages, site: Site, open_context: OpenContext
) -> None:
    ada.say("hello " + "ab" * 60)
    ada.expect_bodies(["hello " + "ab" * 60])
    phone = way_in.open(open_context(bypass_csp=True).new_page())
    phone.set_viewport_size({"width": 390, "height": 844})
    [(looker,)] = site.rows("SELECT id FROM rooms_user WHERE username = %s", [NAME])

    with step("nothing is wider than the window, or too small for a finger"):
        lists = ("report", "room", "user", "membership", "signin", "deed")
        for path in (
            "",
            *(f"rooms/{name}/" for name in lists),
            "history/message/",
            "auth/group/",
            "figures/",
            f"rooms/user/{looker}/change/",
            "password_change/",
        ):
            phone.goto(f"{site.url}/admin/{path}")
            assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
            assert phone.evaluate(WIDE) == [], path
            assert phone.evaluate(SMALL) == [], path

    with step("a row is a card, its title above the rest, with the names of its columns"):
        phone.goto(f"{site.url}/admin/history/message/?q={ada.code}")
        card = phone.get_by_role("row").filter(has_text="hello")
        expect(card.get_by_role("cell").filter(has_text="Ada")).to_have_attribute(
            "data-label", "Author"
        )
        tops = card.locator("td, th").evaluate_all(
            "cells => cells.map((cell) => [cell.dataset.label, cell.getBoundingClientRect().top])"
        )
        top = {label: place for label, place in tops if label}
        assert top["Text"] < top["Author"] <= top["Room"] <= top["Time"]
        assert not violations(phone)

    with step("the filters are folded, and say what is chosen"):
        choice = phone.get_by_role("link", name="Messages", exact=True).and_(
            phone.locator(".filters__panel a")
        )
        expect(choice).to_be_hidden()
        phone.locator(".filters > summary").click()
        expect(choice).to_be_visible()
        assert phone.evaluate(WIDE) == []
        choice.click()
        chosen = phone.get_by_role("link", name="Remove the filter Kind: Messages")
        expect(chosen).to_be_visible()
        expect(phone.locator(".filters__panel")).to_be_hidden()
        chosen.click()
        expect(chosen).to_have_count(0)

    with step("what can be done to a card is at hand once it is chosen"):
        go = phone.get_by_role("button", name="Go")
        expect(go).to_be_hidden()
        phone.get_by_role("row").filter(has_text="hello").get_by_role("checkbox").check()
        expect(go).to_be_in_viewport()
        phone.get_by_role("combobox").select_option(label="Delete")
        go.click()
        expect(phone.get_by_role("heading", name="Delete")).to_be_visible()
        assert phone.evaluate(WIDE) == []
        phone.get_by_role("link", name="Cancel").click()

    with step("a card leads to its row, and the lists are folded under the name of this one"):
        phone.get_by_role("row").filter(has_text="hello").get_by_role("rowheader").click()
        expect(phone.locator(".crumb").get_by_role("link", name="Messages")).to_be_visible()
        assert phone.evaluate(WIDE) == []
        nav = phone.get_by_role("navigation", name="Lists")
        expect(nav).to_be_hidden()
        phone.locator(".staff-nav > summary").click()
        nav.get_by_role("link", name="Reports").click()
        expect(phone.get_by_role("heading", name="Reports", level=1)).to_be_visible()

    with step("what somebody may is folded, and what is typed can be saved from anywhere"):
        phone.goto(f"{site.url}/admin/rooms/user/{looker}/change/")
        expect(phone.get_by_label("Superuser status")).to_be_hidden()
        phone.locator("summary").filter(has_text="Permissions").click()
        expect(phone.get_by_label("Superuser status")).to_be_visible()
        save = phone.get_by_role("button", name="Save", exact=True)
        phone.evaluate("scrollTo(0, 0)")
        expect(save).not_to_be_in_viewport()
        phone.get_by_label("Email address").fill("grace@example.org")
        expect(save).to_be_in_viewport()

    with step("at the end of the page the buttons cover nothing"):
        phone.evaluate("scrollTo(0, document.body.scrollHeight)")
        row = phone.locator(".submit-row").bounding_box()
        last = phone.locator(".facts").last.bounding_box()
        assert row
        assert last
        assert last["y"] + last["height"] <= row["y"]
        assert phone.evaluate(WIDE) == []
        assert not violations(phone)


def test_the_desks_do_without_scripts(
    ada: RoomPage, way_in: AdminPages, site: Site, open_context: OpenContext
) -> None:
    ada.say("hello")
    ada.expect_bodies(["hello"])
    page = open_context(own=True, java_script_enabled=False).new_page()
    way_in.open(page)
    page.get_by_role("navigation", name="Lists").get_by_role("link", name="Messages").click()
    page.get_by_label("Search").fill(ada.code)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("row").filter(has_text="hello").get_by_role("checkbox").check()
    page.get_by_role("combobox").select_option(label="Delete")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("Reason (").fill("Nobody says hello here")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Delete: 1 done.")).to_be_visible()


def test_a_passkey_signs_in_where_the_password_alone_does_not(
    admin_page: Page, site: Site, open_context: OpenContext
) -> None:
    with step("a superuser makes an account for somebody of the staff"):
        form = site.url + "/admin/rooms/user/add/"
        fields = {"username": "grace", "password1": PASSWORD, "password2": PASSWORD}
        made = _send(admin_page, form, **fields, usable_password="true")
        _send(admin_page, made, username="grace", is_staff="on", is_superuser="on")

    # Browsers have passkeys for host names only.
    desk = site.url.replace("127.0.0.1", "localhost") + "/admin/"
    page = open_context(own=True).new_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    added = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def type_password() -> None:
        page.goto(desk)
        page.get_by_label("User name").fill("grace")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    with step("it is added, with ten recovery codes"):
        type_password()
        page.get_by_role("link", name="Add a second factor").click()
        page.get_by_role("link", name="Add an app").click()
        expect(page.get_by_role("img", name="QR code for the app")).to_be_visible()
        assert not violations(page)
        page.get_by_role("link", name="Cancel").click()
        page.get_by_role("link", name="Add a passkey").click()
        assert not violations(page)
        page.get_by_label("Name of the device").fill("My laptop")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
        expect(page.locator("ol code")).to_have_count(10)
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("My laptop")).to_be_visible()
        assert not violations(page)

    with step("the same device makes no second one"):
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("has a passkey of yours already")

    with step("it signs in"):
        page.context.clear_cookies()
        type_password()
        expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
        assert not violations(page)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    with step("without it nothing is signed, and a code is left"):
        device.send("WebAuthn.removeVirtualAuthenticator", added)
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.context.clear_cookies()
        type_password()
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("Please try again")
        expect(page.get_by_label("Or a recovery code")).to_be_visible()


def _send(page: Page, form: str, **fields: str) -> str:
    """Send a form of the admin without a window. Return the address that it leads to."""
    http = page.context.request
    token = csrf_token(http.get(form).text())
    answer = http.post(form, form={**fields, "csrfmiddlewaretoken": token})
    assert answer.ok, answer.text()
    return answer.url
