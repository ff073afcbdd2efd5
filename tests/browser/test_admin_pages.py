"""The admin in a real browser: usable, and nothing on it breaks the Content-Security-Policy."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Aside
from tests.support.programs import ROOT
from tests.support.workers import Site

PASSWORD = "a long enough password"


@pytest.fixture
def desk(site: Site, open_window: Callable[..., Page]) -> Page:
    """A superuser's window, on the admin's first page."""
    env = site.env | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    name = "looker"
    if not site.rows("SELECT 1 FROM rooms_user WHERE username = %s", [name]):
        who = ["--noinput", "--verbosity=0", f"--username={name}", "--email=looker@chat.example"]
        command = [sys.executable, "manage.py", "createsuperuser", *who]
        subprocess.run(command, cwd=ROOT, env=env, check=True)
    page = open_window(f"{site.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


@pytest.fixture
def code(site: Site, aside: Aside) -> str:
    """A room in which Ada has said hello."""

    async def talk() -> str:
        async with site.visitor("Ada") as ada:
            code = await ada.create(title="A <b>bold</b> room")
            async with ada.socket(code) as room:
                await room.post("hello")
            return code

    return aside.run(talk())


def test_a_message_is_found_and_deleted(desk: Page, code: str) -> None:
    desk.get_by_role("link", name="Messages").first.click()
    desk.locator("#searchbar").fill(code)
    desk.get_by_role("button", name="Search").click()
    expect(desk.locator("#result_list tbody tr")).to_have_count(2)
    desk.locator("#result_list tbody tr", has_text="hello").get_by_role("checkbox").check()
    desk.get_by_role("combobox").select_option(label="Delete")
    desk.get_by_role("button", name="Go").click()
    expect(desk.get_by_text("Ada: hello")).to_be_visible()
    desk.get_by_label("Why").fill("Nobody says hello here")
    desk.get_by_role("button", name="Delete").click()
    expect(desk.get_by_text("Delete: 1 done.")).to_be_visible()
    expect(desk.locator("#result_list").get_by_text("(deleted)")).to_be_visible()


def test_a_room_is_closed_from_its_page(desk: Page, site: Site, code: str) -> None:
    desk.goto(f"{site.url}/admin/rooms/room/?q={code}")
    desk.get_by_role("link", name=code).click()
    desk.get_by_role("link", name="Close the room").click()
    desk.get_by_role("link", name="No, take me back").click()
    desk.get_by_role("link", name="Close the room").click()
    desk.get_by_label("Why").fill("It is late")
    desk.get_by_role("button", name="Close the room").click()
    expect(desk.get_by_text("Close the room: 1 done.")).to_be_visible()
    expect(desk.get_by_role("link", name="Close the room")).to_have_count(0)


def test_pages_keep_the_policy(desk: Page, site: Site, code: str) -> None:
    """The console fixture fails a test whose pages violated it, or had any other error."""
    [(looker,)] = site.rows("SELECT id FROM rooms_user WHERE username = %s", ["looker"])
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
        "password_change/",
    ):
        answer = desk.goto(f"{site.url}/admin/{path}")
        assert answer is not None
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        expect(desk.locator("#content h1")).to_be_visible()
