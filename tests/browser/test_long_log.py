"""A log that is longer than what is in the document: paged, linked into, searched."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.room_page import RoomPage, talk
from tests.support.browser import Aside
from tests.support.story import step
from tests.support.workers import Site

MOST_IN_DOCUMENT = 300  # static/js/log/viewport.js
COUNT = 700
SAID_FIRST = "the ferry leaves at nine"

# A reader in a great hurry: three screens a frame, all the way up and back down. Returns the most
# messages that were in the document in any of these frames.
HURRY = """async (log, [first, last]) => {
    let most = 0;
    const row = (seq) => log.querySelector(`[data-seq="${seq}"]`);
    const towards = async (seq, screens) => {
        while (!row(seq)) {
            log.scrollTop += screens * log.clientHeight;
            await new Promise(requestAnimationFrame);
            most = Math.max(most, log.querySelectorAll("article").length);
        }
    };
    await towards(first, -3);
    await towards(last, 3);
    return most;
}"""


def test_a_long_log_is_paged_linked_into_and_searched(
    ada: RoomPage, site: Site, aside: Aside, open_context: Callable[..., BrowserContext]
) -> None:
    page = ada.page
    ada.say(SAID_FIRST)
    ada.expect_bodies([SAID_FIRST])
    aside.run(talk(site, ada.code, COUNT))
    newest = page.get_by_text(f"number {COUNT}", exact=True)
    page.reload()
    ada.wait_until_live()
    expect(newest).to_be_in_viewport()

    def seq_of(body: str) -> int:
        [(seq,)] = site.rows(
            "SELECT m.seq FROM history_message m JOIN rooms_room r ON r.stream_id = m.stream_id"
            " WHERE m.body = %s AND r.code = %s AND r.closed_at IS NULL",
            [body, ada.code],
        )
        return int(seq)

    with step("older messages come in above, and nothing on the screen moves"):
        mark = page.get_by_text(f"number {COUNT - 40}", exact=True)
        mark.scroll_into_view_if_needed()
        before = mark.bounding_box()
        expect(page.get_by_text(f"number {COUNT - 100}", exact=True)).to_have_count(1)
        after = mark.bounding_box()
        assert before
        assert after
        assert abs(before["y"] - after["y"]) < 2

    with step("paging back reaches the first message"):
        first = page.get_by_text("number 1", exact=True)
        while first.count() == 0:
            top = ada.texts.first.inner_text()
            ada.scroll_to("0")
            # What was on screen stays there, and older ones are above it.
            expect(ada.texts.first).not_to_have_text(top)
            assert page.get_by_role("article").count() <= MOST_IN_DOCUMENT
        ada.scroll_to("0")
        expect(page.get_by_text("The room begins here")).to_be_visible()

    with step("and forward the newest"):
        while newest.count() == 0:
            bottom = ada.texts.last.inner_text()
            ada.scroll_to("log.scrollHeight")
            expect(ada.texts.last).not_to_have_text(bottom)
            assert page.get_by_role("article").count() <= MOST_IN_DOCUMENT
        ada.scroll_to("log.scrollHeight")
        expect(ada.jump).to_be_hidden()

    with step("a link to a message opens it, with a way back"):
        link = f"{ada.url}#m{seq_of('number 100')}"
        window = RoomPage.again(page.context.new_page(), link)
        target = window.page.locator(".is-target")
        expect(target).to_contain_text("number 100")
        expect(target).to_be_in_viewport()
        ada.say("meanwhile")
        expect(window.jump).to_be_visible()
        window.jump.click()
        expect(window.message("meanwhile")).to_be_in_viewport()

    with step("a reader in a hurry loads all of it within the cap"):
        ends = [seq_of(SAID_FIRST), seq_of("meanwhile")]
        most = window.log.evaluate(HURRY, ends)
        assert 0 < most <= MOST_IN_DOCUMENT
        assert window.page.evaluate("document.querySelectorAll('*').length") < 20 * MOST_IN_DOCUMENT

    with step("what was said is looked for with the keyboard, without leaving the room"):
        page.get_by_role("link", name="Search in this room").focus()
        page.keyboard.press("Enter")
        sheet = page.get_by_role("dialog", name="Search in")
        expect(sheet.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("fer")
        page.keyboard.press("Enter")
        hit = sheet.get_by_role("link", name=SAID_FIRST)
        hit.focus()
        page.keyboard.press("Enter")
        expect(sheet).to_be_visible()
        expect(ada.message(SAID_FIRST)).to_be_in_viewport()
        expect(ada.message(SAID_FIRST)).to_be_focused()
        ada.jump.click()
        expect(ada.message("meanwhile")).to_be_in_viewport()

    with step("and with a finger on a phone the first message of a day"):
        context = open_context("phone")
        context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
        phone = RoomPage.again(context.new_page(), ada.url)
        phone.page.get_by_role("link", name="Search in this room").tap()
        sheet = phone.page.get_by_role("dialog", name="Search in")
        expect(sheet.get_by_role("link", name="Transcript")).to_be_visible()
        sheet.get_by_role("table").get_by_role("link").last.tap()
        expect(sheet).to_be_hidden()
        expect(phone.page.get_by_text("The room begins here")).to_be_in_viewport()
