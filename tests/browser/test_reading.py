"""Where the reader is, and what they have not read."""

import asyncio
import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.room_page import RoomPage, talk
from tests.browser.test_message_life import delete
from tests.support.browser import Aside, Console
from tests.support.client import Visitor
from tests.support.workers import Site

Invite = Callable[..., RoomPage]
MOST_IN_DOCUMENT = 300
SCREENFUL = [f"line {number}" for number in range(60)]


def test_a_new_message_scrolls_in_for_a_reader_at_the_end(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say(*SCREENFUL)
    expect(ben.message("line 59")).to_be_in_viewport()
    assert ben.distance_from_end < 2


def test_a_burst_into_a_short_log_keeps_the_end_in_view(
    site: Site, open_context: Callable[..., BrowserContext], aside: Aside
) -> None:
    """What a page observes is told late on a busy machine: by then the log is long."""
    page = open_context().new_page()
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
    page.goto(site.url)
    ada = RoomPage.create(page, "Ada")
    ada.say("here I am")
    aside.run(talk(site, ada.code, 500))
    ada.page.wait_for_function("window.told")
    expect(ada.page.get_by_text("number 500", exact=True)).to_be_in_viewport()
    assert ada.jump.is_hidden()


def test_a_new_message_never_moves_what_is_being_read(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say(*SCREENFUL)
    expect(ben.message("line 59")).to_be_visible()
    ben.scroll_to("0")
    expect(ben.jump).to_be_visible()
    before = ben.message("line 0").first.bounding_box()
    ada.say("news", "more news")
    expect(ben.jump).to_have_text("2 new")
    assert ben.message("line 0").first.bounding_box() == before
    ben.jump.click()
    expect(ben.message("more news")).to_be_in_viewport()
    expect(ben.jump).to_be_hidden()


def test_sending_goes_to_the_end(ada: RoomPage) -> None:
    ada.say(*SCREENFUL)
    expect(ada.message("line 59")).to_be_visible()
    ada.scroll_to("0")
    expect(ada.jump).to_be_visible()
    ada.say("here I am")
    expect(ada.message("here I am")).to_be_in_viewport()


def test_a_growing_composer_keeps_the_end_in_view(ada: RoomPage) -> None:
    ada.say(*SCREENFUL)
    expect(ada.message("line 59")).to_be_in_viewport()
    ada.box.fill("line\n" * 10)
    expect(ada.message("line 59")).to_be_in_viewport(ratio=1)


def test_paging_back_reaches_the_first_message(ada: RoomPage, site: Site, aside: Aside) -> None:
    aside.run(talk(site, ada.code, 700))
    ada.page.reload()
    ada.wait_until_live()
    expect(ada.message("number 700")).to_be_in_viewport()
    first = ada.page.get_by_text("number 1", exact=True)
    while first.count() == 0:
        top = ada.texts.first.inner_text()
        ada.scroll_to("0")
        # What was on screen stays there, and older ones are above it.
        expect(ada.texts.first).not_to_have_text(top)
        assert ada.page.get_by_role("article").count() <= MOST_IN_DOCUMENT
    ada.scroll_to("0")
    expect(ada.page.get_by_text("The room begins here")).to_be_visible()

    last = ada.page.get_by_text("number 700", exact=True)
    while last.count() == 0:
        bottom = ada.texts.last.inner_text()
        ada.scroll_to("log.scrollHeight")
        expect(ada.texts.last).not_to_have_text(bottom)
        assert ada.page.get_by_role("article").count() <= MOST_IN_DOCUMENT
    expect(ada.jump).to_be_hidden()


def test_talk_is_found_above_however_many_came_and_went_since(
    ada: RoomPage, site: Site, aside: Aside
) -> None:
    """A hundred joins and leaves are one row: what is fetched has to fill the screen."""

    async def visit(number: int) -> None:
        async with Visitor(site.url, f"Passer-by {number}") as visitor:
            for _ in range(20):
                await visitor.join(ada.code)
                await visitor.leave(ada.code)

    async def visits() -> None:
        await asyncio.gather(*(visit(number) for number in range(5)))

    ada.say("one", "two", "three")
    ada.expect_bodies(["one", "two", "three"])
    aside.run(visits(), timeout=100)
    expect(ada.message("three")).to_be_in_viewport()
    # In a new window nothing is kept.
    window = RoomPage.again(ada.page.context.new_page(), ada.url)
    window.expect_bodies(["one", "two", "three"])
    expect(window.page.get_by_text("The room begins here")).to_be_visible()
    window.page.reload()
    window.expect_bodies(["one", "two", "three"])


def test_older_messages_come_in_above_what_is_on_screen(
    ada: RoomPage, site: Site, aside: Aside
) -> None:
    aside.run(talk(site, ada.code, 400))
    ada.page.reload()
    ada.wait_until_live()
    mark = ada.page.get_by_text("number 360", exact=True)
    mark.scroll_into_view_if_needed()
    before = mark.bounding_box()
    expect(ada.page.get_by_text("number 300", exact=True)).to_have_count(1)
    after = mark.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2


def test_a_link_to_a_message_opens_it_with_a_way_back(
    ada: RoomPage, site: Site, aside: Aside
) -> None:
    aside.run(talk(site, ada.code, 400))
    [(seq,)] = site.rows(
        "SELECT m.seq FROM history_message m JOIN rooms_room r ON r.stream_id = m.stream_id"
        " WHERE m.body = 'number 100' AND r.code = %s AND r.closed_at IS NULL",
        [ada.code],
    )
    window = RoomPage.again(ada.page.context.new_page(), f"{ada.url}#m{seq}")
    target = window.page.locator(".is-target")
    expect(target).to_contain_text("number 100")
    expect(target).to_be_in_viewport()
    ada.say("meanwhile")
    expect(window.jump).to_be_visible()
    window.jump.click()
    expect(window.message("meanwhile")).to_be_in_viewport()


def test_what_was_said_is_looked_for_without_leaving_the_room(
    site: Site, aside: Aside, ada: RoomPage, open_context: Callable[..., BrowserContext]
) -> None:
    """With the keyboard at a desk, with a finger on a phone; and the first message of a day."""
    ada.say("the ferry leaves at nine")
    ada.expect_bodies(["the ferry leaves at nine"])
    aside.run(talk(site, ada.code, 200))
    page = ada.page
    expect(page.get_by_text("number 200", exact=True)).to_be_visible()
    page.get_by_role("link", name="Search in this room").focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Search in")
    expect(sheet.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("fer")
    page.keyboard.press("Enter")
    hit = sheet.get_by_role("link", name="the ferry leaves at nine")
    hit.focus()
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(ada.message("the ferry leaves at nine")).to_be_in_viewport()
    expect(ada.message("the ferry leaves at nine")).to_be_focused()
    ada.jump.click()
    expect(page.get_by_text("number 200", exact=True)).to_be_in_viewport()

    context = open_context("phone")
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    phone = RoomPage.again(context.new_page(), ada.url)
    phone.page.get_by_role("link", name="Search in this room").tap()
    sheet = phone.page.get_by_role("dialog", name="Search in")
    expect(sheet.get_by_role("link", name="Transcript")).to_be_visible()
    sheet.get_by_role("table").get_by_role("link").last.tap()
    expect(sheet).to_be_hidden()
    expect(phone.page.get_by_text("The room begins here")).to_be_in_viewport()


def test_a_line_stands_before_what_was_not_read(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("read")
    expect(ben.message("read")).to_be_visible()
    ben.page.wait_for_function(
        "() => Object.entries(localStorage).some(([key, seq]) => key.endsWith(':read') && seq >= 3)"
    )
    page, url = ben.page.context.new_page(), ben.url
    ben.page.close()
    ada.say("unread one", "unread two")
    ada.expect_bodies(["read", "unread one", "unread two"])
    back = RoomPage.again(page, url)
    expect(back.unread_line).to_be_visible()
    expect(back.page.locator(".log__unread + article")).to_contain_text("unread one")


def test_after_a_long_absence_one_is_told_what_was_missed(
    ada: RoomPage, invite: Invite, console: Console
) -> None:
    console.allow("WebSocket|ERR_INTERNET_DISCONNECTED")
    ben = invite(ada, "Ben", own=True)
    ben.page.clock.install()
    ben.page.context.set_offline(True)
    expect(ben.status).to_have_text(re.compile("Reconnecting|Offline"), timeout=15_000)
    ada.say("one", "two", "three")
    ada.expect_bodies(["one", "two", "three"])
    ben.page.clock.fast_forward("02:00")
    ben.page.context.set_offline(False)
    ben.wait_until_live()
    expect(ben.page.get_by_text("You missed 3 messages")).to_be_visible()
    ben.page.get_by_role("button", name="Go there").click()
    expect(ben.page.locator(".is-target")).to_contain_text("one")


def test_a_hidden_tab_counts_and_another_clears_it(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    other = RoomPage.again(ben.page.context.new_page(), ben.url)
    ben.hide()
    other.hide()
    icon = ben.page.locator('link[rel="icon"]')
    ada.say("one", "two")
    expect(ben.page).to_have_title(re.compile(r"^\(2\) "))
    expect(icon).to_have_attribute("href", re.compile("icon-unread"))
    # The number is of what is there to be read: deleted, it is taken back; an edit may speak to one.
    delete(ada, "one")
    expect(ben.page).to_have_title(re.compile(r"^\(1\) "))
    ada.box.press("ArrowUp")
    expect(ada.box).to_have_value("two")
    ada.say("@Ben two")
    expect(ben.page).to_have_title(re.compile(r"^\(@1 · 1\) "))
    other.hide(False)
    expect(ben.page).not_to_have_title(re.compile(r"^\("))
    expect(icon).not_to_have_attribute("href", re.compile("icon-unread"))


def test_joins_and_leaves_are_not_unread(ada: RoomPage, invite: Invite) -> None:
    ada.hide()
    invite(ada, "Ben")
    expect(ada.people.get_by_role("listitem")).to_have_count(2)
    expect(ada.page).not_to_have_title(re.compile(r"^\("))


def test_the_newest_message_is_spoken_once(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("hello there")
    voice = ben.page.locator("[data-announcer]")
    expect(voice).to_have_text(re.compile("Ada.* says: hello there"))
    expect(ada.page.locator("[data-announcer]")).to_be_empty()


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
