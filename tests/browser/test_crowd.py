"""Many people in a room: how they come and go, and the list of those who are here."""

import asyncio
import re

from playwright.sync_api import expect

from tests.browser.room_page import RoomPage
from tests.support.browser import Aside
from tests.support.crowd import crowd
from tests.support.story import step
from tests.support.workers import Site


def test_a_crowd_takes_one_line_as_it_comes_and_goes_and_a_list_as_long_as_is_seen(
    ada: RoomPage, site: Site, aside: Aside
) -> None:
    """A hundred joins and leaves are one row: what is fetched has to fill the screen."""
    page = ada.page

    with step("many of them are one line, which opens"):
        aside.run(come_and_go(site, ada.code, people=4, times=1))
        fold = ada.log.locator("details")
        expect(fold).to_contain_text("5 joined, 4 left")
        fold.locator("summary").click()
        expect(fold).to_contain_text("Passer-by 3")

    with step("what was said before them stays in view"):
        ada.say("one", "two", "three")
        ada.expect_bodies(["one", "two", "three"])
        aside.run(come_and_go(site, ada.code, people=5, times=12))
        expect(ada.message("three")).to_be_in_viewport()

    with step("and is found by a new window, where nothing is kept, and after a reload"):
        window = RoomPage.again(page.context.new_page(), ada.url)
        window.expect_bodies(["one", "two", "three"])
        expect(window.page.get_by_text("The room begins here")).to_be_visible()
        window.page.reload()
        window.expect_bodies(["one", "two", "three"])

    with step("of all who are here, only those who are seen are in the document"):
        names = [*(f"Person {number:03}" for number in range(299)), "Zoë Ångström"]
        site.manage("shell", "-v0", "-c", crowd(ada.code, names))
        expect(page.get_by_role("heading", name="301 people here")).to_be_visible()
        field = page.get_by_role("searchbox", name="Find someone here")
        rows = ada.people.get_by_role("listitem")
        expect(field).to_be_visible()
        expect(rows.first).to_contain_text("Ada")
        expect(rows.first).to_have_attribute("aria-setsize", "301")
        assert rows.count() < 60

    with step("the field leads to the others"):
        field.press_sequentially("angstrom")
        expect(rows).to_have_text([re.compile("Zoë Ångström")])
        expect(page.get_by_text("1 person found")).to_be_visible()
        field.press("Escape")
        expect(rows.first).to_contain_text("Ada")

    with step("and so do the keys"):
        field.press("ArrowDown")
        expect(rows.first).to_be_focused()
        page.keyboard.press("End")
        expect(rows.last).to_be_focused()
        expect(rows.last).to_contain_text("Zoë Ångström")
        expect(rows.last).to_have_attribute("aria-posinset", "301")
        expect(rows.last).to_be_in_viewport()
        assert rows.count() < 60
        page.keyboard.press("Home")
        expect(rows.first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(field).to_be_focused()


async def come_and_go(site: Site, code: str, *, people: int, times: int) -> None:
    """People come into a room and leave it, each as often as said."""

    async def visit(number: int) -> None:
        async with site.visitor(f"Passer-by {number}") as visitor:
            for _ in range(times):
                await visitor.join(code)
                async with visitor.socket(code):
                    pass
                await visitor.leave(code)

    await asyncio.gather(*(visit(number) for number in range(people)))
