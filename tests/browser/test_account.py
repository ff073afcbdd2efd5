"""The whole way of an account, in real windows: kept, found again elsewhere, ended from there."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.room_page import RoomPage
from tests.support.workers import Site

PASSWORD = "seven green lanterns"


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)


def test_what_a_guest_keeps_is_found_elsewhere_and_a_session_ends_from_there(
    ada: RoomPage, site: Site, open_context: Callable[..., BrowserContext]
) -> None:
    ada.say("said as a guest")
    ada.expect_bodies(["said as a guest"])

    # In another tab, while the room stays open: it goes on, and shows the mark.
    account = ada.page.context.new_page()
    account.goto(f"{site.url}/")
    account.get_by_role("link", name="Keep your name and history").click()
    fill(account, username="ada.browser", password=PASSWORD, again=PASSWORD)
    account.get_by_role("button", name="Keep them").click()
    expect(account.get_by_role("status")).to_contain_text("sign in anywhere")
    expect(ada.people.get_by_text("has an account")).to_have_count(1)
    ada.wait_until_live().say("said with an account")
    ada.expect_bodies(["said as a guest", "said with an account"])

    phone = open_context("phone").new_page()
    phone.goto(f"{site.url}/account/login/")
    fill(phone, username="ada.browser", password=PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    phone.goto(f"{site.url}/history/")
    expect(phone.get_by_text("said as a guest")).to_be_visible()
    there = RoomPage.again(phone, ada.url)
    expect(there.log).to_contain_text("said with an account")

    ada.box.fill("half a thought")
    control = phone.context.new_page()
    control.goto(f"{site.url}/account/")
    control.get_by_role("button", name="Sign out everywhere else").click()
    expect(ada.status).to_have_attribute("data-kind", "over")
    expect(ada.banner).to_contain_text("You are signed out")
    there.wait_until_live()

    # The way back leads to the room, where the draft is.
    ada.page.get_by_role("link", name="Sign in").click()
    fill(ada.page, username="ada.browser", password=PASSWORD)
    ada.page.get_by_role("button", name="Sign in").click()
    RoomPage(ada.page).wait_until_live()
    expect(ada.box).to_have_value("half a thought")
