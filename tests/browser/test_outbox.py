"""Nothing typed is lost, and nothing is sent twice: networks gone, windows closed, texts refused."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import OpenContext, Wire, come_in
from tests.browser.message_menu import delete, menu_of
from tests.browser.room_page import RoomPage, talk
from tests.support.browser import Aside, Console
from tests.support.story import step
from tests.support.workers import Site

Invite = Callable[..., RoomPage]

# The page loads it when it has nothing else to do.
MENU_IS_LOADED = """() => performance.getEntriesByType("resource")
    .some(({ name, responseEnd }) => name.includes("/message-menu.") && responseEnd > 0)"""


def test_what_is_typed_offline_in_two_windows_survives_one_of_them(
    ada: RoomPage, invite: Invite, console: Console
) -> None:
    console.allow("WebSocket|ERR_INTERNET_DISCONNECTED")
    ben = invite(ada, "Ben")
    context, url = ada.page.context, ada.url
    other = RoomPage.again(context.new_page(), url)
    context.set_offline(True)
    said: list[str] = []

    with step("each window shows what waits in both"):
        for number in range(5):
            for window in (ada, other):
                said.append(f"message {len(said)} from window {number % 2}")
                window.say(said[-1])
                expect(ada.page.locator("[data-client-id]")).to_have_count(len(said))
                expect(other.page.locator("[data-client-id]")).to_have_count(len(said))
        waiting = [re.compile(text) for text in said]
        for window in (ada, other):
            expect(window.page.locator(".message--waiting")).to_have_text(waiting)

    with step("and says so"):
        expect(ada.status).to_have_text(re.compile("Offline since .*, 10 waiting"))
        expect(ada.banner).to_contain_text("10 messages will be sent when you are back online.")

    with step("online again, all of it is sent once, whether its window is there or not"):
        ada.page.close()
        context.set_offline(False)
        back = RoomPage.again(context.new_page(), url)
        for window in (ben, back, other):
            window.expect_bodies(said, timeout=60_000)
        expect(back.status).to_have_text("Live")


def test_what_is_done_without_a_connection_happens_once_it_is_back(
    open_context: OpenContext, wire: Wire, site: Site, aside: Aside, console: Console
) -> None:
    console.allow("WebSocket connection|ERR_")
    ada = come_in(open_context(), wire.url, name="Ada", create="")
    ada.say("one", "two")
    ada.expect_bodies(["one", "two"])

    with step("a deletion and a reaction"):
        ada.page.wait_for_function(MENU_IS_LOADED)
        wire.cut()
        expect(ada.status).not_to_have_attribute("data-kind", "live")
        delete(ada, "one")
        menu_of(ada, "two").get_by_role("menuitem", name="🎉").click()
        for _ in ("as if it had happened", "as it has"):
            expect(ada.log).to_contain_text("This message was deleted")
            expect(ada.message("two").get_by_role("button", name="🎉 You")).to_be_visible()
            wire.mend()
            ada.wait_until_live()
        ada.page.reload()
        ada.wait_until_live()
        expect(ada.log).to_contain_text("This message was deleted")
        expect(ada.message("two").get_by_role("button", name="🎉 You")).to_be_visible()

    with step("a page too far behind starts afresh, and sends what waits"):
        wire.cut()
        expect(ada.status).to_have_text(re.compile("Reconnecting|Offline"))
        ada.say("kept")
        expect(ada.page.locator(".message--waiting")).to_contain_text("kept")
        aside.run(talk(site, ada.code, 600))
        wire.mend()
        expect(ada.message("kept")).to_have_attribute("data-seq", re.compile(r"\d"), timeout=60_000)
        expect(ada.page.get_by_text("number 600", exact=True)).to_be_visible()
        expect(ada.page.get_by_text("two", exact=True)).to_have_count(0)
        expect(ada.texts).to_have_count(50)
        expect(ada.page.locator("[data-client-id]")).to_have_count(0)


# The server refuses what window.refused says: a text that is empty.
REFUSE = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        const frame = JSON.parse(data);
        if (window.refused(frame.body)) frame.body = "";
        send.call(this, JSON.stringify(frame));
    };
}"""


def test_a_refused_message_says_why_and_is_sent_again_or_let_go(ada: RoomPage) -> None:
    page = ada.page
    page.evaluate(REFUSE)
    two_were_not_sent = page.get_by_text("2 messages were not sent.")

    with step("sent again"):
        page.evaluate("window.refused = (body) => body === 'refuse me'")
        ada.say("refuse me", "another")
        row = ada.message("refuse me")
        expect(row).to_contain_text("Not sent.")
        expect(ada.message("another")).to_have_attribute("data-seq", re.compile(r"\d"))
        page.evaluate("window.refused = () => false")
        row.get_by_role("button", name="Retry").click()
        said = ["another", "refuse me"]
        ada.expect_bodies(said)

    page.evaluate("window.refused = (body) => body !== undefined")
    with step("let go, one by one"):
        ada.say("one", "two")
        expect(two_were_not_sent).to_be_visible()
        ada.message("one").get_by_role("button", name="Delete").click()
        expect(two_were_not_sent).to_be_hidden()
        ada.message("two").get_by_role("button", name="Delete").click()
        ada.expect_bodies(said)

    with step("let go all at once, which is asked about"):
        ada.say("three", "four")
        expect(two_were_not_sent).to_be_visible()
        page.get_by_role("button", name="Delete all").click()
        expect(page.get_by_text("Delete 2 messages that were not sent?")).to_be_visible()
        keep = page.get_by_role("button", name="Keep them")
        expect(keep).to_be_focused()
        keep.click()
        expect(two_were_not_sent).to_be_visible()
        expect(page.locator("[data-client-id]")).to_have_count(2)
        page.get_by_role("button", name="Delete all").click()
        page.get_by_role("button", name="Delete for good").click()
        ada.expect_bodies(said)


def test_what_a_window_leaves_is_for_the_next_of_the_same_person(ada: RoomPage) -> None:
    context, url = ada.page.context, ada.url

    with step("a message that did not get out of a window is sent by the next one"):
        # Held back by the server's absence of mind: the socket is open, but nothing goes through.
        ada.page.evaluate("WebSocket.prototype.send = () => {}")
        ada.say("left behind")
        expect(ada.page.locator(".message--sending")).to_have_count(1)
        page = context.new_page()
        ada.page.close()
        ada = RoomPage.again(page, url)
        ada.expect_bodies(["left behind"])

    with step("a draft outlives a reload, and each tab has its own"):
        ada.box.fill("half a thought")
        ada.page.reload()
        ada.wait_until_live()
        expect(ada.box).to_have_value("half a thought")
        other = RoomPage.again(context.new_page(), url)
        expect(other.box).to_have_value("")
        other.say("said elsewhere")
        other.expect_bodies(["left behind", "said elsewhere"])
        other.box.fill("left by another")
        ada.page.reload()
        ada.wait_until_live()
        expect(ada.box).to_have_value("half a thought")

    with step("that of a closed tab goes to the next"):
        other.page.close()
        third = RoomPage.again(context.new_page(), url)
        expect(third.box).to_have_value("left by another")
        third.page.close()

    with step("sent, it is no draft any more"):
        ada.box.press("Enter")
        ada.expect_bodies(["left behind", "said elsewhere", "half a thought"])
        ada.page.reload()
        ada.wait_until_live()
        expect(ada.box).to_have_value("")

    with step("nothing is left for another person at the same machine"):
        ada.box.fill("half a secret")
        ada.page.get_by_role("button", name="Leave the room").click()
        expect(ada.page).to_have_url(re.compile(r"/$"))
        kept = ada.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        for text in ("left behind", "half a thought", "half a secret"):
            assert text not in kept
        context.clear_cookies()
        ada.page.goto(url)
        ben = RoomPage.join(ada.page, "Ben")
        expect(ben.box).to_have_value("")
