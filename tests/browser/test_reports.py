"""From a message in a room to the desk of the staff, in real windows."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room_page import RoomPage
from tests.support.programs import ROOT
from tests.support.workers import Site

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NAME, PASSWORD = "reader-of-reports", "a long enough password"


@pytest.fixture
def desk(site: Site, open_window: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    """A superuser's window, on the admin's first page. axe is a script of no policy."""
    if not site.rows("SELECT 1 FROM rooms_user WHERE username = %s", [NAME]):
        who = ["--noinput", "--verbosity=0", f"--username={NAME}", "--email=r@chat.example"]
        env = site.env | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        command = [sys.executable, "manage.py", "createsuperuser", *who]
        subprocess.run(command, cwd=ROOT, env=env, check=True)
    looked_at = "theme" in request.fixturenames
    page = open_window(f"{site.url}/admin/", bypass_csp=looked_at)
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def violations(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found: Any = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{page.url} {violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def test_a_reported_message_reaches_the_desk_and_is_deleted_from_there(
    ada: RoomPage, invite: Callable[..., RoomPage], desk: Page, site: Site
) -> None:
    ben = invite(ada, "Ben")
    ada.say("good morning", "something unspeakable")
    ben.message("unspeakable").hover()
    ben.message("unspeakable").get_by_role("button", name="More").click()
    ben.page.get_by_role("menuitem", name="Report").click()
    dialog = ben.page.get_by_role("dialog", name="Report a message of Ada")
    expect(dialog).to_contain_text("something unspeakable")
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog).to_be_visible()  # nothing was said to be wrong
    dialog.get_by_label("Abuse or harassment").check()
    dialog.get_by_label("Anything to add").fill("That hurt")
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog).to_be_hidden()
    expect(ben.page.locator("[data-notice]")).to_contain_text("Thank you for telling us.")

    ben.people.get_by_role("button", name="Report Ada").click()
    expect(ben.page.get_by_role("dialog", name="Report Ada")).to_be_visible()
    ben.page.keyboard.press("Escape")

    desk.goto(f"{site.url}/admin/rooms/report/?q={ada.code}")
    desk.locator("#result_list").get_by_role("link").first.click()
    expect(desk.locator(".is-reported")).to_contain_text("something unspeakable")
    desk.get_by_role("link", name="Delete", exact=True).click()
    expect(desk.get_by_label("Why")).to_have_value("Abuse or harassment")
    desk.get_by_role("button", name="Delete").click()
    for window in (ada, ben):
        expect(window.log).to_contain_text("This message was deleted", timeout=1000)
    expect(desk.get_by_text("upheld")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desks_are_for_everybody(ada: RoomPage, desk: Page, site: Site, theme: str) -> None:
    """axe finds nothing, on a wide screen in both themes; nothing sticks out of a narrow one."""
    ada.say("hello")
    desk.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found = []
    for path in ("", "rooms/report/", "rooms/deed/", "rooms/room/", f"rooms/room/?q={ada.code}"):
        desk.goto(f"{site.url}/admin/{path}")
        found += violations(desk)
    desk.locator("#result_list").get_by_role("link", name=ada.code).click()
    found += violations(desk)
    desk.get_by_role("link", name="Close the room").click()
    found += violations(desk)
    assert not found, "\n".join(found)
    desk.set_viewport_size({"width": 390, "height": 844})
    for path in ("", "rooms/report/"):
        desk.goto(f"{site.url}/admin/{path}")
        width = desk.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path or 'the overview'} is {width} wide"
