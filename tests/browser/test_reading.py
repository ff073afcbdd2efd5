"""Where the reader is, and what they have not read."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import enter
from tests.browser.message_menu import delete
from tests.browser.room_page import RoomPage, talk
from tests.support.browser import Aside, Console
from tests.support.client import Visitor
from tests.support.story import step
from tests.support.workers import Site

Invite = Callable[..., RoomPage]
SCREENFUL = 60


def test_what_arrives_never_moves_a_reader(
    ada: RoomPage, invite: Invite, site: Site, aside: Aside
) -> None:
    ben = invite(ada, "Ben")
    aside.run(talk(site, ada.code, SCREENFUL))
    newest = ben.page.get_by_text(f"number {SCREENFUL}", exact=True)
    first = ben.page.get_by_text("number 1", exact=True)

    with step("for a reader at the end, a new message scrolls in"):
        expect(newest).to_be_in_viewport()
        assert ben.distance_from_end < 2

    with step("a growing composer keeps the end in view"):
        ben.box.fill("line\n" * 10)
        expect(newest).to_be_in_viewport(ratio=1)
        ben.box.fill("")

    with step("what is being read stays where it is"):
        ben.scroll_to("0")
        expect(ben.jump).to_be_visible()
        before = first.bounding_box()
        assert before
        ada.say("news", "more news")
        expect(ben.jump).to_have_text("2 new")
        assert first.bounding_box() == before
        ben.jump.click()
        expect(ben.message("more news")).to_be_in_viewport()
        expect(ben.jump).to_be_hidden()

    with step("sending goes to the end"):
        ben.scroll_to("0")
        expect(ben.jump).to_be_visible()
        ben.say("here I am")
        expect(ben.message("here I am")).to_be_in_viewport()


def test_a_burst_into_a_short_log_keeps_the_end_in_view(
    site: Site, open_window: Callable[..., Page], aside: Aside
) -> None:
    """What a page observes is told late on a busy machine: by then the log is long."""
    page = open_window(site.url)
    page.add_init_script(
        """window.IntersectionObserver = class extends IntersectionObserver {
            constructor(tell, options) {
                const later = (entries) => {
                    if (document.querySelectorAll("article").length < 120) {
                        setTimeout(later, 20, entries);
                    } else {
                        tell(entries);
                        window.told = true;
                    }
                };
                super(later, options);
            }
        };"""
    )
    ada = RoomPage.create(page, "Ada")
    ada.say("here I am")
    aside.run(talk(site, ada.code, 500))
    ada.page.wait_for_function("() => window.told")
    expect(ada.page.get_by_text("number 500", exact=True)).to_be_in_viewport()
    assert ada.jump.is_hidden()


def wait_until_read(window: RoomPage, seq: int) -> None:
    window.page.wait_for_function(
        "(wanted) => Object.entries(localStorage)"
        ".some(([key, seq]) => key.endsWith(':read') && seq >= wanted)",
        arg=seq,
    )


async def say(visitor: Visitor, code: str, body: str) -> None:
    async with visitor.socket(code) as room:
        await room.post(body)


def test_what_was_not_read_is_counted_and_marked(
    ada: RoomPage, invite: Invite, console: Console, site: Site, aside: Aside
) -> None:
    console.allow("WebSocket|ERR_INTERNET_DISCONNECTED")
    ben = invite(ada, "Ben", own=True)
    url = ben.url

    with step("a line stands before it"):
        ada.say("read")
        expect(ben.message("read")).to_be_visible()
        wait_until_read(ben, 3)
        page = ben.page.context.new_page()
        ben.page.close()
        ada.say("unread one", "unread two")
        ada.expect_bodies(["read", "unread one", "unread two"])
        ben = RoomPage.again(page, url)
        expect(ben.unread_line).to_be_visible()
        expect(ben.page.locator(".log__unread + article")).to_contain_text("unread one")

    with step("a hidden tab counts"):
        other = RoomPage.again(ben.page.context.new_page(), url)
        wait_until_read(ben, 5)
        ben.hide()
        other.hide()
        icon = ben.page.locator('link[rel="icon"]')
        ada.say("one", "two")
        expect(ben.page).to_have_title(re.compile(r"^\(2\) "))
        expect(icon).to_have_attribute("href", re.compile("icon-unread"))

    with step("what is deleted is no longer counted; an edit may speak to the reader"):
        delete(ada, "one")
        expect(ben.page).to_have_title(re.compile(r"^\(1\) "))
        ada.box.press("ArrowUp")
        expect(ada.box).to_have_value("two")
        ada.say("@Ben two")
        expect(ben.page).to_have_title(re.compile(r"^\(@1 · 1\) "))

    with step("another tab clears it"):
        other.hide(False)
        expect(ben.page).not_to_have_title(re.compile(r"^\("))
        expect(icon).not_to_have_attribute("href", re.compile("icon-unread"))
        other.page.close()
        ben.hide(False)

    with step("another room's talk is in the panel, and what is to the reader in the title too"):
        cy = Visitor(site.url, "Cy")
        code = aside.run(cy.create(title="Elsewhere"))
        enter(ben.page.context, site.url, name="Ben", code=code, join="")
        ben.hide()
        aside.run(say(cy, code, "@Ben over here"))
        expect(ben.page).to_have_title(re.compile(r"^\(@1\) "))
        ben.hide(False)
        expect(ben.page).not_to_have_title(re.compile(r"^\("))
        rooms = ben.page.get_by_role("region", name="Your other rooms")
        expect(rooms.get_by_role("link")).to_have_text([f"{code}Elsewhere@11 for you11 unread"])
        there = RoomPage.again(ben.page.context.new_page(), f"{site.url}/rooms/{code}/")
        expect(rooms.get_by_role("link")).to_have_text([f"{code}Elsewhere"])
        there.page.close()
        aside.run(cy.http.aclose())

    with step("after a long absence one is told what was missed"):
        ben.page.clock.install()
        ben.page.context.set_offline(True)
        expect(ben.status).to_have_text(re.compile("Reconnecting|Offline"))
        ben.page.evaluate("location.hash = '#m999'")
        expect(ben.page.get_by_text("This could not be loaded.")).to_be_visible()
        ada.say("three", "four", "five")
        expect(ada.page.locator("[data-client-id]")).to_have_count(0)
        ben.page.clock.fast_forward("02:00")
        ben.page.context.set_offline(False)
        ben.wait_until_live()
        expect(ben.page.get_by_text("You missed 3 messages")).to_be_visible()
        delete(ada, "five")
        expect(ben.page.get_by_text("You missed 2 messages")).to_be_visible()
        ben.page.get_by_role("button", name="Go there").click()
        expect(ben.page.locator(".is-target")).to_contain_text("three")


def test_days_turn_at_midnight(site: Site, open_window: Callable[..., Page]) -> None:
    page = open_window(site.url, own=True, timezone_id="UTC")
    ada = RoomPage.create(page, "Ada")
    ada.say("late")
    ada.expect_bodies(["late"])
    expect(ada.log.get_by_role("heading")).to_have_text("Today")
    ada.page.clock.install()
    ada.page.reload()
    ada.wait_until_live()
    ada.page.clock.fast_forward("24:00:00")
    expect(ada.log.get_by_role("heading")).to_have_text("Yesterday")
