"""Nothing typed is lost, and nothing is sent twice: networks gone, windows closed, servers killed."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Wire
from tests.browser.room_page import RoomPage, talk
from tests.support.browser import Aside, Console
from tests.support.workers import Site

Invite = Callable[..., RoomPage]
TEN = [f"message {number}" for number in range(10)]


def test_ten_typed_offline_survive_a_closed_window(
    ada: RoomPage, invite: Invite, console: Console
) -> None:
    console.allow("WebSocket|ERR_INTERNET_DISCONNECTED")
    ben = invite(ada, "Ben")
    context, url = ada.page.context, ada.url
    context.set_offline(True)
    ada.say(*TEN)
    expect(ada.status).to_have_text(re.compile("Offline since .*, 10 waiting"), timeout=20_000)
    expect(ada.banner).to_contain_text("10 messages will be sent when you are back online.")
    expect(ada.page.locator(".message--waiting")).to_have_text([re.compile(t) for t in TEN])
    ada.page.close()

    context.set_offline(False)
    back = RoomPage.again(context.new_page(), url)
    ben.expect_bodies(TEN)
    back.expect_bodies(TEN)
    expect(back.status).to_have_text("Live")


def test_a_killed_server_costs_no_message(
    start_site: Callable[..., Site], open_context: Callable[..., BrowserContext], console: Console
) -> None:
    console.allow("WebSocket")
    site = start_site()
    page = open_context().new_page()
    page.goto(site.url)
    ada = RoomPage.create(page, "Ada")
    ada.say("before")
    ada.expect_bodies(["before"])
    site.workers[0].kill()
    ada.say(*TEN)
    expect(ada.page.locator(".message--waiting")).to_have_count(10)
    site.workers[0].start()
    ada.expect_bodies(["before", *TEN], timeout=60_000)
    ada.page.reload()
    ada.wait_until_live().expect_bodies(["before", *TEN])
    stored = site.rows("SELECT body FROM history_message WHERE kind = 'chat' ORDER BY seq")
    assert [body for (body,) in stored] == ["before", *TEN]


def test_a_page_too_far_behind_starts_afresh_and_sends_what_waits(
    wire: Wire,
    open_window: Callable[..., Page],
    site: Site,
    aside: Aside,
    console: Console,
) -> None:
    console.allow("WebSocket")
    ada = RoomPage.create(open_window(wire.url), "Ada")
    ada.say("long ago")
    ada.expect_bodies(["long ago"])
    wire.cut()
    expect(ada.status).to_have_text(re.compile("Reconnecting|Offline"))
    ada.say("kept")
    expect(ada.page.locator(".message--waiting")).to_contain_text("kept")
    aside.run(talk(site, ada.code, 600))
    wire.mend()
    expect(ada.message("kept")).to_have_attribute("data-seq", re.compile(r"\d"), timeout=60_000)
    expect(ada.page.get_by_text("number 600", exact=True)).to_be_visible()
    expect(ada.message("long ago")).to_have_count(0)
    expect(ada.texts).to_have_count(50)
    expect(ada.page.locator("[data-client-id]")).to_have_count(0)


def test_two_windows_of_one_person_share_one_queue(
    ada: RoomPage, invite: Invite, console: Console
) -> None:
    console.allow("WebSocket|ERR_INTERNET_DISCONNECTED")
    ben = invite(ada, "Ben")
    other = RoomPage.again(ada.page.context.new_page(), ada.url)
    ada.page.context.set_offline(True)
    said = []
    for number in range(5):
        for window in (ada, other):
            said.append(f"message {len(said)} from window {number % 2}")
            window.say(said[-1])
            # Each window shows what waits in all of them.
            expect(ada.page.locator("[data-client-id]")).to_have_count(len(said))
            expect(other.page.locator("[data-client-id]")).to_have_count(len(said))
    ada.page.context.set_offline(False)
    for window in (ada, other, ben):
        window.expect_bodies(said, timeout=60_000)


def test_the_window_without_a_network_is_not_needed(ada: RoomPage, invite: Invite) -> None:
    """A window that was closed with messages waiting leaves them to the next one."""
    ben = invite(ada, "Ben")
    # Held back by the server's absence of mind: the socket is open, but nothing goes through.
    ada.page.evaluate("WebSocket.prototype.send = () => {}")
    ada.say("left behind")
    expect(ada.page.locator(".message--sending")).to_have_count(1)
    other = ada.page.context.new_page()
    ada.page.close()
    RoomPage.again(other, ben.url)
    ben.expect_bodies(["left behind"])


def test_a_refused_message_says_why_and_can_be_sent_again(ada: RoomPage) -> None:
    # Too long for the server, though the page would let it pass.
    ada.page.route("**/*", lambda route: route.continue_())
    ada.page.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) {
                const frame = JSON.parse(data);
                if (frame.body === "refuse me") frame.body = "";
                send.call(this, JSON.stringify(frame));
            };
            window.letThrough = () => { WebSocket.prototype.send = send; };
        }"""
    )
    ada.say("refuse me", "another")
    row = ada.message("refuse me")
    expect(row).to_contain_text("Not sent.")
    expect(ada.message("another")).to_have_attribute("data-seq", re.compile(r"\d"))
    ada.page.evaluate("letThrough()")
    row.get_by_role("button", name="Retry").click()
    ada.expect_bodies(["another", "refuse me"])


def test_a_refused_message_can_be_let_go(ada: RoomPage) -> None:
    ada.page.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) {
                send.call(this, JSON.stringify({ ...JSON.parse(data), body: "" }));
            };
        }"""
    )
    ada.say("one", "two")
    expect(ada.page.get_by_text("2 messages were not sent.")).to_be_visible()
    ada.message("one").get_by_role("button", name="Delete").click()
    expect(ada.page.get_by_text("2 messages were not sent.")).to_be_hidden()
    ada.message("two").get_by_role("button", name="Delete").click()
    ada.expect_bodies([])


def test_deleting_all_refused_messages_is_asked_about(ada: RoomPage) -> None:
    ada.page.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) {
                send.call(this, JSON.stringify({ ...JSON.parse(data), body: "" }));
            };
        }"""
    )
    ada.say("one", "two")
    expect(ada.page.get_by_text("2 messages were not sent.")).to_be_visible()
    ada.page.get_by_role("button", name="Delete all").click()
    expect(ada.page.get_by_text("Delete 2 messages that were not sent?")).to_be_visible()
    keep = ada.page.get_by_role("button", name="Keep them")
    expect(keep).to_be_focused()
    keep.click()
    expect(ada.page.get_by_text("2 messages were not sent.")).to_be_visible()
    expect(ada.page.locator("[data-client-id]")).to_have_count(2)
    ada.page.get_by_role("button", name="Delete all").click()
    ada.page.get_by_role("button", name="Delete for good").click()
    ada.expect_bodies([])


def test_a_draft_outlives_a_reload_and_not_the_sending(ada: RoomPage) -> None:
    ada.box.fill("half a thought")
    ada.page.reload()
    ada.wait_until_live()
    expect(ada.box).to_have_value("half a thought")
    # Another tab has a draft of its own, and takes none away.
    other = RoomPage.again(ada.page.context.new_page(), ada.url)
    expect(other.box).to_have_value("")
    other.say("said elsewhere")
    other.expect_bodies(["said elsewhere"])
    other.box.fill("left behind")
    ada.page.reload()
    ada.wait_until_live()
    expect(ada.box).to_have_value("half a thought")
    other.page.close()
    third = RoomPage.again(ada.page.context.new_page(), ada.url)
    expect(third.box).to_have_value("left behind")
    third.page.close()
    ada.box.press("Enter")
    ada.expect_bodies(["said elsewhere", "half a thought"])
    ada.page.reload()
    ada.wait_until_live()
    expect(ada.box).to_have_value("")


def test_nothing_of_mine_is_left_for_the_next_person(ada: RoomPage) -> None:
    ada.say("private")
    ada.expect_bodies(["private"])
    ada.box.fill("half a thought")
    url = ada.url
    ada.page.get_by_role("button", name="Leave the room").click()
    expect(ada.page).to_have_url(re.compile(r"/$"))
    kept = ada.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "private" not in kept
    assert "half a thought" not in kept
    ada.page.context.clear_cookies()
    ada.page.goto(url)
    ben = RoomPage.join(ada.page, "Ben")
    expect(ben.box).to_have_value("")
