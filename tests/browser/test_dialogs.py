"""Everything that opens over a room: axe finds nothing, in both themes."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import OpenContext, come_in
from tests.browser.room_page import RoomPage
from tests.support.story import step
from tests.support.workers import Site


def test_everything_that_opens_over_a_room_is_for_everybody(
    site: Site, open_context: OpenContext, invite: Callable[..., RoomPage]
) -> None:
    ada = come_in(open_context(bypass_csp=True), site.url, name="Ada", create="")
    page = ada.page
    ben = invite(ada, "Ben")
    ben.say("hello", "**goodbye**")
    ada.expect_bodies(["hello", "goodbye"])

    def more(body: str) -> None:
        ada.message(body).hover()
        ada.message(body).get_by_role("button", name="More").click()

    def about_ben(order: str) -> None:
        page.get_by_role("button", name="Actions for Ben").click()
        page.get_by_role("menuitem", name=order).click()

    found: list[str] = []

    def look(what: str) -> None:
        found.extend(f"{what}: {wrong}" for wrong in axe.violations(page))

    def shut(what: str) -> None:
        look(what)
        page.keyboard.press("Escape")

    with step("the menu of a message, and the emoji it leads to"):
        more("hello")
        shut("the menu of a message")
        more("hello")
        page.get_by_role("menuitem", name="More reactions").click()
        expect(page.locator("[data-emoji-picker] [data-sign]").first).to_be_visible()
        shut("the emoji of a message")

    with step("the emoji of the composer"):
        page.get_by_role("button", name="Emoji", exact=True).click()
        expect(page.locator("[data-emoji-picker] [data-sign]").first).to_be_visible()
        shut("the emoji of the composer")

    with step("the help"):
        page.get_by_role("button", name="Formatting and shortcuts").first.click()
        expect(page.get_by_role("dialog", name="Formatting and shortcuts")).to_be_visible()
        shut("the help")

    with step("the code that is scanned"):
        page.get_by_role("button", name="QR code").click()
        expect(page.get_by_role("img", name="QR code of the link to this room")).to_be_visible()
        shut("the code that is scanned")

    with step("the code for another device"):
        page.get_by_role("link", name="Continue on another device").click()
        expect(page.get_by_role("img", name="QR code to continue")).to_be_visible()
        shut("the code for another device")

    with step("a report"):
        more("goodbye")
        page.get_by_role("menuitem", name="Report").click()
        expect(page.get_by_role("dialog", name="Report a message from Ben")).to_be_visible()
        shut("a report")

    with step("the menu of a person, and what can be done about one"):
        page.get_by_role("button", name="Actions for Ben").click()
        shut("the menu of a person")
        about_ben("Moderate")
        sheet = page.get_by_role("dialog", name="Ben")
        expect(sheet.get_by_role("button", name="Mute")).to_be_visible()
        look("what can be done about a person")
        sheet.get_by_role("link", name="Hand over the room").click()
        expect(page.get_by_role("link", name="Keep the room")).to_be_visible()
        shut("the question before the room is handed over")

    with step("another name"):
        page.locator("[data-rename]").click()
        expect(page.get_by_label("Your name", exact=True)).to_be_visible()
        shut("another name")

    with step("a search, with what it found"):
        page.get_by_role("link", name="Search in this room").click()
        page.get_by_role("searchbox").fill("hello")
        page.keyboard.press("Enter")
        expect(page.locator(".hit")).to_have_count(1)
        tips = page.locator(".search__tips")
        page.get_by_label("Search tips").click()
        expect(tips).to_be_visible()
        shut("the tips of a search")
        expect(tips).to_be_hidden()
        page.get_by_role("link", name="Clear the search").press("Enter")
        expect(page.get_by_role("searchbox")).to_be_focused()
        expect(page.get_by_role("searchbox")).to_have_value("")
        expect(page.locator(".hit")).to_have_count(0)
        shut("a search")

    with step("the settings, a message in them, and the question before they are lost"):
        page.get_by_role("link", name="Room settings").click()
        settings = page.get_by_role("dialog", name="Room settings")
        settings.get_by_label("Topic").fill("Tea")
        settings.get_by_role("button", name="Save").click()
        expect(settings.get_by_role("status")).to_contain_text("Saved.")
        for section in ("joining", "messages", "ending", "code"):
            settings.locator(f"#fold-{section} > summary").click()
        settings.locator("summary", has_text="Ben").click()
        settings.get_by_label("Topic").fill("Coffee")
        expect(settings.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
        shut("the settings")
        expect(page.get_by_role("button", name="Keep editing")).to_be_visible()
        look("the question before settings are lost")
        page.locator(".ask").get_by_role("button", name="Discard").click()

    with step("the panel of a phone"):
        page.set_viewport_size({"width": 390, "height": 844})
        page.locator(".room-bar__people").click()
        expect(page.get_by_role("button", name="Room code")).to_be_visible()
        shut("the panel of a phone")
    assert not found, "\n".join(found)
